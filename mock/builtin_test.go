package mock_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// TestBuiltInIDs holds the constants against every built-in scenario: it has this listing, organisation and purchaser, and no other.
func TestBuiltInIDs(t *testing.T) {
	t.Parallel()
	for _, name := range scenario.BuiltIn().Names() {
		played, err := scenario.BuiltIn().Scenario(name)
		must(t, err)
		var items, orgs, purchasers []string
		for _, member := range played.World.Members {
			orgs = append(orgs, member.OrgID)
		}
		for item, listing := range played.World.Listings {
			items, orgs = append(items, item), append(orgs, listing.OrgID)
			for purchaser, provision := range listing.Provisions {
				var own struct{ ItemID, AccountID, PurchaserOrgID string }
				must(t, json.Unmarshal(provision.Body, &own))
				items, orgs, purchasers = append(items, own.ItemID), append(orgs, own.AccountID), append(purchasers, purchaser, own.PurchaserOrgID)
			}
		}
		for what, ids := range map[string][2][]string{
			"items": {{mock.ItemID}, items}, "organisations": {{mock.OrgID}, orgs}, "purchasers": {{mock.PurchaserOrgID}, purchasers},
		} {
			slices.Sort(ids[1])
			diff(t, name+": "+what, ids[0], slices.Compact(ids[1]))
		}
	}
}

// TestFlakyPortal proves the exact course of the built-in scenario, on every run and never two of a kind in a row, and that another seed
// has another one.
func TestFlakyPortal(t *testing.T) {
	t.Parallel()
	course := func(options ...mock.Option) string {
		p := portal(t, append(options, mock.WithScenario("flaky-portal"))...)
		for range 30 {
			func() {
				defer func() { _ = recover() }() // without a connection a reset breaks off the handler
				p.ServeHTTP(httptest.NewRecorder(), provision().to(t, "http://localhost"))
			}()
			call(t, p, license())
		}
		var b strings.Builder
		for _, operation := range []string{mock.ProvisionOrgEntitlements, mock.GetFutureLicense} {
			for _, c := range callsOf(t, p, operation) {
				b.WriteByte(map[journal.Outcome]byte{journal.OK: '.', journal.Error: 'E', journal.Fault: 'F'}[c.Outcome])
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	got := course()
	golden(t, "flaky", "seed-1", got)
	for _, twice := range []string{"EE", "FF"} {
		if strings.Contains(got, twice) {
			t.Errorf("two of a kind in a row:\n%s", got)
		}
	}
	diff(t, "again", got, course())
	diff(t, "with its seed", got, course(mock.WithSeed(1)))
	if got == course(mock.WithSeed(2)) {
		t.Error("another seed has the same course")
	}
	onlyGolden(t, "flaky", map[string]bool{"seed-1": true})
}

// TestSlowPortal proves that the built-in scenario takes two seconds, and is good.
func TestSlowPortal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, r := range successes() {
			p, began := portal(t, mock.WithScenario("slow-portal")), time.Now()
			a := call(t, p, r)
			diff(t, "it takes", 2*time.Second, time.Since(began))
			if a.status != http.StatusFound {
				diff(t, "code", 0, errorOf(t, a).Code)
			}
		}
	})
}

// TestPortalUnavailable proves that every operation meets the page of a proxy, and nothing is done.
func TestPortalUnavailable(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("portal-unavailable"))
	for name, r := range successes() {
		a := ask(t, s, r)
		diff(t, name+": status", 503, a.status)
		diff(t, name+": rule", "unavailable", a.header.Get("Mockportal-Rule"))
		diff(t, name+": body", proxyPage("503 Service Unavailable")(""), a.body)
	}
	diff(t, "done", false, wasDone(t, s))
}
