package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

func render(t *testing.T, set *fixture.Set, api contract.API, p *portal.Problem) (string, openapi.Level) {
	t.Helper()
	e, err := wire.NewEnvelope(set, api, p)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), e.Evidence
}

// TestEnvelopesAreTheirFixtures tells every error fixture without lines: the envelope is the fixture, value by value and in its order.
func TestEnvelopesAreTheirFixtures(t *testing.T) {
	t.Parallel()
	told := 0
	for _, id := range fixture.BuiltIn().IDs() {
		rest, ok := strings.CutPrefix(id, "errors/")
		if !ok {
			continue
		}
		told++
		api, name, _ := strings.Cut(rest, "/")
		document, _ := fixture.BuiltIn().Get(id)
		got, evidence := render(t, fixture.BuiltIn(), contract.API(api), &portal.Problem{ID: name, Allowed: "POST"})
		var want strings.Builder
		for line := range strings.SplitSeq(string(document.Body), "\n") {
			want.WriteString(strings.Replace(strings.TrimSpace(line), `": `, `":`, 1))
		}
		filled := strings.NewReplacer("{allowed}", "POST", "{name}", "").Replace(want.String())
		if diff := cmp.Diff(filled, got); diff != "" {
			t.Errorf("%s (-fixture +envelope):\n%s", id, diff)
		}
		if evidence != document.Evidence.Level {
			t.Errorf("%s: evidence %q, want %q", id, evidence, document.Evidence.Level)
		}
	}
	if told < 20 {
		t.Errorf("only %d fixtures", told)
	}
}

func TestEnvelopeLines(t *testing.T) {
	t.Parallel()
	lines := []portal.Line{
		{ID: "parameter-missing", Name: "purchaserOrgId"},
		{ID: "parameter-malformed", Name: "orgEntitlements/maxUsers", Allowed: "an integer"},
		{ID: "parameter-malformed", Name: "{allowed}", Allowed: "{name}"},
	}
	for api, want := range map[contract.API]string{
		contract.Sharing: `{"error":{"code":400,"message":"Invalid request","details":` +
			`["'purchaserOrgId' must be specified.","'orgEntitlements/maxUsers' must be an integer.","'{allowed}' must be {name}."]}}`,
		contract.PortalAdmin: `{"error":{"code":400,"message":"Invalid request","details":` +
			`["'purchaserOrgId' must be specified.","'orgEntitlements/maxUsers' must be an integer.","'{allowed}' must be {name}."]}}`,
	} {
		got, _ := render(t, fixture.BuiltIn(), api, &portal.Problem{ID: "parameters-invalid", Lines: lines})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", api, diff)
		}
	}
	got, _ := render(
		t, fixture.BuiltIn(), contract.Sharing,
		&portal.Problem{ID: "sign-in-failed", Lines: []portal.Line{{ID: "parameter-missing", Name: "username"}}},
	)
	if diff := cmp.Diff(
		`{"error":{"code":400,"message":"Unable to generate token.","details":["'username' must be specified."]}}`, got,
	); diff != "" {
		t.Errorf("in place of the fixture's own details (-want +got):\n%s", diff)
	}
}

// TestTeamsTexts lays a team's texts over the built-in ones: more than one line, both words in every string, nothing else replaced.
func TestTeamsTexts(t *testing.T) {
	t.Parallel()
	set, err := fixture.BuiltIn().Overlay("pack", fstest.MapFS{
		"fixtures/errors/sharing/parameters-invalid.json": {Data: []byte(`{"error":{"code":400,` +
			`"message":"Bad {name} {{allowed}} {other} $name",` +
			`"details":["kept only without lines"]}}`)},
		"fixtures/errors/sharing/parameter-missing.json": {Data: []byte(`{"error":{"code":1,"message":"not shown",` +
			`"details":["{name} {name}","second {allowed}"]}}`)},
		"fixtures/errors/sharing/parameter-malformed.json": {Data: []byte(`{"error":{"code":1,"message":"not shown","details":[]}}`)},
		"fixtures/errors/sharing/oauth-client-invalid.json": {Data: []byte(`{"error":{"code":400,"messageCode":"OAUTH_0001","error":"e",` +
			`"error_description":"d","message":"m","details":[]}}`)},
		"fixtures/evidence.yaml": {Data: []byte("errors/sharing/parameters-invalid: { level: documented, source: a page }\n" +
			"errors/sharing/parameter-missing: { level: observed, source: a log }\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	missing := portal.Line{ID: "parameter-missing", Name: "n", Allowed: "a"}
	for _, tt := range []struct {
		name     string
		problem  portal.Problem
		want     string
		evidence openapi.Level
	}{
		{
			"no lines",
			portal.Problem{ID: "parameters-invalid", Allowed: "x"},
			`{"error":{"code":400,"message":"Bad  {x} {other} $name","details":["kept only without lines"]}}`, openapi.Documented,
		},
		{
			"a line of two",
			portal.Problem{ID: "parameters-invalid", Lines: []portal.Line{missing}},
			`{"error":{"code":400,"message":"Bad  {} {other} $name","details":["n n","second a"]}}`, openapi.Observed,
		},
		{
			"a line of none",
			portal.Problem{ID: "parameters-invalid", Lines: []portal.Line{{ID: "parameter-malformed"}, missing}},
			`{"error":{"code":400,"message":"Bad  {} {other} $name","details":["n n","second a"]}}`, openapi.Assumed,
		},
		{
			"every member",
			portal.Problem{ID: "oauth-client-invalid"},
			`{"error":{"code":400,"messageCode":"OAUTH_0001","error":"e","error_description":"d","message":"m","details":[]}}`, openapi.Assumed,
		},
	} {
		got, evidence := render(t, set, contract.Sharing, &tt.problem)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if evidence != tt.evidence {
			t.Errorf("%s: evidence %q, want %q", tt.name, evidence, tt.evidence)
		}
	}
}

func TestEnvelopeWithoutFixture(t *testing.T) {
	t.Parallel()
	for _, p := range []portal.Problem{
		{ID: "nothing-of-the-kind"},
		{ID: "parameters-invalid", Lines: []portal.Line{{ID: "nothing-of-the-kind"}}},
	} {
		_, err := wire.NewEnvelope(fixture.BuiltIn(), contract.Sharing, &p)
		if err == nil || !strings.Contains(err.Error(), `no fixture "errors/sharing/nothing-of-the-kind"`) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
