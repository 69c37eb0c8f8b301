package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/openapi"
)

func TestOperationsSayEverything(t *testing.T) {
	t.Parallel()
	kinds := []openapi.Kind{openapi.Licensing, openapi.Support}
	apis := []contract.API{contract.Sharing, contract.PortalAdmin}
	uses := []contract.TokenUse{contract.TokenRequired, contract.TokenOptional, contract.TokenUnused}
	for _, o := range contract.BuiltIn().Operations() {
		for what, good := range map[string]bool{
			"x-kind":                   slices.Contains(kinds, o.Kind),
			"x-api":                    slices.Contains(apis, o.API),
			"x-access":                 slices.Contains(uses, o.Access.Token),
			"the level of x-evidence":  o.Evidence.Level.Valid(),
			"the source of x-evidence": o.Evidence.Source != "" && (o.Evidence.Source != "none" || o.Evidence.Level == openapi.Assumed),
			"summary":                  o.Summary != "",
			"a route":                  len(o.Routes) > 0,
			"a schema of its success":  o.Prove(`{}`) != nil,
			"a schema of its errors":   o.ProveError(`{}`) != nil,
			"routes of its own":        !slices.ContainsFunc(o.Routes, func(r *contract.Route) bool { return r.Operation != o }),
		} {
			if !good {
				t.Errorf("%s lacks %s", o.ID, what)
			}
		}
	}
}

func TestControlOperationsSayEverything(t *testing.T) {
	t.Parallel()
	for _, o := range contract.Control().Operations() {
		if o.ID == "" || o.Summary == "" || len(o.Routes) != 1 {
			t.Errorf("operation %q, summary %q, %d routes", o.ID, o.Summary, len(o.Routes))
		}
	}
}

// TestErrorsHaveTheirTexts proves that x-errors names valid fixtures, and that some operation names each fixture.
func TestErrorsHaveTheirTexts(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	// No operation names these: the details of parameters-invalid, and the errors of calls that reach no operation.
	for _, id := range []string{"parameter-missing", "parameter-malformed", "url-invalid", "too-large", "internal"} {
		used["errors/sharing/"+id], used["errors/portaladmin/"+id] = true, true
	}
	for _, o := range contract.BuiltIn().Operations() {
		for _, id := range o.Errors {
			id = "errors/" + string(o.API) + "/" + id
			used[id] = true
			fixture, _ := fixture.BuiltIn().Get(id)
			if err := o.ProveError(string(fixture.Body)); err != nil {
				t.Errorf("%s: x-errors: %s: %v", o.ID, id, err)
			}
			if o.Prove(string(fixture.Body)) == nil {
				t.Errorf("%s: %s passes as a success", o.ID, id)
			}
		}
	}
	for _, id := range fixture.BuiltIn().IDs() {
		if strings.HasPrefix(id, "errors/") && !used[id] {
			t.Errorf("no operation answers %s", id)
		}
	}
}

func TestErrorsFollowFromAccess(t *testing.T) {
	t.Parallel()
	for _, o := range contract.BuiltIn().Operations() {
		for id, needed := range map[string]bool{
			"token-required":     o.Access.Token == contract.TokenRequired,
			"token-invalid":      o.Access.Token != contract.TokenUnused,
			"not-permitted":      len(o.Access.Privileges) > 0,
			"parameters-invalid": true, // every operation has at least the parameter f
		} {
			if needed && !slices.Contains(o.Errors, id) {
				t.Errorf("%s: x-errors lacks %s", o.ID, id)
			}
		}
	}
}

func TestOperationsAreSorted(t *testing.T) {
	t.Parallel()
	ids := contract.BuiltIn().OperationIDs()
	if diff := cmp.Diff([]string{"getFutureLicense", "provisionOrgEntitlements"}, ids[:2]); diff != "" {
		t.Errorf("licensing operations come first (-want +got):\n%s", diff)
	}
	if !slices.IsSorted(ids[2:]) {
		t.Errorf("not sorted: %q", ids[2:])
	}
	for i, o := range contract.BuiltIn().Operations() {
		found, ok := contract.BuiltIn().Operation(ids[i])
		if !ok || found != o {
			t.Errorf("Operation(%q) is not the one of the list", ids[i])
		}
	}
	if _, ok := contract.BuiltIn().Operation("getFutureLicence"); ok {
		t.Error("Operation finds a misspelt id")
	}
}

