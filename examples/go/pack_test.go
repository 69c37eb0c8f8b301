package provision_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mockportal/mockportal/mock"

	"example.com/provision"
)

// pack is what we share with other teams: a scenario, and an error that we have seen.
func pack() mock.Option { return mock.WithPack(os.DirFS("testdata/pack")) }

// Every scenario of the pack keeps to the contract at each boundary of its clock.
func TestPack(t *testing.T) {
	t.Parallel()
	notes, err := mock.Check(os.DirFS("testdata/pack"))
	if err != nil {
		t.Fatal(err)
	}
	for _, note := range notes {
		t.Log(note)
	}
}

// Our seller is not an administrator. So this shows that one privilege is enough.
func TestSeller(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, pack(), mock.WithScenario("seller"))
	client := newClient(portal)
	got, err := client.Provision(t.Context(), listing, purchaser, tenUsers)
	if err != nil {
		t.Fatal(err)
	}
	want := provision.Provision{PurchaserUsername: "acme", EndDate: 1500742117000, OrgEntitlements: tenUsers}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("provision (-want +got):\n%s", diff)
	}
	_, err = client.Upcoming(t.Context())
	wantCode(t, err, 403)
}

// The user of the program sees the portal's message.
func TestErrorDetails(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, pack(), mock.WithScenario("interested"))
	_, err := newClient(portal).Provision(t.Context(), listing, purchaser, tenUsers)
	const want = "portal: item not provisioned (400); The customer has not requested this item."
	if err == nil || err.Error() != want {
		t.Errorf("want %q, got %v", want, err)
	}
}
