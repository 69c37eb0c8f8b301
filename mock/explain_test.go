package mock_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/mockportal/mockportal/mock"
)

// explained is one expectation that calls do not meet, by one thing.
type explained struct {
	name   string
	expect string // one expectation, or several lines of them; as in a scenario file
	order  bool
	calls  []request
	names  string // the one thing, which the first line about the nearest call names
	option mock.Option
}

// documentedProvision is what most rows expect.
const documentedProvision = `{ when: { operation: provisionOrgEntitlements, member: admin, params: { f: json, itemId: ` +
	`` + item + `, purchaserOrgId: ` + purchaser +
	`, orgEntitlements: { maxUsers: 10, entitlements: { standard: { num: 8 }, advanced: { num: 2 } } } }, present: ` +
	`[token], absent: [callback], outcome: ok, violations: none }, exactly: 1 }`

func orgEntitlements(text string) request { return provision().with("orgEntitlements", text) }

func sign(password string) request {
	return post("/sharing/rest/generateToken", "f", "json", "username", "admin", "password", password, "referer", "x")
}

func rules(document string) mock.Option {
	return mock.WithScenarioDocument([]byte("format: 1\nsummary: With a rule.\nextends: trial\nrules:\n  - " + document + "\n"))
}

func explanations() []explained {
	one := func(r ...request) []request { return r }
	return []explained{
		{name: "nothing-came", expect: documentedProvision, names: "no call came at all"},
		{name: "another-operation", expect: documentedProvision, calls: one(license()), names: "/operation: expected"},
		{name: "only-a-sign-in", expect: documentedProvision, calls: one(sign("admin-password")), names: "/operation: expected"},
		{name: "only-a-sign-in-for-any", expect: `{ when: {}, exactly: 1 }`, calls: one(sign("admin-password")), names: "call 1"},
		{
			name: "violations-anywhere", expect: `{ when: { violations: some }, exactly: 0 }`,
			calls: []request{get("/portal/portaladmin/license/getFutureLicens"), get("/sharing/rest/portals/self?f=json&tokn=x")},
			names: "call 1",
		},
		{
			name: "path-misspelt", expect: documentedProvision,
			calls: one(provision().at("/sharing/rest/content/listing/" + item + "/provisionOrgEntitlements")),
			names: "/operation: expected",
		},
		{name: "path-unknown", expect: documentedProvision, calls: one(get("/elsewhere")), names: "/operation: expected"},
		{
			name: "another-member", expect: `{ when: { operation: getFutureLicense, member: admin }, exactly: 1 }`,
			calls: one(license().with("token", "viewer-token")), names: `/member: expected "admin", got "viewer"`,
		},
		{
			name: "without-a-token", expect: `{ when: { operation: getFutureLicense, member: admin }, exactly: 1 }`,
			calls: one(license().with("token", "")), names: `/member: expected "admin", got nothing`,
		},
		{
			name:   "with-a-misspelt-token",
			expect: `{ when: { operation: getFutureLicense, member: admin }, exactly: 1 }`,
			calls:  one(license().with("token", "").with("tokn", "admin-token")),
			names:  `/member: expected "admin", got nothing`,
		},
		{
			name: "with-a-bad-token", expect: `{ when: { operation: getFutureLicense, member: admin }, exactly: 1 }`,
			calls: one(license().with("token", "stale")), names: `/member: expected "admin", got nothing`,
		},
		{
			name:   "with-another-listing",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { itemId: ` + item + ` } }, exactly: 1 }`,
			calls: one(
				provision().at(strings.Replace(provisionPath, "6489", "6498", 1)),
				provision().at("/sharing/rest/content/listings/0/provisionOrgEntitlements"),
			),
			names: "/params/itemId: expected",
		},
		{
			name:   "text-differs",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { purchaserOrgId: ` + purchaser + ` } }, exactly: 1 }`,
			calls:  one(provision().with("purchaserOrgId", "0123456789abcdef")),
			names:  "/params/purchaserOrgId: expected",
		},
		{
			name:   "text-differs-in-case",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { purchaserOrgId: ` + purchaser + ` } }, exactly: 1 }`,
			calls:  one(provision().with("purchaserOrgId", strings.ToLower(purchaser))),
			names:  "/params/purchaserOrgId: expected",
		},
		{
			name:   "text-with-white-space",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { purchaserOrgId: ` + purchaser + ` } }, exactly: 1 }`,
			calls:  one(provision().with("purchaserOrgId", purchaser+"\n")), names: "/params/purchaserOrgId: expected",
		},
		{
			name:   "text-encoded-twice",
			expect: `{ when: { operation: getFutureLicense, params: { f: "json;" } }, exactly: 1 }`,
			calls:  one(license().with("f", "json%3B")), names: "/params/f: expected",
		},
		{
			name:   "name-misspelt",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { purchaserOrgId: ` + purchaser + ` } }, exactly: 1 }`,
			calls:  one(provision().with("purchaserOrgId", "").with("purchaserOrgID", purchaser)),
			names:  "/params/purchaserOrgId: expected",
		},
		{
			name:   "value-under-another-name",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { purchaserOrgId: ` + purchaser + ` } }, exactly: 1 }`,
			calls:  one(provision().with("purchaserOrgId", "").with("account", purchaser)),
			names:  "/params/purchaserOrgId: expected",
		},
		{
			name:   "name-missing",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { purchaserOrgId: ` + purchaser + ` } }, exactly: 1 }`,
			calls:  one(provision().with("purchaserOrgId", "")), names: "/params/purchaserOrgId: expected",
		},
		{
			name:   "not-present",
			expect: `{ when: { operation: provisionOrgEntitlements, present: [purchaserSubscriptionId] }, exactly: 1 }`,
			calls:  one(provision().with("purchaserSubscriptionID", "1")),
			names:  "/params/purchaserSubscriptionId: expected any value, got nothing",
		},
		{
			name:   "not-absent",
			expect: `{ when: { operation: provisionOrgEntitlements, absent: [callback] }, exactly: 1 }`,
			calls:  one(provision().with("callback", "f")), names: `/params/callback: expected nothing, got "f"`,
		},
		{
			name: "json-number-differs", expect: documentedProvision,
			calls: one(orgEntitlements(strings.Replace(entitlements, "10", "11", 1))),
			names: "/params/orgEntitlements/maxUsers: expected 10, got 11",
		},
		{
			name: "json-number-inside-differs", expect: documentedProvision,
			calls: one(orgEntitlements(strings.Replace(entitlements, `"num":8`, `"num":9`, 1))),
			names: "/params/orgEntitlements/entitlements/standard/num: expected 8, got 9",
		},
		{
			name:   "json-number-sent-as-text",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { orgEntitlements: { maxUsers: 10 } } }, exactly: 1 }`,
			calls:  one(orgEntitlements(strings.Replace(entitlements, "10", `"10"`, 1))),
			names:  `/params/orgEntitlements/maxUsers: expected 10, got "10"`,
		},
		{
			name:   "json-name-misspelt",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { orgEntitlements: { maxUsers: 10 } } }, exactly: 1 }`,
			calls:  one(orgEntitlements(strings.Replace(entitlements, "maxUsers", "maxusers", 1))),
			names:  "/params/orgEntitlements/maxUsers: expected 10, got nothing",
		},
		{
			name: "json-entitlement-missing", expect: documentedProvision,
			calls: one(orgEntitlements(`{"maxUsers":10,"entitlements":{"standard":{"num":8}}}`)),
			names: "/params/orgEntitlements/entitlements/advanced: expected",
		},
		{
			name:   "json-is-none",
			expect: `{ when: { operation: provisionOrgEntitlements, params: { orgEntitlements: { maxUsers: 10 } } }, exactly: 1 }`,
			calls:  one(orgEntitlements("[object Object]")),
			names:  `/params/orgEntitlements: expected {"maxUsers":10}, got "[object Object]"`,
		},
		{
			name: "refused-with-498", expect: `{ when: { operation: getFutureLicense, outcome: ok }, exactly: 1 }`,
			calls: one(license().with("token", "stale")), names: `/outcome: expected "ok", got "error"`,
		},
		{
			name:   "refused-without-privilege",
			expect: `{ when: { operation: getFutureLicense, outcome: ok }, exactly: 1 }`,
			calls:  one(license().with("token", "viewer-token")), names: `/outcome: expected "ok", got "error"`,
		},
		{
			name: "refused-by-a-rule", expect: `{ when: { operation: getFutureLicense, outcome: ok }, exactly: 1 }`,
			option: rules("{ name: throttled, when: {}, reply: { status: 429, offSpec: true } }"),
			calls:  one(license()), names: `/outcome: expected "ok", got "error"`,
		},
		{
			name: "fault", expect: `{ when: { operation: getFutureLicense, outcome: ok }, exactly: 1 }`,
			option: rules("{ when: {}, fault: { kind: html, status: 502 } }"), calls: one(license()),
			names: `/outcome: expected "ok", got "fault"`,
		},
		{
			name: "not-refused", expect: `{ when: { operation: getFutureLicense, errorCode: 498 }, exactly: 1 }`,
			calls: one(license()), names: "/errorCode: expected 498, got 0",
		},
		{
			name:   "refused-otherwise",
			expect: `{ when: { operation: getFutureLicense, errorCode: 498 }, exactly: 1 }`,
			calls:  one(license().with("token", "")), names: "/errorCode: expected 498, got 499",
		},
		{
			name: "violations", expect: `{ when: { operation: getFutureLicense, violations: none }, exactly: 1 }`,
			calls: one(license().with("tokn", "x")), names: `/violations: expected "none", got 1`,
		},
		{
			name: "no-violations", expect: `{ when: { operation: getFutureLicense, violations: some }, exactly: 1 }`,
			calls: one(license()), names: `/violations: expected "some", got 0`,
		},
		{
			name: "one-too-many", expect: `{ when: { operation: getFutureLicense }, exactly: 1 }`,
			calls: one(license(), license()), names: "it repeats call 1",
		},
		{
			name: "too-many-after-a-refusal", expect: `{ when: { operation: getFutureLicense }, atMost: 1 }`,
			option: rules("{ name: throttled, when: {}, times: 1, reply: { status: 429, offSpec: true } }"),
			calls:  one(license(), license()), names: "it repeats call 1",
		},
		{
			name: "must-not-come", expect: `{ when: { operation: provisionOrgEntitlements }, exactly: 0 }`,
			calls: one(provision()), names: "call 1: POST",
		},
		{
			name: "too-few", expect: `{ when: { operation: getFutureLicense }, atLeast: 2 }`,
			calls: one(license(), provision()), names: "call 2: POST",
		},
		{
			name: "by-post", expect: `{ when: { operation: getFutureLicense, outcome: ok }, exactly: 1 }`,
			calls: one(post(licensePath, "f", "json", "token", "admin-token")),
			names: `/outcome: expected "ok", got "error"`,
		},
		{
			name: "out-of-order", order: true,
			expect: "{ when: { operation: generateToken }, exactly: 1 }\n" +
				"{ when: { operation: provisionOrgEntitlements }, exactly: 1 }\n{ when: { operation: getFutureLicense }, atLeast: 1 }",
			calls: one(provision(), sign("admin-password"), license()),
			names: "it came before call 2, which expectation 1 counts",
		},
		{
			name: "dropped",
			expect: "{ when: { operation: getFutureLicense }, exactly: 2 }\n" +
				"{ when: { operation: getFutureLicense }, atLeast: 3 }\n{ when: { operation: provisionOrgEntitlements }, exactly: 0 }",
			option: mock.WithJournal(2, 0), calls: one(license(), license(), license()), names: "no longer held",
		},
		{
			name: "several",
			expect: "{ when: { operation: getFutureLicense }, exactly: 1 }\n" +
				"{ when: { operation: generateToken }, exactly: 1 }\n" +
				"{ when: { operation: provisionOrgEntitlements, params: { f: pjson } }, atLeast: 1 }",
			calls: one(license(), provision(), provision().with("f", "html")), names: "/operation: expected",
		},
	}
}

// TestExplanations holds the explanation of every row against its golden file, the same over HTTP and in Go; and that its first line
// about a call, or the only line, names the one thing in which the row differs from what is expected.
func TestExplanations(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, row := range explanations() {
		names[row.name] = true
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			options := []mock.Option{mock.AllowViolations()}
			if row.option != nil {
				options = append(options, row.option)
			}
			s := mock.NewServer(t, options...)
			for _, r := range row.calls {
				ask(t, s, r)
			}
			text := unmetOver(t, s, row)
			golden(t, "explanations", row.name, text+"\n")
			_, body, _ := strings.Cut(text, "\nexpectation ")
			lines := append(strings.Split(body, "\n"), "", "")
			if !strings.Contains(lines[1]+lines[2], row.names) && !strings.Contains(lines[0], row.names) {
				t.Errorf("%q is not named first in:\n%s", row.names, text)
			}
		})
	}
	onlyGolden(t, "explanations", names)
}

// unmetOver verifies over HTTP, where it must fail, and returns the explanation.
func unmetOver(t *testing.T, s *mock.Server, row explained) string {
	t.Helper()
	verification := map[string]any{"inOrder": row.order}
	var expect []any
	for line := range strings.Lines(row.expect) {
		var one any
		if err := yaml.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		expect = append(expect, one)
	}
	verification["expect"] = expect
	a := control(t, s, "sandboxes/default/verify", verification)
	if a.status != http.StatusUnprocessableEntity {
		t.Fatalf("verify answers %d: %s", a.status, a.body)
	}
	return decoded(t, a.body).(map[string]any)["detail"].(string)
}

// control posts JSON to the control API.
func control(t *testing.T, s *mock.Server, path string, document any) answer {
	t.Helper()
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/__admin/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return fetch(t, s.Client(), r)
}
