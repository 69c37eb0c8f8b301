package mock_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// foreignListing adds a listing of another organisation, with a trial of the documented purchaser.
const foreignListing = `
format: 1
summary: A second listing belongs to another organisation.
extends: trial
world:
  listings:
    "00000000000000000000000000000001":
      orgId: "0000000000000001"
      licenseBy: user
      provisions:
        sWwd06TnJR4lHopc:
          fixture: provisions/trial
          with: { itemId: "00000000000000000000000000000001", accountId: "0000000000000001" }
`

// errorRow is one way to be refused.
type errorRow struct {
	name    string
	options []mock.Option
	bound   string // a referer: the request is sent with a fresh token that is bound to it
	request request
}

func playing(name string) []mock.Option { return []mock.Option{mock.WithScenario(name)} }

// errorRows are the portal's refusals, on both APIs.
func errorRows() []errorRow {
	document := []mock.Option{mock.WithScenarioDocument([]byte(foreignListing))}
	otherListing := "/sharing/rest/content/listings/00000000000000000000000000000001/provisionOrgEntitlements"
	signIn := post("/sharing/rest/generateToken", "f", "json", "username", "admin", "password", "wrong")
	adminSignIn := post("/portaladmin/login", "f", "json", "username", "admin", "password", "wrong")
	return []errorRow{
		{name: "sharing-no-token", request: provision().with("token", "")},
		{name: "sharing-unknown-token", request: provision().with("token", "nobody-has-this")},
		{name: "sharing-expired-token", options: playing("token-expired"), request: provision()},
		{name: "sharing-no-referer", bound: "https://app.example.com", request: provision()},
		{name: "sharing-wrong-referer", bound: "https://app.example.com", request: provision().sending("Referer", "https://app.example.com/")},
		{name: "sharing-no-privilege", request: provision().with("token", "viewer-token")},
		{name: "sharing-privilege-of-the-other-operation", request: provision().with("token", "licensing-token")},
		{name: "sharing-missing-privilege", options: playing("missing-privilege"), request: provision()},
		{name: "sharing-unknown-listing", request: provision().at(strings.Replace(provisionPath, item, "ffffffffffffffffffffffffffffffff", 1))},
		{name: "sharing-foreign-listing", options: document, request: provision().at(otherListing)},
		{name: "sharing-unknown-purchaser", request: provision().with("purchaserOrgId", "0000000000000000")},
		{name: "sharing-interested", options: playing("interested"), request: provision()},
		{name: "sharing-trial-expired", options: playing("trial-expired"), request: provision()},
		{name: "sharing-licensed-by-organization", options: playing("licensed-by-organization"), request: provision()},
		{name: "sharing-signature-required", options: playing("signature-required"), request: provision()},
		{name: "sharing-missing-parameters", request: provision().with("purchaserOrgId", "").with("orgEntitlements", "")},
		{name: "sharing-no-body", request: get(provisionPath + "?f=json&token=admin-token").by(http.MethodPost)},
		{
			name: "sharing-entitlements-in-parts",
			request: provision().with(
				"orgEntitlements",
				`{"maxUsers":"10","entitlements":{"standard":{},"advanced":{"num":-1},"gis/x":{"num":1.5}}}`,
			),
		},
		{name: "sharing-entitlements-with-a-comment", request: provision().with("orgEntitlements", `{"maxUsers":10, //the total
"entitlements":{"standard":{"num":8}}}`)},
		{name: "sharing-entitlements-with-trailing-text", request: provision().with("orgEntitlements", entitlements+" ;")},
		{
			name:    "sharing-entitlements-with-a-duplicate-key",
			request: provision().with("orgEntitlements", `{"maxUsers":1,"maxUsers":2,"entitlements":{"standard":{"num":1,"num":2}}}`),
		},
		{
			name:    "sharing-entitlements-with-an-exponent",
			request: provision().with("orgEntitlements", `{"maxUsers":1e1,"entitlements":{"standard":{"num":8.0}}}`),
		},
		{name: "sharing-entitlements-in-python", request: provision().with("orgEntitlements", `{'maxUsers': 10}`)},
		{name: "sharing-entitlements-as-a-list", request: provision().with("orgEntitlements", `[]`)},
		{name: "sharing-unknown-format", request: provision().with("f", "JSON")},
		{
			name:    "sharing-unknown-path",
			request: post("/sharing/rest/content/listings/"+item+"/provisionOrgEntitlement", "f", "json", "token", "admin-token"),
		},
		{name: "sharing-wrong-method", request: get(provisionPath, "f", "json", "token", "admin-token")},
		{name: "sharing-wrong-password", request: signIn},
		{name: "sharing-unknown-user", request: signIn.with("username", "nobody").with("password", "admin-password")},
		{name: "sharing-blank-credentials", request: signIn.with("username", "").with("password", "")},

		{name: "portaladmin-no-token", request: license().with("token", "")},
		{name: "portaladmin-unknown-token", request: license().with("token", "nobody-has-this")},
		{name: "portaladmin-expired-token", options: playing("token-expired"), request: license()},
		{name: "portaladmin-no-referer", bound: "https://app.example.com", request: license()},
		{name: "portaladmin-wrong-referer", bound: "https://app.example.com", request: license().sending("Referer", "http://app.example.com")},
		{name: "portaladmin-no-privilege", request: license().with("token", "viewer-token")},
		{name: "portaladmin-privilege-of-the-other-operation", request: license().with("token", "publisher-token")},
		{name: "portaladmin-missing-privilege", options: playing("missing-privilege"), request: license()},
		{name: "portaladmin-malformed-parameter", request: license().with("f", "JSON")},
		{name: "portaladmin-unknown-path", request: get("/portaladmin/license/getFutureLicence", "f", "json", "token", "admin-token")},
		{name: "portaladmin-wrong-method", request: post(licensePath, "f", "json", "token", "admin-token")},
		{name: "portaladmin-wrong-password", request: adminSignIn},
		{name: "portaladmin-blank-credentials", request: adminSignIn.with("username", "").with("password", "")},
	}
}

