package contract_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
)

func find(r *contract.Router, path string) (contract.Match, bool) {
	return r.Find(httptest.NewRequest(http.MethodGet, path, nil))
}

// TestRouterFindsEveryPath finds each path of both contracts in each of its contexts, with and without a final slash. A parameter is one
// segment, or several where the contract says so.
func TestRouterFindsEveryPath(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		for _, route := range c.Routes() {
			t.Run(name+" "+route.Method+" "+route.Path, func(t *testing.T) {
				t.Parallel()
				proveFound(t, c, route)
			})
		}
	}
}

func proveFound(t *testing.T, c *contract.Contract, route *contract.Route) {
	path, values, several := filled(route)
	for _, context := range append(c.Servers(), "/gis") {
		got, ok := find(c.Router("/gis"), context+path)
		if !ok || got.Context != context || got.Routes[0].Path != route.Path {
			t.Fatalf("%s%s leads to %+v", context, path, got)
		}
		if diff := cmp.Diff(values, got.Values); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if slash, ok := find(c.Router("/gis"), context+path+"/"); !several && (!ok || slash.Routes[0] != got.Routes[0]) {
			t.Errorf("%s%s/ leads to %+v", context, path, slash)
		}
	}
	deeper := strings.ReplaceAll(path, "a-b.c", "a-b.c/x")
	if got, ok := find(c.Router(), deeper); ok && deeper != path && got.Routes[0].Path == route.Path {
		t.Errorf("%s is found too", deeper)
	}
	// A path with several segments at its front takes any context for one of them.
	if got, ok := find(c.Router(), "/gis"+path); ok && got.Routes[0].Path == route.Path && !several {
		t.Errorf("/gis%s is found without that context", path)
	}
}

// filled fills the parameters of a path, and reports whether one of them has several segments.
func filled(route *contract.Route) (path string, values []contract.Value, several bool) {
	path = route.Path
	for _, p := range route.Parameters {
		if p.In == "path" {
			text := map[bool]string{false: "a-b.c", true: "a/b/c"}[p.MultiPart]
			path, several = strings.ReplaceAll(path, "{"+p.Name+"}", text), several || p.MultiPart
			values = append(values, contract.Value{In: "path", Name: p.Name, Text: text})
		}
	}
	return path, values, several
}

// TestRouterReadsPaths proves how odd paths are read: nothing is redirected, a parameter is decoded once, and a path may be written as
// clients of real portals write it.
func TestRouterReadsPaths(t *testing.T) {
	t.Parallel()
	const listing = "/sharing/rest/content/listings/"
	for _, tt := range []struct{ name, path, item string }{
		{"an escaped slash", listing + "a%2Fb/provisionOrgEntitlements", "a/b"},
		{"an escape that was escaped", listing + "a%252Fb/provisionOrgEntitlements", "a%2Fb"},
		{"two slashes in front", "/" + listing + "a/provisionOrgEntitlements", "a"},
		{"two slashes in a context", "/portal/sharing/rest//content///listings/a/provisionOrgEntitlements", "a"},
		{"without /rest", "/sharing/content/listings/a/provisionOrgEntitlements", "a"},
		{"without /rest, in a context", "/arcgis/sharing/content/listings/a/provisionOrgEntitlements/", "a"},
		{"/rest twice", "/sharing/rest/rest/content/listings/a/provisionOrgEntitlements", ""},
		{"dots", "/x/.." + listing + "a/provisionOrgEntitlements", ""},
		{"another letter case", "/portal/Sharing/Rest/content/Listings/aB/provisionorgentitlements", "aB"},
		{"another letter case without /rest and with two slashes", "/SHARING//content/listings/aB/PROVISIONORGENTITLEMENTS", "aB"},
		{"another letter case of a context", "/Portal" + listing + "a/provisionOrgEntitlements", ""},
		{"no item", listing + "/provisionOrgEntitlements", ""},
		{"two contexts", "/portal/portal" + listing + "a/provisionOrgEntitlements", ""},
	} {
		got, ok := find(contract.BuiltIn().Router(), tt.path)
		if ok != (tt.item != "") {
			t.Errorf("%s: %s leads to %+v", tt.name, tt.path, got)
		} else if ok && got.Values[0].Text != tt.item {
			t.Errorf("%s: the item of %s is %q, not %q", tt.name, tt.path, got.Values[0].Text, tt.item)
		}
	}
}

