package contract_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/contract"
)

// equal compares decoded JSON. The time of cmp.Equal doubles with each level of nested lists.
func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

// FuzzOrgEntitlements proves that accepted text is valid JSON, is returned unchanged, and is accepted again when
// re-encoded.
func FuzzOrgEntitlements(f *testing.F) {
	for _, tt := range checks {
		for _, value := range sent(f, tt.sent...) {
			if value.Name == "orgEntitlements" && len(value.Text) < 1000 {
				f.Add(value.Text)
			}
		}
	}
	r := routeOf(f, contract.BuiltIn(), "provisionOrgEntitlements")
	f.Fuzz(func(t *testing.T, text string) {
		params, violations := r.Check(sent(t, json4(text)...))
		got := params.Text("orgEntitlements")
		switch {
		case len(violations) > 0 && got != "":
			t.Errorf("%q is refused and has the value %q", text, got)
		case len(violations) > 0:
		case !json.Valid([]byte(text)):
			t.Errorf("%q is accepted and is not JSON", text)
		case got != text:
			t.Errorf("%q came out as %q", text, got)
		default:
			again := string(encoded(t, decoded(t, []byte(text))))
			if _, violations = r.Check(sent(t, json4(again)...)); len(violations) > 0 {
				t.Errorf("%q is accepted; re-encoded as %q it gives %v", text, again, violations)
			}
		}
	})
}

// FuzzCheck proves that a check gives the same result each time, that violations are complete, and that a refused
// parameter has no value.
func FuzzCheck(f *testing.F) {
	routes := contract.BuiltIn().Routes()
	for i := range routes {
		f.Add(i, "query f=json\nform purchaserOrgId=a\nform orgEntitlements="+good+"\npath itemId=b\nquery expiration=1e3")
	}
	f.Fuzz(func(t *testing.T, route int, lines string) {
		r := routes[uint(route)%uint(len(routes))]
		values := anyValues(lines)
		params, violations := r.Check(values)
		_, again := r.Check(values)
		if diff := cmp.Diff(violations, again); diff != "" {
			t.Errorf("a second check differs (-first +second):\n%s", diff)
		}
		for _, v := range violations {
			if v.Kind == "" || v.In == "" || v.Message == "" {
				t.Errorf("an incomplete violation: %+v", v)
			}
			if v.Refusable() && params.Text(v.Name) != "" {
				t.Errorf("%s is refused and has a value", v.Name)
			}
		}
	})
}

// anyValues reads lines of "form name=text". Other text goes into the form.
func anyValues(lines string) []contract.Value {
	var values []contract.Value
	for line := range strings.SplitSeq(lines, "\n") {
		in, pair, _ := strings.Cut(line, " ")
		if in != "path" && in != "query" {
			in = "form"
		}
		name, text, _ := strings.Cut(pair, "=")
		values = append(values, contract.Value{In: in, Name: name, Text: text})
	}
	return values
}

// canary stands for a token in the wrong place. No violation may quote it.
const canary = "s3cretCanaryValue"

// TestNoTextIsShown sends the canary in all kinds of violations and looks for it in their messages.
func TestNoTextIsShown(t *testing.T) {
	t.Parallel()
	routes := append(append([]*contract.Route{}, contract.BuiltIn().Routes()...), contract.Control().Routes()...)
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(routes).Draw(t, "route")
		var values []contract.Value
		for range rapid.IntRange(1, 6).Draw(t, "values") {
			name := rapid.SampledFrom(append(names(r), "tokn", "F", "purchaserOrgID", "x")).Draw(t, "name")
			in := rapid.SampledFrom([]string{"path", "query", "form"}).Draw(t, "in")
			values = append(values, contract.Value{In: in, Name: name, Text: secretive(t)})
		}
		_, violations := r.Check(values)
		for _, v := range violations {
			if text := strings.Join(
				[]string{v.In, v.Name, v.Pointer, v.Message, v.Hint, v.Allowed, v.String()}, "\n",
			); strings.Contains(text, canary) {
				t.Fatalf("%v shows a value that was sent: %s", values, text)
			}
		}
	})
}

// TestNoTextOfAReplyIsShown does the same with replies, which may have tokens.
func TestNoTextOfAReplyIsShown(t *testing.T) {
	t.Parallel()
	operations := contract.BuiltIn().Operations()
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(operations).Draw(t, "operation")
		body := []byte(secretive(t))
		for _, err := range []error{o.Prove(string(body)), o.ProveError(string(body))} {
			if err != nil && strings.Contains(err.Error(), canary) {
				t.Fatalf("%s shows a value of the answer: %v", body, err)
			}
		}
	})
}

func names(r *contract.Route) []string {
	var all []string
	for _, p := range r.Parameters {
		all = append(all, p.Name)
	}
	return all
}

// secretive draws text with the canary as a value. A canary as a key would be a name, and messages quote names.
func secretive(t *rapid.T) string {
	inner := rapid.SampledFrom([]string{
		canary, `"` + canary + `"`, `["` + canary + `"]`, canary + ")", " " + canary, "json" + canary, `'` + canary + `'`, "u'" + canary + "'",
		"1" + canary, `"` + canary, `"` + canary + `\q"`, "//" + canary,
		"[object " + canary + "]", "%7B" + canary, `"` + canary + `" "` + canary + `"`,
	}).Draw(t, "inner")
	return strings.ReplaceAll(rapid.SampledFrom([]string{
		`%`, `{"maxUsers":%,"entitlements":{}}`, `{"maxUsers":1,"entitlements":{"a":{"num":%}}}`, `{"maxUsers":1,"entitlements":%}`,
		`{"maxUsers":1,"maxUsers":%,"entitlements":{"a":%}}`, `{"a":{"b":[1,%]}}`, `{"maxUsers":1,"entitlements":{}}%`,
		`{"token":%,"expires":%,"ssl":%}`, `{"itemId":%,"accountId":%,"more":%}`, `{"error":{"code":%,"message":1,"details":%}}`,
	}).Draw(t, "outer"), "%", inner)
}