func TestRoutesAreWellFormed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for name, c := range contracts() {
		for _, r := range c.Routes() {
			key := r.Method + " " + r.Path
			if seen[key] || !strings.HasPrefix(r.Path, "/") || r.Operation == nil {
				t.Errorf("%s: %s: seen %t, operation %v", name, key, seen[key], r.Operation)
			}
			seen[key] = true
		}
	}
}

func TestParametersAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, r := range append(slices.Clone(contract.BuiltIn().Routes()), contract.Control().Routes()...) {
		for i, p := range r.Parameters {
			if slices.Index(names(r), p.Name) != i {
				t.Errorf("%s %s: %s is declared twice", r.Method, r.Path, p.Name)
			}
			if inPath := strings.Contains(r.Path, "{"+p.Name+"}"); inPath != (p.In == "path") || p.MultiPart && !inPath {
				t.Errorf("%s %s: %s is in %s", r.Method, r.Path, p.Name, p.In)
			}
		}
	}
}

// TestSpecificPathsComeFirst proves that no path with a parameter hides a path with a fixed segment.
func TestSpecificPathsComeFirst(t *testing.T) {
	t.Parallel()
	multi := false
	for _, r := range contract.BuiltIn().Routes() {
		if strings.Contains(r.Path, "{resource}") {
			multi = true
		} else if multi && !strings.Contains(r.Path, "{") {
			t.Errorf("%s comes after a path that matches everything", r.Path)
		}
	}
	if !multi {
		t.Error("no path spans several segments, so this test proves nothing")
	}
}

