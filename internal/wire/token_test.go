package wire_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

func TestToken(t *testing.T) {
	t.Parallel()
	headers := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	everywhere := headers("X-Esri-Authorization", "Bearer esri", "Authorization", "Bearer plain", "Cookie", "portaladmin_token=cookie")
	both := append(query("token", "query"), form("token", "form")...)
	for _, tt := range []struct {
		name, method string
		api          openapi.API
		values       []openapi.Value
		header       http.Header
		want         string
	}{
		{"nowhere", "GET", openapi.Sharing, nil, nil, ""},
		{"query", "GET", openapi.Sharing, query("token", "a"), nil, "a"},
		{"form", "POST", openapi.Sharing, form("token", "a"), nil, "a"},
		{"query of a POST", "POST", openapi.Sharing, query("token", "a"), nil, "a"},
		{"X-Esri-Authorization", "GET", openapi.Sharing, nil, headers("X-Esri-Authorization", "Bearer a"), "a"},
		{"Authorization", "GET", openapi.Sharing, nil, headers("Authorization", "Bearer a"), "a"},
		{"query before form", "POST", openapi.Sharing, both, everywhere, "query"},
		{"form before headers", "POST", openapi.Sharing, form("token", "form"), everywhere, "form"},
		{"Esri's header before the plain one", "GET", openapi.Sharing, nil, everywhere, "esri"},
		{"an empty parameter does not count", "POST", openapi.Sharing, append(query("token", ""), form("token", "form")...), nil, "form"},
		{"the first of a repeated one", "GET", openapi.Sharing, query("token", "a", "token", "b"), nil, "a"},
		{"another letter case is another name", "GET", openapi.Sharing, query("Token", "a"), nil, ""},
		{"a path parameter of that name", "GET", openapi.Sharing, values("path", "token", "a"), nil, ""},
		{"no cookie on the sharing API", "GET", openapi.Sharing, nil, headers("Cookie", "portaladmin_token=a"), ""},

		{"portaladmin: query of a GET", "GET", openapi.PortalAdmin, query("token", "a"), nil, "a"},
		{"portaladmin: query of a POST does not count", "POST", openapi.PortalAdmin, query("token", "a"), nil, ""},
		{"portaladmin: form behind a query", "POST", openapi.PortalAdmin, both, nil, "form"},
		{"portaladmin: header of a POST", "POST", openapi.PortalAdmin, query("token", "a"), headers("Authorization", "Bearer b"), "b"},
		{"portaladmin: cookie", "GET", openapi.PortalAdmin, nil, headers("Cookie", "portaladmin_token=a"), "a"},
		{"portaladmin: cookie of a HEAD", "HEAD", openapi.PortalAdmin, nil, headers("Cookie", "portaladmin_token=a"), "a"},
		{"portaladmin: cookie of a POST does not count", "POST", openapi.PortalAdmin, nil, headers("Cookie", "portaladmin_token=a"), ""},
		{"portaladmin: header before cookie", "GET", openapi.PortalAdmin, nil, everywhere, "esri"},
		{"portaladmin: another cookie", "GET", openapi.PortalAdmin, nil, headers("Cookie", "esri_auth=a"), ""},

		{"scheme in another letter case", "GET", openapi.Sharing, nil, headers("Authorization", "bearer a"), "a"},
		{"more blanks", "GET", openapi.Sharing, nil, headers("Authorization", "Bearer   a "), "a"},
		{"another scheme", "GET", openapi.Sharing, nil, headers("Authorization", "Basic a"), ""},
		{"a scheme alone", "GET", openapi.Sharing, nil, headers("Authorization", "Bearer"), ""},
		{"a scheme and blanks", "GET", openapi.Sharing, nil, headers("Authorization", "Bearer  "), ""},
		{"a token alone", "GET", openapi.Sharing, nil, headers("Authorization", "a"), ""},
		{"the second header when the first is of another scheme", "GET", openapi.Sharing, nil, headers("X-Esri-Authorization", "Basic a", "Authorization", "Bearer b"), "b"},
	} {
		r := httptest.NewRequest(tt.method, "/", nil)
		if tt.header != nil {
			r.Header = tt.header.Clone()
		}
		if got := wire.Token(r, tt.api, tt.values); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
