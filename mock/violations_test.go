package mock_test

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/openapi"
)

// violationRow is a request that departs from the contract.
type violationRow struct {
	name     string
	requests []request
	lenient  int // the error code, 0 for none
	strict   int
	want     []openapi.Violation // without message and hint, which the golden files have
	hint     string              // of one of them
}

func violationRows() []violationRow {
	misspelt := provision().with("purchaserOrgId", "").with("purchaserOrgID", purchaser)
	repeated := provision()
	repeated.form = url.Values{"purchaserOrgId": {purchaser, "0000000000000000"}}
	for _, name := range []string{"f", "token", "orgEntitlements"} {
		repeated.form[name] = provision().form[name]
	}
	inBoth := provision().at(provisionPath + "?token=admin-token")
	return []violationRow{
		{"misspelt", []request{misspelt}, 400, 400, []openapi.Violation{
			{Kind: openapi.Missing, In: "form", Name: "purchaserOrgId"},
			{Kind: openapi.Unknown, In: "form", Name: "purchaserOrgID"},
		}, `did you mean "purchaserOrgId"?`},
		{"misspelt-optional", []request{provision().with("purchaserSubscriptionID", "1")}, 0, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "form", Name: "purchaserSubscriptionID"},
		}, `did you mean "purchaserSubscriptionId"?`},
		{"repeated", []request{repeated}, 0, 400, []openapi.Violation{
			{Kind: openapi.Repeated, In: "form", Name: "purchaserOrgId"},
		}, "send it once"},
		{"repeated-in-query-and-form", []request{inBoth}, 0, 400, []openapi.Violation{
			{Kind: openapi.Repeated, In: "form", Name: "token"},
		}, "send it once"},
		{"unknown", []request{license().with("verbose", "true")}, 0, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "query", Name: "verbose"},
		}, "allowed are token, f"},
		{"callback-on-portaladmin", []request{license().with("callback", "show")}, 0, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "query", Name: "callback"},
		}, "allowed are token, f"},
		{"in-the-query", []request{{method: "POST", path: provisionPath, query: provision().form}}, 0, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "query", Name: "purchaserOrgId"}, {Kind: openapi.Unknown, In: "query", Name: "orgEntitlements"},
		}, "send it in the body of the POST"},
		{"body-of-json", []request{
			provision().sending("Content-Type", "application/json").at(provisionPath + "?f=json&token=admin-token"),
		}, 400, 400, []openapi.Violation{
			{Kind: openapi.Malformed, In: "header", Name: "Content-Type"},
		}, "send application/x-www-form-urlencoded or multipart/form-data"},
		{"inside-the-entitlements", []request{
			provision().with("orgEntitlements", `{"maxusers":1,"entitlements":{"standard":{"num":"8"}}}`),
		}, 400, 400, []openapi.Violation{
			{Kind: openapi.Malformed, In: "form", Name: "orgEntitlements", Pointer: "/entitlements/standard/num"},
			{Kind: openapi.Missing, In: "form", Name: "orgEntitlements", Pointer: "/maxUsers"},
		}, "write the number without quotes"},
		{"nearly-a-path", []request{
			provision().at("/sharing/rest/content/listings/" + item + "/provisionOrgEntitlement"),
		}, 400, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "path", Name: "*"},
		}, "did you mean POST /sharing/rest/content/listings/{itemId}/provisionOrgEntitlements?"},
		{"the-last-segment-forgotten", []request{provision().at("/sharing/rest/content/listings/" + item)}, 400, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "path", Name: "*"},
		}, "did you mean POST /sharing/rest/content/listings/{itemId}/provisionOrgEntitlements?"},
		{"under-another-folder", []request{license().at("/portal/admin/license/getFutureLicense")}, 400, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "path", Name: "*"},
		}, "did you mean GET /portal/portaladmin/license/getFutureLicense?"},
		{"under-another-resource", []request{
			provision().at("/sharing/rest/content/items/" + item + "/provisionOrgEntitlements"),
		}, 400, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "path", Name: "*"},
		}, "did you mean POST /sharing/rest/content/listings/{itemId}/provisionOrgEntitlements?"},
		{"two-calls", []request{license().with("verbose", "1"), provision(), license().with("culture", "en")}, 0, 400, []openapi.Violation{
			{Kind: openapi.Unknown, In: "query", Name: "verbose"}, {Kind: openapi.Unknown, In: "query", Name: "culture"},
		}, "allowed are token, f"},
	}
}