// boundToken signs in for a referer.
func boundToken(tb testing.TB, s *mock.Server, referer string) string {
	tb.Helper()
	a := ask(
		tb, s,
		post(
			"/sharing/rest/generateToken", "f", "json", "username", "admin", "password", "admin-password", "client",
			"referer", "referer", referer,
		),
	)
	token, _ := decoded(tb, a.body).(map[string]any)["token"].(string)
	if token == "" {
		tb.Fatalf("no token in %s", a.body)
	}
	return token
}

// TestErrors proves the whole answer to everything that the portal refuses.
func TestErrors(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, row := range errorRows() {
		if names[row.name] {
			t.Errorf("two rows have the name %q", row.name)
		}
		names[row.name] = true
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, append(row.options, mock.AllowViolations())...)
			r := row.request
			if row.bound != "" {
				r = r.with("token", boundToken(t, s, row.bound))
			}
			r.path = "/portal" + r.path
			a := ask(t, s, r)
			golden(t, "errors", row.name, wholeAnswer(masked(row, r), a))
		})
	}
	onlyGolden(t, "errors", names)
}

// masked takes a token that is different in each run out of what the golden file says.
func masked(row errorRow, r request) request {
	if row.bound != "" {
		r = r.with("token", "bound to "+row.bound)
	}
	return r
}

// TestBoundToken proves that a token which is bound to a referer is good with it, so that the refusals above are the referer's doing.
func TestBoundToken(t *testing.T) {
	t.Parallel()
	const referer = "https://app.example.com"
	for _, r := range []request{provision(), license()} {
		t.Run(r.path, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t)
			r := r.with("token", boundToken(t, s, referer)).sending("Referer", referer)
			diff(t, "error", wireError{}, errorOf(t, ask(t, s, r)))
		})
	}
}

