package mock_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// documented reads an example as the documentation prints it.
func documented(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("..", "internal", "contract", "testdata", "documented", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// TestDocumentedExamples proves that the documented requests get the documented replies, equal value by value, in every context.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	asked := provision().with("orgEntitlements", documented(t, "orgEntitlements.request.example.json"))
	for _, row := range []struct {
		scenario, reply string
		request         request
	}{
		{"trial", "provisionOrgEntitlements.example.json", asked},
		{"no-future-entitlements", "getFutureLicense.example.json", license()},
	} {
		for _, context := range []string{"", "/portal", "/arcgis", "/gis"} {
			t.Run(row.scenario+context, func(t *testing.T) {
				t.Parallel()
				s := mock.NewServer(t, mock.WithScenario(row.scenario), mock.WithContexts("/gis"))
				a := ask(t, s, row.request.at(context+row.request.path))
				diff(t, "reply", decoded(t, documented(t, row.reply)), decoded(t, a.body))
				diff(t, "status", 200, a.status)
				diff(t, "evidence", "documented", a.header.Get("Mockportal-Evidence"))
				diff(t, "scenario", row.scenario, a.header.Get("Mockportal-Scenario"))
				diff(t, "sandbox", "default", a.header.Get("Mockportal-Sandbox"))
				diff(t, "call", "1", a.header.Get("Mockportal-Call"))
				diff(t, "origin", "*", a.header.Get("Access-Control-Allow-Origin"))
			})
		}
	}
}

// TestDocumentedOrder proves the order of the members, which a golden file of decoded JSON would not show: the reply of
// getFutureLicense comes in the documented order, that of provisionOrgEntitlements too, but for the entitlements, an unordered map.
func TestDocumentedOrder(t *testing.T) {
	t.Parallel()
	asked := provision().with("orgEntitlements", documented(t, "orgEntitlements.request.example.json"))
	for _, row := range []struct {
		operation, reply string
		request          request
		depth            int
	}{
		{"getFutureLicense", "getFutureLicense.example.json", license(), 3},
		{"provisionOrgEntitlements", "provisionOrgEntitlements.example.json", asked, 2},
	} {
		t.Run(row.operation, func(t *testing.T) {
			t.Parallel()
			a := call(t, portal(t), row.request)
			diff(t, "names", names(t, documented(t, row.reply), row.depth), names(t, a.body, row.depth))
		})
	}
}

// TestMissingPrivilege proves that under missing-privilege the administrator of the other scenarios is refused both operations,
// and that nothing else than the scenario is to be changed for it.
func TestMissingPrivilege(t *testing.T) {
	t.Parallel()
	for _, r := range []request{provision(), license()} {
		t.Run(r.path, func(t *testing.T) {
			t.Parallel()
			diff(t, "code under trial", 0, errorOf(t, ask(t, mock.NewServer(t), r)).Code)
			s := mock.NewServer(t, mock.WithScenario("missing-privilege"))
			diff(t, "code", 403, errorOf(t, ask(t, s, r.with("token", s.Token("admin")))).Code)
			diff(t, "member", "admin", s.Calls()[0].Member)
		})
	}
}

// TestSecondCallSeesTheFirst proves that a provision replaces the set of entitlements as a whole, in the world and in the next reply.
func TestSecondCallSeesTheFirst(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	names := func(value any) any {
		return value.(map[string]any)["orgEntitlements"].(map[string]any)["entitlements"]
	}
	world := func() any {
		a := ask(t, s, get("/__admin/sandboxes/default/world"))
		listings := decoded(t, a.body).(map[string]any)["world"].(map[string]any)["listings"].([]any)
		return listings[0].(map[string]any)["provisions"].([]any)[0]
	}
	before := world()
	first := decoded(t, ask(t, s, provision()).body)
	diff(t, "the world after the first call", first, world())
	if len(names(before).(map[string]any)) == len(names(first).(map[string]any)) {
		t.Error("the world before the call has as many entitlements as after it")
	}
	second := decoded(t, ask(t, s, provision().with("orgEntitlements", `{"maxUsers":3,"entitlements":{"publisherN":{"num":0}}}`)).body)
	diff(t, "the world after the second call", second, world())
	diff(t, "entitlements after the second call", decoded(t, `{"publisherN":{"num":0}}`), names(second))
	refused := ask(t, s, provision().with("token", "viewer-token").with("orgEntitlements", `{"maxUsers":9,"entitlements":{}}`))
	diff(t, "code", 403, errorOf(t, refused).Code)
	diff(t, "the world after a refused call", second, world())
}

// TestExtraMembers proves that members which the documentation does not know are tolerated in orgEntitlements and not echoed.
func TestExtraMembers(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	a := ask(t, s, provision().with("orgEntitlements", `{"maxUsers":1,"startDate":5,"entitlements":{"viewer":{"num":1,"license":"x"}}}`))
	got := decoded(t, a.body).(map[string]any)["orgEntitlements"].(map[string]any)
	delete(got, "entitlementsModified")
	diff(t, "orgEntitlements", decoded(t, `{"maxUsers":1,"entitlements":{"viewer":{"num":1}}}`), any(got))
}
