package contract_test

import (
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
)

// TestMeant proves which operation an unknown path was meant for.
func TestMeant(t *testing.T) {
	t.Parallel()
	const (
		listing   = "/sharing/rest/content/listings/"
		provision = "/sharing/rest/content/listings/{itemId}/provisionOrgEntitlements"
		license   = "/portaladmin/license/getFutureLicense"
	)
	for _, tt := range []struct{ name, request, want string }{
		{"a folder is missing", "GET /portaladmin/getFutureLicense", "GET " + license},
		{"another folder", "GET /portal/admin/license/getFutureLicense", "GET /portal" + license},
		{"another resource", "POST /sharing/rest/content/items/x/provisionOrgEntitlements", "POST " + provision},
		{"the name alone, in another letter case", "GET /getfuturelicense", "GET " + license},
		{"another API", "GET /arcgis/sharing/rest/license/getFutureLicense/", "GET /arcgis" + license},
		{"an unknown context", "GET /gis" + license, "GET " + license},
		{"a context that only begins so", "GET /portal2" + license, "GET " + license},
		{"another method too", "POST /portaladmin/getFutureLicense", "GET " + license},
		{"HEAD is answered as GET", "HEAD /portaladmin/getFutureLicense", "GET " + license},
		{"the name misspelt", "POST " + listing + "x/provisionOrgEntitlement", "POST " + provision},
		{"the name and another segment misspelt", "POST /sharing/rest/content/listing/x/provisionOrgEntitlement", "POST " + provision},
		{"another segment misspelt", "POST /sharing/rest/content/listing/x/provisionOrgEntitlements", "POST " + provision},
		{"a segment too many", "POST " + listing + "x/provisionOrgEntitlements/y", "POST " + provision},
		{"a query without its question mark", "GET " + license + "&f=json&token=something-that-is-long", "GET " + license},
		{"a suffix", "GET " + license + ".json", "GET " + license},
		{"the last segment missing", "POST " + listing + "x", "POST " + provision},
		{"the last segment missing after one that is no parameter", "GET /portaladmin/license", ""},
		{"the last segment missing, another misspelt", "POST /sharing/rest/content/listing/x", ""},
		{"two segments missing", "POST /sharing/rest/content/listings", ""},
		{"a neighbour of the real portal", "POST /portaladmin/license/populateLicense", ""},
		{"another one", "GET " + listing + "x/userEntitlements", ""},
		{"a support operation", "POST /portal/generateToken", "POST /portal/sharing/rest/generateToken"},
		{"by one of its methods", "POST /portals/self", "POST /sharing/rest/portals/self"},
		{"by another one", "GET /portals/self", "GET /sharing/rest/portals/self"},
		{"of several with a name the nearest", "GET /portal/rest/community/self", "GET /portal/sharing/rest/community/self"},
		{"a support operation misspelt", "GET /sharing/rest/comunity/self", "GET /sharing/rest/community/self"},
		{"with something behind it", "GET /home/signin.html", ""},
		{"a probe", "GET /info", ""},
		{"a probe in a context", "GET /portal/info", ""},
		{"another probe", "GET /arcgis/sharing/rest/oauth2/social/authorize", ""},
		{"not quite a probe", "GET /sharing/rest/portals/x/info", "GET /sharing/rest/info"},
		{"another service", "GET /rest/services", ""},
		{"nothing in common", "GET /favicon.ico", ""},
		{"the root", "GET /", ""},
	} {
		method, path, _ := strings.Cut(tt.request, " ")
		if got := contract.BuiltIn().Router().Meant(method, path); got != tt.want {
			t.Errorf("%s: %s was meant for %q, not %q", tt.name, tt.request, got, tt.want)
		}
	}
}

// TestMeantInContexts proves that the path is told in the context of the request, also in one that a server adds.
func TestMeantInContexts(t *testing.T) {
	t.Parallel()
	for context, want := range map[string]string{"": "", "/portal": "/portal", "/gis": "/gis", "/other": ""} {
		got := contract.BuiltIn().Router("/gis").Meant("GET", context+"/getFutureLicense")
		if got != "GET "+want+"/portaladmin/license/getFutureLicense" {
			t.Errorf("in the context %q: %q", context, got)
		}
	}
}

// TestMeantForEveryOperation proves that the name of each operation counts, by each of its methods.
func TestMeantForEveryOperation(t *testing.T) {
	t.Parallel()
	for _, route := range contract.BuiltIn().Routes() {
		name := route.Path[strings.LastIndex(route.Path, "/"):]
		path := "/wrong/place" + name
		if strings.Contains(name, "{") {
			continue // the path ends in a parameter, so it has no name
		}
		got := contract.BuiltIn().Router().Meant(route.Method, path)
		if !strings.HasPrefix(got, route.Method+" /") || !strings.HasSuffix(got, name) {
			t.Errorf("%s %s was meant for %q", route.Method, path, got)
		}
	}
}