// TestErrorsAreNeverPages proves for every refusal that a program which asks for JSON gets JSON, with or without a violation, and that
// a browser gets a page.
func TestErrorsAreNeverPages(t *testing.T) {
	t.Parallel()
	types := map[string]string{
		"json":  "application/json;charset=utf-8",
		"pjson": "text/plain;charset=utf-8",
		"html":  "text/html;charset=utf-8",
		"":      "text/html;charset=utf-8",
		"xml":   "application/json;charset=utf-8",
	}
	for _, row := range errorRows() {
		for format, want := range types {
			t.Run(row.name+" f="+format, func(t *testing.T) {
				t.Parallel()
				proveNoPage(t, row, format, want)
			})
		}
	}
}

func proveNoPage(t *testing.T, row errorRow, format, want string) {
	r := row.request.with("f", format)
	r.path = strings.Replace(r.path, "f=json&", "", 1)
	a := call(t, portal(t, row.options...), r)
	diff(t, "Content-Type", want, a.header.Get("Content-Type"))
	page := strings.HasPrefix(want, "text/html")
	if page != strings.HasPrefix(a.body, "<!DOCTYPE html>") {
		t.Errorf("a page is due: %t, for f=%s: %.200s", page, format, a.body)
	}
	// What is refused for its format alone, or for a token that is not sent here, is answered.
	refused := row.request.form.Get("f") != "JSON" && row.request.query.Get("f") != "JSON" && row.bound == ""
	if !page && refused && errorOf(t, a).Code == 0 {
		t.Errorf("no error in %s", a.body)
	}
}

// TestErrorsByStatus proves that the portal's errors come under HTTP 200, and under their own status where a scenario says so.
func TestErrorsByStatus(t *testing.T) {
	t.Parallel()
	const byStatus = "format: 1\nsummary: Errors have a status of their own.\nextends: trial\nworld: { portal: { errors: status } }\n"
	for _, row := range []struct {
		name    string
		request request
		want    int
	}{
		{"not permitted", provision().with("token", "viewer-token"), 403},
		{"token required", provision().with("token", ""), 499},
		{"method", post(licensePath, "f", "json"), 405},
		{"no error", license(), 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			enveloped := call(t, portal(t), row.request)
			a := call(t, portal(t, mock.WithScenarioDocument([]byte(byStatus))), row.request)
			diff(t, "status by default", 200, enveloped.status)
			diff(t, "status with errors: status", row.want, a.status)
			diff(t, "body", enveloped.body, a.body)
		})
	}
}

// TestTooLarge proves the bound of a body, on both sides of it and on both APIs.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	inQuery := provision().with("f", "").at(provisionPath + "?f=json")
	filled := func(size int) request {
		missing := size - len(inQuery.form.Encode()) - len("&purchaserSubscriptionId=")
		return inQuery.with("purchaserSubscriptionId", strings.Repeat("x", missing))
	}
	bound := func(bytes int64) []mock.Option { return []mock.Option{mock.WithMaxBody(bytes)} }
	signIn := post("/portaladmin/login?f=json", "username", "admin", "password", "admin-password")
	for _, row := range []struct {
		name    string
		options []mock.Option
		request request
		want    int
		code    int
	}{
		{"the default, reached", nil, filled(1 << 20), 200, 0},
		{"the default, exceeded", nil, filled(1<<20 + 1), 413, 413},
		{"another, reached", bound(1000), filled(1000), 200, 0},
		{"another, exceeded", bound(1000), filled(1001), 413, 413},
		{"exceeded by a form that also has the format", bound(100), provision(), 413, 413},
		{"portaladmin, reached", bound(int64(len(signIn.form.Encode()))), signIn, 200, 0},
		{"portaladmin, exceeded", bound(int64(len(signIn.form.Encode())) - 1), signIn, 413, 413},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, append(row.options, mock.AllowViolations())...)
			a := ask(t, s, row.request)
			diff(t, "status", row.want, a.status)
			diff(t, "code", row.code, errorOf(t, a).Code)
			diff(t, "journaled status", row.want, s.Calls()[0].Status)
		})
	}
}
