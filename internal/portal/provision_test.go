package portal_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/openapi"
)

// documentedRequest returns the request of the documentation's example.
func documentedRequest(t tb) portal.ProvisionRequest {
	t.Helper()
	r := portal.ProvisionRequest{ItemID: item, PurchaserOrgID: purchaser}
	var body struct {
		MaxUsers     int64
		Entitlements portal.Entitlements
	}
	if err := json.Unmarshal([]byte(documented(t, "orgEntitlements.request.example.json")), &body); err != nil {
		t.Fatal(err)
	}
	r.MaxUsers, r.Entitlements = body.MaxUsers, body.Entitlements
	return r
}

func TestDocumentedProvision(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	_, reply, problem := w.Provision(now, caller(t, w, "admin-token", now), documentedRequest(t))
	if problem != nil {
		t.Fatal(problem)
	}
	got := text(t, reply.Value)
	diffObjects(t, "the documented reply", documented(t, "provisionOrgEntitlements.example.json"), got)
	if err := contract.BuiltIn().ProveSchema("Provision", got); err != nil {
		t.Error(err)
	}
	if reply.Evidence != openapi.Documented || reply.Keep {
		t.Errorf("evidence %q, keep %t", reply.Evidence, reply.Keep)
	}
}

// TestSecondProvisionSeesTheFirst: the new set replaces the whole old one, and the dates of the provision itself never change.
func TestSecondProvisionSeesTheFirst(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	admin := caller(t, w, "admin-token", now)
	before := seen(t, w, now)
	first, reply, _ := w.Provision(now, admin, documentedRequest(t))
	afterFirst, firstReply := seen(t, first, now), text(t, reply.Value)
	later := now.Add(90*time.Second + 999*time.Millisecond)
	second, reply, problem := first.Provision(later, admin, portal.ProvisionRequest{
		ItemID: item, PurchaserOrgID: purchaser, MaxUsers: 3, Entitlements: portal.Entitlements{{"advanced", 1}},
	})
	if problem != nil {
		t.Fatal(problem)
	}
	want := object(t, firstReply)
	stamp := json.Number("1469206207000")
	want["modified"] = stamp
	want["orgEntitlements"] = map[string]any{
		"maxUsers": json.Number("3"), "entitlementsModified": stamp,
		"entitlements": map[string]any{"advanced": map[string]any{"num": json.Number("1")}},
	}
	diffObjects(t, "the second reply", text(t, want), text(t, reply.Value))
	listings := object(t, seen(t, second, later))["listings"].([]any)
	if diff := cmp.Diff(want, listings[0].(map[string]any)["provisions"].([]any)[0]); diff != "" {
		t.Errorf("the world after it (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, seen(t, w, now)); diff != "" {
		t.Errorf("the world before the first call has changed (-before +now):\n%s", diff)
	}
	if diff := cmp.Diff(afterFirst, seen(t, first, now)); diff != "" {
		t.Errorf("the world between has changed (-before +now):\n%s", diff)
	}
	if diff := cmp.Diff(firstReply, text(t, reply.Value)); diff == "" {
		t.Error("both replies are the same")
	}
}

func TestStampIsAWholeSecond(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	admin := caller(t, w, "admin-token", now)
	for after, want := range map[time.Duration]json.Number{
		0: "1469206117000", time.Millisecond: "1469206117000", 999999999: "1469206117000",
		time.Second: "1469206118000", 1500 * time.Millisecond: "1469206118000",
	} {
		_, reply, _ := w.Provision(now.Add(after), admin, documentedRequest(t))
		got := object(t, text(t, reply.Value))
		if got["modified"] != want || got["orgEntitlements"].(map[string]any)["entitlementsModified"] != want {
			t.Errorf("%v later: %v, want %s", after, got, want)
		}
	}
}

// TestOneProvisionOfTwo: the provision of another purchaser of the same listing does not change.
func TestOneProvisionOfTwo(t *testing.T) {
	t.Parallel()
	const other = "aaaaaaaaaaaaaaaa"
	w, now := written(t, "  listings: { "+item+": { provisions: { "+other+": { fixture: provisions/purchased } } } }\n")
	after, _, problem := w.Provision(now, caller(t, w, "admin-token", now), documentedRequest(t))
	if problem != nil {
		t.Fatal(problem)
	}
	provisions := func(w portal.World) []any {
		return object(t, seen(t, w, now))["listings"].([]any)[0].(map[string]any)["provisions"].([]any)
	}
	if diff := cmp.Diff(provisions(w)[0], provisions(after)[0]); diff != "" {
		t.Errorf("the other purchaser (-before +after):\n%s", diff)
	}
	if cmp.Equal(provisions(w)[1], provisions(after)[1]) {
		t.Error("the purchaser has not changed")
	}
}

func TestProvisionRefusals(t *testing.T) {
	t.Parallel()
	const listing = "  listings: { " + item + ": "
	other := "  members: { foreign: { password: p, token: foreign-token, orgId: aaaaaaaaaaaaaaaa, role: org_admin } }\n"
	nobody := "  apps: { lonely: { secret: s } }\n"
	for _, tt := range []struct {
		name, world, token string
		change             func(*portal.ProvisionRequest)
		want               string
	}{
		{"good", "", "admin-token", nil, ""},
		{"good, by privilege", "", "publisher-token", nil, ""},
		{"unknown listing", "", "admin-token", func(r *portal.ProvisionRequest) { r.ItemID = "0" }, "item-not-found"},
		{"another organisation's listing", other, "foreign-token", nil, "item-not-found"},
		{"nobody", nobody, "", nil, "item-not-found"},
		{
			"another organisation's listing that needs a signature", other + listing + "{ signatureRequired: true } }\n",
			"foreign-token", nil, "item-not-found",
		},
		{"signature over HTTP", listing + "{ signatureRequired: true } }\n", "admin-token", nil, "ssl-required"},
		{
			"signature over HTTPS", listing + "{ signatureRequired: true } }\n", "admin-token",
			func(r *portal.ProvisionRequest) { r.Secure = true }, "",
		},
		{
			"signature over HTTP, by organisation", listing + "{ signatureRequired: true, licenseBy: organization } }\n",
			"admin-token", nil, "ssl-required",
		},
		{"by organisation", listing + "{ licenseBy: organization } }\n", "admin-token", nil, "not-licensed-by-user"},
		{
			"by organisation, unknown purchaser", listing + "{ licenseBy: organization } }\n", "admin-token",
			func(r *portal.ProvisionRequest) { r.PurchaserOrgID = "0" }, "not-licensed-by-user",
		},
		{"unknown purchaser", "", "admin-token", func(r *portal.ProvisionRequest) { r.PurchaserOrgID = "0" }, "item-not-provisioned"},
		{
			"only interested", listing + "{ provisions: { " + purchaser + ": { fixture: provisions/interested } } } }\n",
			"admin-token", nil, "item-not-provisioned",
		},
		{
			"expired", listing + "{ provisions: { " + purchaser + ": { fixture: provisions/expired } } } }\n", "admin-token",
			nil, "item-not-provisioned",
		},
		{"purchased", listing + "{ provisions: { " + purchaser + ": { fixture: provisions/purchased } } } }\n", "admin-token", nil, ""},
		{"a purchase that ends", listing + "{ provisions: { " + purchaser + ": { fixture: provisions/ending } } } }\n", "admin-token", nil, ""},
		{"counts beyond maxUsers", "", "admin-token", func(r *portal.ProvisionRequest) { r.MaxUsers = 0 }, ""},
	} {
		w, now := written(t, tt.world+"  portal: {}\n")
		who := portal.Caller{}
		if tt.token != "" {
			who = caller(t, w, tt.token, now)
		}
		r := documentedRequest(t)
		if tt.change != nil {
			tt.change(&r)
		}
		before := seen(t, w, now)
		after, reply, problem := w.Provision(now, who, r)
		if got := refusal(problem); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.name, got, tt.want)
		}
		if changed := seen(t, after, now) != before; changed == (tt.want != "") || (reply.Value == nil) != (tt.want != "") {
			t.Errorf("%s: the world has changed: %t, reply %v", tt.name, changed, reply.Value)
		}
	}
}

