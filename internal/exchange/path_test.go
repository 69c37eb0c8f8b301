package exchange_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// TestNearPaths proves that an unknown path is a violation if it was meant for an operation, and what the hint says.
func TestNearPaths(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path, hint string
	}{
		{"a folder is missing", "/portaladmin/getFutureLicense", "did you mean GET /portaladmin/license/getFutureLicense?"},
		{"in a context", "/portal/admin/license/getFutureLicense", "did you mean GET /portal/portaladmin/license/getFutureLicense?"},
		{"in a sandbox", "/sandboxes/default/portal/getFutureLicense", "did you mean GET /portal/portaladmin/license/getFutureLicense?"},
		{
			"another resource", "/sharing/rest/content/items/x/provisionOrgEntitlements",
			"did you mean POST /sharing/rest/content/listings/{itemId}/provisionOrgEntitlements?",
		},
		{"a probe of a client", "/portal/info", ""},
		{"nothing in common", "/favicon.ico", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, "", 0, nil)
			w := get(x, tt.path+"?f=json")
			call := firstCall(t, box)
			diff(t, "outcome", journal.Error, call.Outcome)
			var want []openapi.Violation
			header := ""
			if tt.hint != "" {
				header = "1"
				want = []openapi.Violation{{Kind: "unknown", In: "path", Name: "*", Message: "no operation has this path", Hint: tt.hint}}
			}
			diff(t, "violations", want, append([]openapi.Violation(nil), call.Violations...))
			diff(t, "header", header, w.Header().Get("Mockportal-Violations"))
		})
	}
}

// TestCallsByGET proves that a client which calls an operation of POST by GET gets a violation with the right method, even where it is
// answered with the form. A browser looks at forms, also at ones that are filled in.
func TestCallsByGET(t *testing.T) {
	t.Parallel()
	const browser = "text/html,application/xhtml+xml,*/*;q=0.8"
	for _, tt := range []struct {
		name, target, accept string
		want                 int
	}{
		{"in JSON", provisionPath + "?f=json", "", 1},
		{"without f", provisionPath + "?purchaserOrgId=sWwd06TnJR4lHopc", "*/*", 1},
		{"in html", provisionPath + "?f=html&token=admin-token", "", 1},
		{"misspelt too", provisionPath + "?purchaserOrgID=sWwd06TnJR4lHopc", "*/*", 2},
		{"misspelt too, in JSON", provisionPath + "?tokn=x&orgEntitlements=1&f=json", "", 2},
		{"the form", provisionPath, "*/*", 0},
		{"the form, asked for in html", provisionPath + "?f=html", "", 0},
		{"the form in a browser, filled in", provisionPath + "?purchaserOrgId=x", browser, 0},
		{"a sign-in page", "/portaladmin/login?redirect=/portaladmin", "", 0},
		{"an operation that takes GET too", "/sharing/rest/generateToken", "", 0},
	} {
		for _, strict := range []bool{false, true} {
			t.Run(fmt.Sprint(tt.name, ", strict: ", strict), func(t *testing.T) {
				t.Parallel()
				x, box := start(t, "", 0, nil)
				x.Strict = strict
				r := httptest.NewRequest(http.MethodGet, tt.target, http.NoBody)
				r.Header.Set("Accept", tt.accept)
				x.ServeHTTP(httptest.NewRecorder(), r)
				call := firstCall(t, box)
				diff(t, "violations", tt.want, len(call.Violations))
				diff(t, "refused", strings.HasSuffix(tt.target, "f=json"), call.Outcome == journal.Error)
				for _, v := range call.Violations[:tt.want-tt.want/2] {
					diff(t, "violation", "method: the operation does not take this method (send POST)", v.String())
				}
				for _, v := range call.Violations[tt.want-tt.want/2:] {
					diff(t, "message of a misspelt name", "is not in the contract", v.Message)
				}
			})
		}
	}
}