// TestMultiSegmentParameters lists the parameters that span several segments.
func TestMultiSegmentParameters(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	for _, r := range append(slices.Clone(contract.BuiltIn().Routes()), contract.Control().Routes()...) {
		for _, p := range r.Parameters {
			if p.MultiPart {
				got[r.Path+" "+p.Name] = true
			}
		}
	}
	if diff := cmp.Diff(map[string]bool{"/{resource}/rest/info resource": true, "/__admin/scenarios/{name} name": true}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTokensAreSecret proves that exactly the parameters with credentials are secret.
func TestTokensAreSecret(t *testing.T) {
	t.Parallel()
	secret := []string{"token", "auth_token", "refresh_token", "password", "client_secret", "code", "code_verifier"}
	found := map[string]bool{}
	for _, r := range contract.BuiltIn().Routes() {
		for _, p := range r.Parameters {
			if p.Secret != slices.Contains(secret, p.Name) {
				t.Errorf("%s %s: %s: secret is %t", r.Method, r.Path, p.Name, p.Secret)
			}
			found[p.Name] = true
		}
	}
	for _, name := range secret {
		if !found[name] {
			t.Errorf("no parameter is called %s", name)
		}
	}
}

// TestParametersAreExplained proves that the parameters of licensing operations have descriptions and examples.
func TestParametersAreExplained(t *testing.T) {
	t.Parallel()
	for _, o := range contract.BuiltIn().Operations() {
		if o.Kind != openapi.Licensing {
			continue
		}
		for _, p := range o.Routes[0].Parameters {
			if p.Description == "" {
				t.Errorf("%s: %s has no description", o.ID, p.Name)
			}
			if p.Example == "" && p.Enum == nil && !p.Secret && p.Name != "callback" {
				t.Errorf("%s: %s has neither an example nor enum values", o.ID, p.Name)
			}
		}
	}
}

func TestLicensingParameters(t *testing.T) {
	t.Parallel()
	type parameter struct {
		Name, In                string
		Required, Query, Secret bool
		JSON                    bool
	}
	for operation, want := range map[string][]parameter{
		"provisionOrgEntitlements": {
			{Name: "itemId", In: "path", Required: true},
			{Name: "purchaserOrgId", In: "form", Required: true},
			{Name: "orgEntitlements", In: "form", Required: true, JSON: true},
			{Name: "purchaserSubscriptionId", In: "form"},
			{Name: "token", In: "form", Query: true, Secret: true},
			{Name: "callback", In: "form", Query: true},
			{Name: "f", In: "form", Query: true},
		},
		"getFutureLicense": {
			{Name: "token", In: "query", Query: true, Secret: true},
			{Name: "f", In: "query", Query: true},
		},
	} {
		r := routeOf(t, contract.BuiltIn(), operation)
		var got []parameter
		for _, p := range r.Parameters {
			got = append(got, parameter{p.Name, p.In, p.Required, p.InQuery, p.Secret, p.JSON})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", operation, diff)
		}
	}
}

func TestParameterNames(t *testing.T) {
	t.Parallel()
	for operation, want := range map[string][]string{
		"provisionOrgEntitlements": {"itemId", "purchaserOrgId", "orgEntitlements", "purchaserSubscriptionId", "token", "callback", "f"},
		"serverInfo":               {"token", "callback", "f", "resource"},
	} {
		o, _ := contract.BuiltIn().Operation(operation)
		if diff := cmp.Diff(want, o.ParameterNames()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", operation, diff)
		}
	}
}

func TestWeaker(t *testing.T) {
	t.Parallel()
	levels := []openapi.Level{"", openapi.Documented, openapi.Observed, openapi.Assumed}
	for i, a := range levels {
		for j, b := range levels {
			if want, got := levels[max(i, j)], a.Weaker(b); got != want {
				t.Errorf("%q.Weaker(%q) is %q, want %q", a, b, got, want)
			}
		}
		if valid := i > 0; a.Valid() != valid {
			t.Errorf("%q: Valid is %t", a, !valid)
		}
	}
	if openapi.Level("guessed").Valid() {
		t.Error("guessed passes as a level")
	}
}

// TestOptionalParametersMayBeEmpty proves that the documents allow an empty query parameter exactly if it is optional.
func TestOptionalParametersMayBeEmpty(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		for _, op := range operationsOf(specOf(t, c)) {
			for _, ref := range op.Parameters {
				if p := ref.Value; p.In == "query" && p.AllowEmptyValue == p.Required {
					t.Errorf("%s: %s: %s: required is %t, allowEmptyValue is %t", name, op.OperationID, p.Name, p.Required, p.AllowEmptyValue)
				}
			}
		}
	}
}

// TestEmptyCountsAsAbsent proves that an empty optional parameter counts as absent, whatever its schema.
func TestEmptyCountsAsAbsent(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		for _, r := range c.Routes() {
			_, absent := r.Check(nil)
			for _, value := range emptied(r) {
				_, empty := r.Check([]contract.Value{value})
				if diff := cmp.Diff(absent, empty); diff != "" {
					t.Errorf("%s: %s %s: %s (-absent +empty):\n%s", name, r.Method, r.Path, value.Name, diff)
				}
			}
		}
	}
}

// emptied returns an empty value for each optional parameter of a route.
func emptied(r *contract.Route) []contract.Value {
	var values []contract.Value
	for _, p := range r.Parameters {
		switch {
		case p.Required, p.In == "query" && !p.InQuery: // or refused
		case p.InQuery:
			values = append(values, contract.Value{In: "query", Name: p.Name})
		default:
			values = append(values, contract.Value{In: p.In, Name: p.Name})
		}
	}
	return values
}

// TestOrderOfParameters proves that required parameters come first, then the others as the contract has them, and common ones last.
func TestOrderOfParameters(t *testing.T) {
	t.Parallel()
	for operation, want := range map[string]string{
		"provisionOrgEntitlements": "itemId purchaserOrgId orgEntitlements purchaserSubscriptionId token callback f",
		"generateToken":            "username password client referer ip expiration serverUrl request token callback f",
		"portalAdminSignIn":        "username password redirect token f",
	} {
		o, ok := contract.BuiltIn().Operation(operation)
		if !ok {
			t.Fatalf("no operation %s", operation)
		}
		var names []string
		for _, p := range o.Routes[0].Parameters {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has %s, want %s", operation, got, want)
		}
	}
}