// TestMethods proves which methods a path takes, and that HEAD is answered as GET.
func TestMethods(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]string{
		"/sharing/rest/content/listings/a/provisionOrgEntitlements": {http.MethodPost},
		"/portaladmin/license/getFutureLicense":                     {http.MethodGet, http.MethodHead},
		"/sharing/rest/portals/self":                                {http.MethodGet, http.MethodHead, http.MethodPost},
	} {
		found, _ := find(contract.BuiltIn().Router(), path)
		if diff := cmp.Diff(want, found.Methods()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
		if head, get := found.Route(http.MethodHead), found.Route(http.MethodGet); head != get {
			t.Errorf("%s: HEAD is not answered as GET", path)
		}
		if found.Route(http.MethodPut) != nil {
			t.Errorf("%s takes PUT", path)
		}
	}
	found, _ := find(contract.Control().Router(), "/__admin/sandboxes/s1/rules")
	if diff := cmp.Diff([]string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPost}, found.Methods()); diff != "" {
		t.Errorf("three operations on one path (-want +got):\n%s", diff)
	}
}

// TestRouterFindsNoLongPath: what no web server of a portal takes is not compared with every pattern.
func TestRouterFindsNoLongPath(t *testing.T) {
	t.Parallel()
	const before = "/sharing/rest/community/users/"
	for length, want := range map[int]bool{8 << 10: true, 8<<10 + 1: false, 1 << 20: false} {
		path := before + strings.Repeat("x", length-len(before))
		if _, found := find(contract.BuiltIn().Router(), path); found != want {
			t.Errorf("a path of %d bytes is found: %t", length, found)
		}
		slip := strings.Repeat("x/", length/2) + "getFutureLicense"
		if meant := contract.BuiltIn().Router().Meant(http.MethodGet, "/"+slip); meant != "" {
			t.Errorf("a path of %d bytes was meant for %s", len(slip), meant)
		}
	}
}

// FuzzRemembered holds a router that remembers paths against a new one, for each path twice. What a caller does to a match is not
// remembered.
func FuzzRemembered(f *testing.F) {
	for _, path := range []string{
		"/", "/sharing/rest/content/listings/a/provisionOrgEntitlements", "/portal//sharing/rest/portals/x",
		"/arcgis/sharing/rest/community/users/a%2Fb/",
		"/PORTAL/sharing/rest/portals/x", "/sharing/rest/content/listings/" + strings.Repeat("a", 600) + "/provisionOrgEntitlements",
	} {
		f.Add(path)
	}
	c := contract.BuiltIn()
	remembering := c.Router("/gis")
	f.Fuzz(func(t *testing.T, path string) {
		address, err := url.Parse(path)
		if err != nil {
			t.Skip()
		}
		ask := func(r *contract.Router) (string, []contract.Value, int, bool) {
			m, ok := r.Find(&http.Request{Method: http.MethodGet, URL: address})
			values := slices.Clone(m.Values)
			_ = append(m.Values, contract.Value{Name: "another"})
			return m.Context, values, len(m.Routes), ok
		}
		for range 2 {
			context, values, routes, ok := ask(c.Router("/gis"))
			gotContext, gotValues, gotRoutes, gotOK := ask(remembering)
			if context != gotContext || !slices.Equal(values, gotValues) || routes != gotRoutes || ok != gotOK {
				t.Errorf("%q: new %q %v %d %t, remembering %q %v %d %t", path, context, values, routes, ok, gotContext, gotValues, gotRoutes, gotOK)
			}
		}
	})
}