// TestViolations proves that a departure from the contract is in the journal, in the header, and fails the test with the right name
// suggested, and what the portal answers to it: what it would, or under WithStrict its 400.
func TestViolations(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, row := range violationRows() {
		if names[row.name] {
			t.Errorf("two rows have the name %q", row.name)
		}
		names[row.name] = true
		for _, strict := range []bool{false, true} {
			t.Run(row.name+" strict "+strconv.FormatBool(strict), func(t *testing.T) {
				t.Parallel()
				proveViolation(t, row, strict)
			})
		}
	}
	onlyGolden(t, "violations", names)
}

func proveViolation(t *testing.T, row violationRow, strict bool) {
	var options []mock.Option
	code := row.lenient
	if strict {
		options, code = append(options, mock.WithStrict()), row.strict
	}
	test := &tester{}
	s := mock.NewServer(test, options...)
	var got []openapi.Violation
	hinted := false
	for i, r := range row.requests {
		a := ask(t, s, r)
		violations := s.Calls()[i].Violations
		header := ""
		if len(violations) > 0 {
			header = strconv.Itoa(len(violations))
			diff(t, "code", code, errorOf(t, a).Code)
		}
		diff(t, "header", header, a.header.Get("Mockportal-Violations"))
		for _, v := range violations {
			hinted = hinted || v.Hint == row.hint
			got = append(got, openapi.Violation{Kind: v.Kind, In: v.In, Name: v.Name, Pointer: v.Pointer})
		}
	}
	diff(t, "violations", row.want, got)
	if !hinted {
		t.Errorf("no violation has the hint %q", row.hint)
	}
	failures := test.end()
	diff(t, "failures of the test", 1, len(failures))
	if !strict {
		golden(t, "violations", row.name, failures[0]+"\n")
	}
}

// TestNoViolation proves that nothing fails a test that only does what the contract allows, or that allows what it does not.
func TestNoViolation(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		options []mock.Option
		request request
	}{
		{"good calls", nil, provision()},
		{"refused calls", nil, provision().with("token", "viewer-token")},
		{"empty optional parameters", nil, provision().with("purchaserSubscriptionId", "")},
		{"paths that clients probe", nil, get("/sharing/rest/oauth2/authorize")},
		{"the control API", nil, get("/__admin/scenarios?verbose=1")},
		{"allowed violations", []mock.Option{mock.AllowViolations()}, license().with("verbose", "1")},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			test := &tester{}
			s := mock.NewServer(test, row.options...)
			ask(t, s, row.request)
			diff(t, "failures", []string(nil), test.end())
			diff(t, "fatal failures", []string(nil), test.fatals)
		})
	}
}

// TestDroppedViolations proves that a test is told when the journal has dropped calls that may have been worse.
func TestDroppedViolations(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test, mock.WithJournal(1, 0))
	for range 3 {
		ask(t, s, license().with("verbose", "1"))
	}
	want := "mock: 3 of the calls to the portal violated its contract (mock.AllowViolations lets them pass):" +
		"\n\tcall 3, GET /portaladmin/license/getFutureLicense: query verbose: is not in the contract (allowed are token, f)" +
		"\n\t2 of them were dropped from the journal (mock.WithJournal bounds it)" +
		"\n\tin sandbox \"default\" (scenario \"trial\", seed 0)"
	diff(t, "failures", []string{want}, test.end())
}

// TestAllViolationsDropped proves that a test is not silently good when the journal has dropped the calls that violated the contract.
func TestAllViolationsDropped(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test, mock.WithJournal(1, 0))
	ask(t, s, license().with("verbose", "1"))
	ask(t, s, license())
	if failures := test.end(); len(failures) != 1 {
		t.Errorf("the test fails with %q, though a call that violated the contract was dropped", failures)
	}
}
