package contract_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/openapi"
)

const good = `{"maxUsers":10,"entitlements":{"standard":{"num":8}}}`

// checks has one row per violation. Rows of provisionOrgEntitlements differ from a good request in one thing.
var checks = []struct {
	name, operation string
	sent            []string
}{
	{"good", "provisionOrgEntitlements", []string{"path itemId=a", "query f=json", "form purchaserOrgId=b", "form orgEntitlements=" + good}},
	{"everything missing", "provisionOrgEntitlements", nil},
	{"required empty", "provisionOrgEntitlements", []string{"path itemId=a", "form purchaserOrgId=", "form orgEntitlements="}},
	{"optional empty", "provisionOrgEntitlements", good4("form purchaserSubscriptionId=", "query f=", "form token=", "form callback=")},
	{"wrong letter case", "provisionOrgEntitlements", []string{"path itemId=a", "form purchaserOrgID=b", "form OrgEntitlements=" + good}},
	{"misspelt", "provisionOrgEntitlements", []string{"path itemId=a", "form purchaserOrg=b", "form orgEntitlments=" + good}},
	{"misspelt optional", "provisionOrgEntitlements", good4("form purchaserSubscriptonId=c", "query fromat=json")},
	{"unlike any name", "provisionOrgEntitlements", good4("query cacheBuster=1")},
	{"unknown, repeated", "provisionOrgEntitlements", good4("query cacheBuster=1", "query cacheBuster=2")},
	{"repeated", "provisionOrgEntitlements", good4("form purchaserOrgId=c", "form purchaserOrgId=b")},
	{
		"query and form", "provisionOrgEntitlements",
		[]string{"path itemId=a", "query f=json", "form f=html", "form purchaserOrgId=b", "form orgEntitlements=" + good},
	},
	{"query instead of form", "provisionOrgEntitlements", []string{"path itemId=a", "query purchaserOrgId=b", "form orgEntitlements=" + good}},
	{
		"path parameter in the query", "provisionOrgEntitlements",
		[]string{"path itemId=a", "query itemId=c", "form purchaserOrgId=b", "form orgEntitlements=" + good},
	},
	{
		"path parameter in the form", "provisionOrgEntitlements",
		[]string{"path itemId=a", "form purchaserOrgId=b", "form orgEntitlements=" + good, "form itemId=c"},
	},
	{"a sign before an integer", "generateToken", []string{"form expiration=+60"}},
	{
		"query beside form", "provisionOrgEntitlements",
		[]string{"path itemId=a", "query purchaserOrgId=b", "form purchaserOrgId=c", "form orgEntitlements=" + good},
	},
	{"enum value in wrong letter case", "provisionOrgEntitlements", good4("query f=JSON")},
	{"unknown enum value", "provisionOrgEntitlements", good4("query f=geojson-seq")},
	{"callback that is not a name", "provisionOrgEntitlements", good4("query callback=alert(1)")},
	{"callback that is long", "provisionOrgEntitlements", good4("query callback=" + strings.Repeat("a", 101))},
	{"callback that is good", "provisionOrgEntitlements", good4("query callback=$dojo.io.cb_1")},

	{"maxUsers as text", "provisionOrgEntitlements", json4(`{"maxUsers":"10","entitlements":{}}`)},
	{"maxUsers as words", "provisionOrgEntitlements", json4(`{"maxUsers":"ten","entitlements":{}}`)},
	{"maxUsers as empty text", "provisionOrgEntitlements", json4(`{"maxUsers":"","entitlements":{}}`)},
	{"maxUsers negative", "provisionOrgEntitlements", json4(`{"maxUsers":-1,"entitlements":{}}`)},
	{"maxUsers with exponent", "provisionOrgEntitlements", json4(`{"maxUsers":1e3,"entitlements":{}}`)},
	{"maxUsers with empty fraction", "provisionOrgEntitlements", json4(`{"maxUsers":1.0,"entitlements":{}}`)},
	{"maxUsers with fraction", "provisionOrgEntitlements", json4(`{"maxUsers":0.5,"entitlements":{}}`)},
	{"maxUsers at the bound", "provisionOrgEntitlements", json4(`{"maxUsers":2147483647,"entitlements":{}}`)},
	{"maxUsers over the bound", "provisionOrgEntitlements", json4(`{"maxUsers":2147483648,"entitlements":{}}`)},
	{"maxUsers over 64 bits", "provisionOrgEntitlements", json4(`{"maxUsers":9223372036854775808,"entitlements":{}}`)},
	{"maxUsers over every bound", "provisionOrgEntitlements", json4(`{"maxUsers":1e400,"entitlements":{}}`)},
	{"maxUsers true", "provisionOrgEntitlements", json4(`{"maxUsers":true,"entitlements":{}}`)},
	{"maxUsers null", "provisionOrgEntitlements", json4(`{"maxUsers":null,"entitlements":{}}`)},
	{"maxUsers as list", "provisionOrgEntitlements", json4(`{"maxUsers":[10],"entitlements":{}}`)},
	{"maxUsers missing", "provisionOrgEntitlements", json4(`{"entitlements":{}}`)},
	{"maxUsers misspelt", "provisionOrgEntitlements", json4(`{"maxusers":10,"entitlements":{}}`)},
	{"entitlements missing", "provisionOrgEntitlements", json4(`{"maxUsers":10}`)},
	{"entitlements null", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":null}`)},
	{"entitlements as list", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":[{"num":1}]}`)},
	{"entitlement null", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":{"a":null}}`)},
	{"entitlement as number", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":{"a":2}}`)},
	{"num missing", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":{"a":{}}}`)},
	{"num misspelt", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":{"a":{"Num":2}}}`)},
	{
		"num of each kind", "provisionOrgEntitlements",
		json4(`{"maxUsers":10,"entitlements":{"a/b":{"num":"2"},"c~d":{"num":1.50},"e":{"num":-3},"f":{"num":2e0}}}`),
	},
	{"no entitlements", "provisionOrgEntitlements", json4(`{"maxUsers":0,"entitlements":{}}`)},
	{
		"extra members", "provisionOrgEntitlements",
		json4(`{"maxUsers":10,"startDate":1.5e3,"entitlements":{"a":{"num":2,"license":"x"}},"more":[null,{"b":{}}]}`),
	},
	{"everything wrong in JSON", "provisionOrgEntitlements", json4(`{"maxUsers":"x","entitlements":{"b":{},"a":{"num":null}}}`)},

	{"object as text", "provisionOrgEntitlements", json4(`"text"`)},
	{"object as number", "provisionOrgEntitlements", json4(`12`)},
	{"object as list", "provisionOrgEntitlements", json4(`[]`)},
	{"object null", "provisionOrgEntitlements", json4(`null`)},
	{"duplicate key", "provisionOrgEntitlements", json4(`{"maxUsers":10,"maxUsers":11,"entitlements":{}}`)},
	{"duplicate key, escaped", "provisionOrgEntitlements", json4(`{"maxUsers":10,"m\u0061xUsers":11,"entitlements":{}}`)},
	{
		"duplicate key in an entitlement", "provisionOrgEntitlements",
		json4(`{"maxUsers":10,"entitlements":{"a":{"num":1,"num":2},"a":{"num":3}}}`),
	},
	{"duplicate key in a list", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":{},"more":[0,{"a":1,"a":2}]}`)},
	{"duplicate key and a violation", "provisionOrgEntitlements", json4(`{"maxUsers":-1,"maxUsers":1,"entitlements":{}}`)},
	{"trailing text", "provisionOrgEntitlements", json4(good + ` and more`)},
	{"trailing value", "provisionOrgEntitlements", json4(good + good)},
	{"trailing bracket", "provisionOrgEntitlements", json4(good + `}`)},
	{"blanks around", "provisionOrgEntitlements", json4(" \t\r\n" + good + "\n")},
	{"blanks only", "provisionOrgEntitlements", json4("  ")},
	{"cut off", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":{"a":{"num"`)},
	{"extra comma", "provisionOrgEntitlements", json4(`{"maxUsers":10,"entitlements":{},}`)},
	{"comma missing", "provisionOrgEntitlements", json4(`{"maxUsers":10 "entitlements":{}}`)},
	{"line comment", "provisionOrgEntitlements", json4("{\"maxUsers\":10, // all of them\n\"entitlements\":{}}")},
	{"block comment", "provisionOrgEntitlements", json4(`{"maxUsers":10,/* all */"entitlements":{}}`)},
	{"single quotes", "provisionOrgEntitlements", json4(`{'maxUsers':10,'entitlements':{}}`)},
	{"Python 2", "provisionOrgEntitlements", json4(`{u'maxUsers':10}`)},
	{"Python constant", "provisionOrgEntitlements", json4(`{"maxUsers":None,"entitlements":{}}`)},
	{"names without quotes", "provisionOrgEntitlements", json4(`{maxUsers:10}`)},
	{"leading zero", "provisionOrgEntitlements", json4(`{"maxUsers":010,"entitlements":{}}`)},
	{"encoded twice", "provisionOrgEntitlements", json4(`%7B%22maxUsers%22%3A10%7D`)},
	{"encoded twice as JSON", "provisionOrgEntitlements", json4(`"{\"maxUsers\":10,\"entitlements\":{}}"`)},
	{"not serialised", "provisionOrgEntitlements", json4(`[object Object]`)},
	{"invalid UTF-8", "provisionOrgEntitlements", json4("{\"maxUsers\":1,\"entitlements\":{\"\xff\":{\"num\":1}}}")},
	{"invalid UTF-8 in a value", "provisionOrgEntitlements", json4("{\"maxUsers\":1,\"entitlements\":{},\"more\":[\"\u00e9\", \"a\xe9\"]}")},
	{"U+FFFD and a surrogate", "provisionOrgEntitlements", json4("{\"maxUsers\":1,\"entitlements\":{\"\ufffd\\ud800\":{\"num\":1}}}")},
	{"invalid UTF-8 in a text", "generateToken", []string{"form username=Jos\xe9", "form password=\xe9"}},
	{"nested without end", "provisionOrgEntitlements", json4(strings.Repeat(`{"a":`, 100000))},

	{"licence: good", "getFutureLicense", []string{"query token=t", "query f=pjson"}},
	{"licence: nothing", "getFutureLicense", nil},
	{"licence: callback", "getFutureLicense", []string{"query callback=cb"}},
	{"licence: repeated token", "getFutureLicense", []string{"query token=t", "query token=u", "query f=json"}},
	{"minutes: good", "generateToken", []string{"form username=a", "form expiration=60"}},
	{"minutes: words", "generateToken", []string{"form expiration=an hour"}},
	{"minutes: fraction", "generateToken", []string{"form expiration=1.5"}},
	{"minutes: exponent", "generateToken", []string{"form expiration=1e3"}},
	{"minutes: none", "generateToken", []string{"form expiration=0"}},
	{"minutes: negative", "generateToken", []string{"form expiration=-5"}},
	{"minutes: over 64 bits", "generateToken", []string{"form expiration=9223372036854775808"}},
	{"password in the query", "generateToken", []string{"query username=a", "query password=b"}},
	{"the last word of a name is near", "generateToken", []string{"form access_token=t", "form my-referrer=x", "form end_=x"}},
	{"client near", "generateToken", []string{"form client=Referer"}},
	{"grant near", "oauthToken", []string{"form grant_type=client_credential"}},
	{"grant missing", "oauthToken", []string{"form granttype=client_credentials"}},
	{"revoke nothing", "oauthRevokeToken", []string{"form token=t", "form auth_token="}},
}

// good4 is a good request of provisionOrgEntitlements with more values at its end.
func good4(more ...string) []string {
	return append([]string{"path itemId=a", "form purchaserOrgId=b", "form orgEntitlements=" + good}, more...)
}

// json4 is a request of provisionOrgEntitlements with this JSON; everything else is good.
func json4(text string) []string {
	return []string{"path itemId=a", "form purchaserOrgId=b", "form orgEntitlements=" + text}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	names := map[string]bool{}
	for _, tt := range checks {
		if names[tt.name] {
			t.Errorf("two rows are called %q", tt.name)
		}
		names[tt.name] = true
		r := routeOf(t, contract.BuiltIn(), tt.operation)
		params, violations := r.Check(sent(t, tt.sent...))
		fmt.Fprintf(&b, "## %s: %s\n", tt.operation, tt.name)
		for _, line := range tt.sent {
			fmt.Fprintf(&b, "%.160q\n", line)
		}
		for _, p := range r.Parameters {
			value := any(params.Text(p.Name))
			switch {
			case value == "":
				continue
			case p.JSON:
				value = decoded(t, []byte(params.Text(p.Name)))
			case p.Integer:
				value = json.Number(params.Text(p.Name))
			}
			fmt.Fprintf(&b, "  %s = %.160s\n", p.Name, encoded(t, value))
		}
		for _, v := range violations {
			writeViolation(&b, v)
		}
		b.WriteByte('\n')
	}
	golden(t, "check.txt", b.String())
}

func writeViolation(b *strings.Builder, v openapi.Violation) {
	fmt.Fprintf(b, "  ! %s %s\n", v.Kind, v)
	if v.Allowed != "" {
		fmt.Fprintf(b, "    it must be %s\n", v.Allowed)
	}
	if v.Pointer != "" {
		fmt.Fprintf(b, "    at %s\n", v.Pointer)
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	r := routeOf(t, contract.BuiltIn(), "generateToken")
	params, violations := r.Check(sent(t, "query f=json", "form username=a", "form expiration=60", "form password="))
	if len(violations) > 0 {
		t.Fatal(violations)
	}
	for name, want := range map[string]string{"username": "a", "f": "json", "password": "", "expiration": "60", "nobody": ""} {
		if got := params.Text(name); got != want {
			t.Errorf("Text(%q) is %q, want %q", name, got, want)
		}
	}
	if minutes, ok := params.Int("expiration"); minutes != 60 || !ok {
		t.Errorf("Int(expiration) is %d, %t", minutes, ok)
	}
	for _, name := range []string{"username", "password", "nobody"} {
		if n, ok := params.Int(name); ok {
			t.Errorf("Int(%q) is %d", name, n)
		}
	}
	var none contract.Params
	if none.Text("f") != "" || none.JSON("f") != (contract.JSON{}) {
		t.Error("the zero Params has a value")
	}
}

func TestRefusable(t *testing.T) {
	t.Parallel()
	want := map[openapi.ViolationKind]bool{openapi.Missing: true, openapi.Malformed: true, openapi.Unknown: false, openapi.Repeated: false}
	got := map[openapi.ViolationKind]bool{}
	for kind := range want {
		got[kind] = openapi.Violation{Kind: kind}.Refusable()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
