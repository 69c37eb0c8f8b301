package provision_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"

	"example.com/provision"
)

// The ids that all built-in scenarios share.
const (
	listing   = mock.ItemID
	purchaser = mock.PurchaserOrgID
)

var tenUsers = provision.Entitlements{MaxUsers: 10, Products: map[string]provision.Count{"standard": {Num: 8}, "advanced": {Num: 2}}}

// fakePortal is what the code under test needs of a portal: a *mock.Server or a *mock.Sandbox.
type fakePortal interface {
	SharingURL(parts ...string) string
	PortalAdminURL(parts ...string) string
	Client() *http.Client
	Password(member string) string
}

// newClient returns the code under test, which signs in to a portal as admin.
func newClient(portal fakePortal) *provision.Client {
	return &provision.Client{
		SharingURL: portal.SharingURL(), PortalAdminURL: portal.PortalAdminURL(), HTTP: portal.Client(),
		Username: "admin", Password: portal.Password("admin"),
	}
}

// wantCode fails the test if err is not an error of the portal with this code.
func wantCode(t *testing.T, err error, code int) {
	t.Helper()
	var refused *provision.Error
	if !errors.As(err, &refused) || refused.Code != code {
		t.Errorf("want an error of the portal with code %d, got %v", code, err)
	}
}

func TestProvision(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("trial"))
	client := newClient(portal)

	got, err := client.Provision(t.Context(), listing, purchaser, tenUsers)
	if err != nil {
		t.Fatal(err)
	}
	want := provision.Provision{PurchaserUsername: "jsmith", EndDate: 1471798116000, OrgEntitlements: tenUsers}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("provision (-want +got):\n%s", diff)
	}

	portal.Verify(t,
		mock.Expect(mock.ProvisionOrgEntitlements).Absent("token").Exactly(1), // it came in a header
		mock.Expect(mock.ProvisionOrgEntitlements).Member("admin").
			Param("purchaserOrgId", purchaser).Param("orgEntitlements", tenUsers).Exactly(1),
	)
}

// One server serves these tests in parallel, each in its own sandbox.
func TestRefusals(t *testing.T) {
	t.Parallel()
	server := mock.NewServer(t)
	for scenario, code := range map[string]int{
		"interested":               400,
		"trial-expired":            400,
		"licensed-by-organization": 400,
		"missing-privilege":        403,
		"signature-required":       403, // over plain HTTP
	} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			portal := server.Sandbox(t, scenario)
			_, err := newClient(portal).Provision(t.Context(), listing, purchaser, tenUsers)
			wantCode(t, err, code)
			portal.Verify(t, mock.Expect(mock.ProvisionOrgEntitlements).Exactly(1))
		})
	}
}

func TestSignInRefused(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t)
	client := newClient(portal)
	client.Password = "not the password"

	_, err := client.Provision(t.Context(), listing, purchaser, tenUsers)
	wantCode(t, err, 400)
	portal.Verify(t, mock.Expect("generateToken").Exactly(1), mock.Expect(mock.ProvisionOrgEntitlements).Exactly(0))
}

func TestTrialEnds(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("trial"))
	client := newClient(portal)
	got, err := client.Provision(t.Context(), listing, purchaser, tenUsers)
	if err != nil {
		t.Fatal(err)
	}

	portal.Clock().AdvanceTo(time.UnixMilli(got.EndDate - 1))
	if _, err := client.Provision(t.Context(), listing, purchaser, tenUsers); err != nil {
		t.Errorf("a millisecond before the end: %v", err)
	}
	portal.Clock().Advance(time.Millisecond)
	_, err = client.Provision(t.Context(), listing, purchaser, tenUsers)
	wantCode(t, err, 400)
}

func TestTokenEnds(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t)
	client := newClient(portal)
	for range 2 {
		if _, err := client.Upcoming(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	portal.Verify(t, mock.Expect("generateToken").Exactly(1))

	portal.Clock().Advance(time.Hour)
	if _, err := client.Upcoming(t.Context()); err != nil {
		t.Fatal(err)
	}
	portal.Verify(t,
		mock.Expect("generateToken").Exactly(2),
		mock.Expect(mock.GetFutureLicense).ErrorCode(498).Exactly(1),
		mock.Expect(mock.GetFutureLicense).Outcome(journal.OK).Exactly(3),
	)
}

// If the portal refuses every token, the client tries twice and gives up.
func TestTokenRefused(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t)
	portal.AddRules(`{ when: { operation: provisionOrgEntitlements }, reply: { error: errors/sharing/token-invalid } }`)

	_, err := newClient(portal).Provision(t.Context(), listing, purchaser, tenUsers)
	wantCode(t, err, 498)
	portal.Verify(t, mock.Expect(mock.ProvisionOrgEntitlements).Exactly(2), mock.Expect("generateToken").Exactly(2))
}

// Concurrent calls sign in once.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t)
	client := newClient(portal)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := client.Provision(t.Context(), listing, purchaser, tenUsers); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	portal.Verify(t, mock.Expect("generateToken").Exactly(1), mock.Expect(mock.ProvisionOrgEntitlements).Exactly(8))
}

func TestUpcoming(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("future-entitlements"))
	client := newClient(portal)
	got, err := client.Upcoming(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	july := time.Date(2020, time.July, 1, 0, 0, 0, 0, time.UTC)
	want := []provision.Upcoming{{"creatorUT", 25, july}, {"fieldAppsAB", 10, july}, {"Insights", 5, july}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("upcoming (-want +got):\n%s", diff)
	}

	portal.Clock().AdvanceTo(july)
	if got, err = client.Upcoming(t.Context()); err != nil || len(got) > 0 {
		t.Errorf("from 1 July on: want nothing to come, got %v, %v", got, err)
	}
}

func TestUpcomingNeedsPrivilege(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("missing-privilege"))
	_, err := newClient(portal).Upcoming(t.Context())
	wantCode(t, err, 403)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithTLS(), mock.WithScenario("signature-required"))
	client := newClient(portal)
	if _, err := client.Provision(t.Context(), listing, purchaser, tenUsers); err != nil {
		t.Error(err)
	}

	client = newClient(portal)
	client.HTTP = nil // which does not know the portal's certificate
	if _, err := client.Provision(t.Context(), listing, purchaser, tenUsers); err == nil {
		t.Error("a certificate that nobody vouches for was taken")
	}
}
