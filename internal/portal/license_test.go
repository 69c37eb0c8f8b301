package portal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/openapi"
)

const (
	effect     = 1593561600000 // of licenses/future
	expiration = 1603225394000
)

// TestDocumentedFutureLicense compares bytes, because keys and ids have the documented order.
func TestDocumentedFutureLicense(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "no-future-entitlements")
	reply := w.FutureLicense(now)
	got := text(t, reply.Value)
	want := strings.NewReplacer("\n", "", " ", "").Replace(documented(t, "getFutureLicense.example.json"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-documented +got):\n%s", diff)
	}
	if reply.Evidence != openapi.Documented || !reply.Keep {
		t.Errorf("evidence %q, keep %t", reply.Evidence, reply.Keep)
	}
}

// TestFutureLicense: before its date of effect an entry has its count. From then on the licence has no future part.
func TestFutureLicense(t *testing.T) {
	t.Parallel()
	_, w, _ := played(t, "future-entitlements")
	future, _ := fixture.BuiltIn().Get("licenses/future")
	noFuture := documented(t, "getFutureLicense.example.json")
	for at, want := range map[int64]string{
		0:              string(future.Body),
		effect - 1:     string(future.Body),
		effect:         noFuture,
		effect + 1:     noFuture,
		expiration:     noFuture,
		expiration + 1: noFuture,
		expiration * 2: noFuture,
	} {
		reply := w.FutureLicense(time.UnixMilli(at))
		diffObjects(t, time.UnixMilli(at).UTC().String(), want, text(t, reply.Value))
		if err := contract.BuiltIn().ProveSchema("FutureLicense", text(t, reply.Value)); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(
		[]time.Time{time.UnixMilli(1469206117000), time.UnixMilli(effect)}, w.Boundaries(), cmp.Comparer(time.Time.Equal),
	); diff != "" {
		t.Errorf("boundaries (-want +got):\n%s", diff)
	}
}

// TestPartsTakeEffectOneByOne has two dates of effect, and an expiration that no entry contains.
func TestPartsTakeEffectOneByOne(t *testing.T) {
	t.Parallel()
	w, _ := written(t, `  license:
    fixture: licenses/no-future
    expiration: "2020-10-20T20:23:14Z"
    with:
      userTypes: [{ id: a, maximumRegisteredMembers: 1, startDate: 2000 }, { id: b, maximumRegisteredMembers: 2, startDate: 3000 }]
      appBundles: [{ id: c, itemId: a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6, maximumRegisteredMembers: 3, startDate: 2000 }]
      apps: []
      extensions: []
      portalCapabilities: [{ name: kept }]
`)
	type entry struct {
		count string
		date  string
	}
	future := map[string]entry{"a": {"1", "2000"}, "b": {"2", "3000"}, "c": {"3", "2000"}}
	now := entry{"0", "1603225394000"}
	for at, want := range map[int64]map[string]entry{
		1999: future,
		2000: {"a": now, "b": future["b"], "c": now},
		2999: {"a": now, "b": future["b"], "c": now},
		3000: {"a": now, "b": now, "c": now},
	} {
		body := text(t, w.FutureLicense(time.UnixMilli(at)).Value)
		got := map[string]entry{}
		for _, list := range []string{"userTypes", "appBundles"} {
			for _, e := range object(t, body)[list].([]any) {
				e := e.(map[string]any)
				got[e["id"].(string)] = entry{text(t, e["maximumRegisteredMembers"]), text(t, e["startDate"])}
			}
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); diff != "" {
			t.Errorf("at %d (-want +got):\n%s", at, diff)
		}
		if !strings.HasSuffix(body, `"apps":[],"extensions":[],"portalCapabilities":[{"name":"kept"}]}`) {
			t.Errorf("at %d the rest is %s", at, body)
		}
	}
}

func TestNoLicense(t *testing.T) {
	t.Parallel()
	w, now := written(t, "  license: null\n")
	reply := w.FutureLicense(now)
	if diff := cmp.Diff(
		`{"userTypes":[],"appBundles":[],"apps":[],"extensions":[],"portalCapabilities":[]}`, text(t, reply.Value),
	); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if reply.Evidence != openapi.Assumed || !reply.Keep {
		t.Errorf("evidence %q, keep %t", reply.Evidence, reply.Keep)
	}
	if root := object(t, text(t, w.AdminRoot().Value)); root["isPortalLicensed"] != false || root["isLicensePopulated"] != false {
		t.Errorf("portaladmin says %v", root)
	}
}
