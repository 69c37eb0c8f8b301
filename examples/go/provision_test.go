package provision_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"

	"example.com/provision"
)

// What the built-in scenarios have in common.
const (
	listing   = "6489da7f08f045ac8c0a5b1de37d56fe"
	purchaser = "sWwd06TnJR4lHopc"
)

var tenUsers = provision.Entitlements{MaxUsers: 10, Products: map[string]provision.Count{"standard": {Num: 8}, "advanced": {Num: 2}}}

// newClient returns the code under test, which signs in to a portal as admin.
func newClient(portal *mock.Sandbox) *provision.Client {
	return &provision.Client{
		SharingURL: portal.SharingURL(), PortalAdminURL: portal.PortalAdminURL(), HTTP: portal.Client(),
		Username: "admin", Password: portal.Password("admin"),
	}
}

// outcomes is how the calls of an operation ended, in their order.
func outcomes(portal *mock.Sandbox, operation string) []journal.Outcome {
	var outcomes []journal.Outcome
	for _, call := range portal.Calls(operation) {
		outcomes = append(outcomes, call.Outcome)
	}
	return outcomes
}

// wantOutcomes fails the test when the calls of an operation were others, or ended otherwise.
func wantOutcomes(t *testing.T, portal *mock.Sandbox, operation string, want ...journal.Outcome) {
	t.Helper()
	if diff := cmp.Diff(want, outcomes(portal, operation)); diff != "" {
		t.Errorf("how the calls of %s ended (-want +got):\n%s", operation, diff)
	}
}

// wantCode fails the test when an error is not one that the portal answered with this code.
func wantCode(t *testing.T, err error, code int) {
	t.Helper()
	var refused *provision.Error
	if !errors.As(err, &refused) || refused.Code != code {
		t.Errorf("want an error of the portal with code %d, got %v", code, err)
	}
}

func TestProvision(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("trial")).Portal.Sandbox
	client := newClient(portal)

	got, err := client.Provision(t.Context(), listing, purchaser, tenUsers)
	if err != nil {
		t.Fatal(err)
	}
	want := provision.Provision{PurchaserUsername: "jsmith", EndDate: 1471798116000, OrgEntitlements: tenUsers}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("provision (-want +got):\n%s", diff)
	}

	wantOutcomes(t, portal, mock.ProvisionOrgEntitlements, journal.OK)
	sent := map[string]any{
		"f": "json", "itemId": listing, "purchaserOrgId": purchaser,
		"orgEntitlements": map[string]any{
			"maxUsers":     10.0,
			"entitlements": map[string]any{"standard": map[string]any{"num": 8.0}, "advanced": map[string]any{"num": 2.0}},
		},
	}
	if diff := cmp.Diff(sent, portal.Calls(mock.ProvisionOrgEntitlements)[0].Params); diff != "" {
		t.Errorf("what was sent (-want +got):\n%s", diff)
	}
}

// One server serves all of these at once, each in a sandbox of its own.
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
			wantOutcomes(t, portal, mock.ProvisionOrgEntitlements, journal.Error)
		})
	}
}

func TestSignInRefused(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t).Portal.Sandbox
	client := newClient(portal)
	client.Password = "not the password"

	_, err := client.Provision(t.Context(), listing, purchaser, tenUsers)
	wantCode(t, err, 400)
	wantOutcomes(t, portal, "generateToken", journal.Error)
	wantOutcomes(t, portal, mock.ProvisionOrgEntitlements)
}

func TestTrialEnds(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("trial")).Portal.Sandbox
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
	portal := mock.NewServer(t).Portal.Sandbox
	client := newClient(portal)
	for range 2 {
		if _, err := client.Upcoming(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wantOutcomes(t, portal, "generateToken", journal.OK)

	portal.Clock().Advance(time.Hour)
	if _, err := client.Upcoming(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantOutcomes(t, portal, "generateToken", journal.OK, journal.OK)
	wantOutcomes(t, portal, mock.GetFutureLicense, journal.OK, journal.OK, journal.Error, journal.OK)
}

// A portal that takes no token at all is asked twice, not for ever.
func TestTokenRefused(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t).Portal.Sandbox
	portal.AddRules(`{ when: { operation: provisionOrgEntitlements }, reply: { error: errors/sharing/token-invalid } }`)

	_, err := newClient(portal).Provision(t.Context(), listing, purchaser, tenUsers)
	wantCode(t, err, 498)
	wantOutcomes(t, portal, mock.ProvisionOrgEntitlements, journal.Error, journal.Error)
	wantOutcomes(t, portal, "generateToken", journal.OK, journal.OK)
}

func TestUpcoming(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("future-entitlements")).Portal.Sandbox
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
	portal := mock.NewServer(t, mock.WithScenario("missing-privilege")).Portal.Sandbox
	_, err := newClient(portal).Upcoming(t.Context())
	wantCode(t, err, 403)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithTLS(), mock.WithScenario("signature-required")).Portal.Sandbox
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