// TestProvisionBoundaries calls a millisecond before, at, and after the start and the end of each kind of provision.
func TestProvisionBoundaries(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name, fixture string
		start         int64
		end           int64 // 0: never
	}{
		{"trial", "provisions/trial", 1469206117000, 1471798116000},
		{"purchase without end", "provisions/purchased", 1469206117000, 0},
		{"purchase that ends", "provisions/ending", 1469206117000, 1469810917000},
		{"expired trial", "provisions/expired", 1464022117000, 1466614116000},
	} {
		w, now := written(t, "  listings: { "+item+": { provisions: { "+purchaser+": { fixture: "+tt.fixture+" } } } }\n")
		admin := caller(t, w, "admin-token", now)
		active := map[int64]bool{tt.start - 1: false, tt.start: true, tt.start + 1: true}
		if tt.end != 0 {
			active[tt.end-1], active[tt.end], active[tt.end+1] = true, false, false
		} else {
			active[time.UnixMilli(tt.start).Add(100*365*day).UnixMilli()] = true
		}
		for at, want := range active {
			_, _, problem := w.Provision(time.UnixMilli(at), admin, documentedRequest(t))
			if got := refusal(problem); (got == "") != want {
				t.Errorf("%s: at %d refused with %q, active %t", tt.name, at, got, want)
			}
		}
	}
}
