package journal_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// TestTable is what a failed test logs of its calls: a line each, by operation or else by path, with how each ended.
func TestTable(t *testing.T) {
	t.Parallel()
	page := journal.Page{Calls: []journal.Call{
		{Number: 1, Operation: "a", Member: "admin", Outcome: journal.OK},
		{Number: 2, Method: "GET", Path: "/x\x1b[31m", Outcome: journal.Error, ErrorCode: 400, Violations: make([]openapi.Violation, 2)},
		{Number: 10, Operation: "a", Outcome: journal.Fault, Fault: "reset", Rule: "r", Note: "n"},
	}}
	diff(t, "table", `call  operation         member  outcome          violations  rule
1     a                 admin   ok               0           -
2     GET "/x\x1b[31m"  -       error 400        2           -
10    a                 -       fault reset (n)  0           r`, page.Table())
	diff(t, "a page without calls", "", journal.Page{}.Table())
	diff(t, "a call", "2: GET \"/x\\x1b[31m\" by nobody, error 400", page.Calls[1].String())
	diff(t, "a call of a member", "1:  a by admin, ok", journal.Call{Number: 1, Path: "a", Member: "admin", Outcome: journal.OK}.String())
}

// TestVerdictInWords: how many are unmet, what is no longer held, and each unmet one with the nearest calls.
func TestVerdictInWords(t *testing.T) {
	t.Parallel()
	unmet := journal.Unmet{Expectation: 2, Message: "exactly 1 call of a; none came"}
	near := unmet
	near.Hint = "no call came at all"
	near.Nearest = []journal.Near{{
		Call: journal.Call{Number: 3, Method: "GET", Path: "/a", Outcome: journal.OK}, Hint: "it repeats call 1",
		Differences: []journal.Difference{{Pointer: "/member", Message: "expected 1, got 2"}},
	}}
	for _, row := range []struct {
		verdict journal.Verdict
		want    string
		met     bool
	}{
		{journal.Verdict{Complete: true}, "nothing is expected", true},
		{journal.Verdict{Expectations: 1, Complete: true}, "the expectation is met", true},
		{journal.Verdict{Expectations: 3, Complete: true}, "all 3 expectations are met", true},
		{journal.Verdict{Expectations: 3, Dropped: 1}, "all 3 expectations are met (not complete: 1 call is no longer held)", true},
		{journal.Verdict{Expectations: 3, Dropped: 2}, "all 3 expectations are met (not complete: 2 calls are no longer held)", true},
		{
			journal.Verdict{Expectations: 1, Complete: true, Unmet: []journal.Unmet{unmet}},
			"the expectation is unmet\nexpectation 2: exactly 1 call of a; none came", false,
		},
		{
			journal.Verdict{Expectations: 2, Complete: true, Unmet: []journal.Unmet{near}},
			"1 of 2 expectations are unmet\nexpectation 2: exactly 1 call of a; none came\n    no call came at all\n" +
				"    call 3: GET /a by nobody, ok\n        /member: expected 1, got 2\n        it repeats call 1", false,
		},
	} {
		diff(t, "verdict", row.want, row.verdict.String())
		diff(t, "met", row.met, row.verdict.Met())
	}
}

// TestCoverageInWords: a table of what was called and of all licensing operations, and what these never met.
func TestCoverageInWords(t *testing.T) {
	t.Parallel()
	params, outcomes := []journal.Count{{"f", 2}, {"token", 0}, {"callback", 0}}, []journal.Count{{"ok", 1}, {"not-permitted", 0}}
	report := journal.CoverageReport{
		Operations: []journal.OperationCoverage{
			{Operation: "licence", Kind: openapi.Licensing, Calls: 2, Params: params, Outcomes: outcomes},
			{Operation: "other", Kind: openapi.Licensing, Params: params, Outcomes: outcomes[1:]},
			{Operation: "whole", Kind: openapi.Licensing, Calls: 1, Params: params[:1], Outcomes: outcomes[:1]},
			{Operation: "self", Kind: openapi.Support, Calls: 1, Params: params[1:], Outcomes: outcomes[:1]},
			{Operation: "info", Kind: openapi.Support},
		},
		Scenarios: []journal.Count{{"trial", 3}, {"purchased", 0}},
	}
	diff(t, "coverage", `coverage: 2 of 3 licensing and 1 of 2 support operations, 1 of 2 scenarios
  operation  calls  parameters  outcomes
  licence    2      1 of 3      1 of 2
  other      0      1 of 3      0 of 1
  whole      1      1 of 1      1 of 1
  self       1      0 of 2      1 of 1
  licence was never sent token, callback
  licence never answered not-permitted`, report.String())
	report.Operations = report.Operations[1:2]
	diff(t, "nothing was called", "coverage: no operation was called", report.String())
}

// TestTyped reads calls as Go values, and says of which calls there are none.
func TestTyped(t *testing.T) {
	t.Parallel()
	sent := map[string]any{"maxUsers": json.Number("3"), "entitlements": map[string]any{"standard": map[string]any{"num": json.Number("2")}}}
	call := journal.Call{
		Number: 1, Operation: "provisionOrgEntitlements", Outcome: journal.OK,
		Params: map[string]any{"itemId": "i", "purchaserOrgId": journal.Repeated{"o", "p"}, "orgEntitlements": sent},
	}
	got, err := call.Provision()
	want := journal.Provision{"i", "o", journal.OrgEntitlements{3, map[string]journal.Entitlement{"standard": {2}}}}
	diff(t, "provision", want, got)
	license := journal.Call{
		Number: 2, Operation: "getFutureLicense", Outcome: journal.OK, Reply: map[string]any{"apps": []any{map[string]any{"id": "a"}}},
	}
	future, errFuture := license.FutureLicense()
	diff(t, "licence", journal.FutureLicense{Apps: []journal.LicensePart{{ID: "a"}}}, future)
	diff(t, "errors", []error{nil, nil}, []error{err, errFuture})

	refused, empty, wrong, cut := license, call, call, license
	refused.Outcome = journal.Error
	empty.Params = map[string]any{}
	wrong.Params = map[string]any{"orgEntitlements": map[string]any{"maxUsers": "many"}}
	cut.Reply = "{\"apps\":["
	for name, row := range map[string]struct {
		err    error
		isThat bool
	}{
		"a provision of a licence":          {second(license.Provision()), false},
		"a provision without its parameter": {second(empty.Provision()), false},
		"a provision with another type":     {second(wrong.Provision()), true},
		"a licence of a provision":          {second(call.FutureLicense()), false},
		"a licence that was refused":        {second(refused.FutureLicense()), false},
		"a licence that was cut":            {second(cut.FutureLicense()), true},
	} {
		if row.err == nil || errors.Is(row.err, journal.ErrNotThat) == row.isThat {
			t.Errorf("%s: %v", name, row.err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
