package wire_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/wire"
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
		api          contract.API
		values       []contract.Value
		header       http.Header
		want         string
	}{
		{"nowhere", "GET", contract.Sharing, nil, nil, ""},
		{"query", "GET", contract.Sharing, query("token", "a"), nil, "a"},
		{"form", "POST", contract.Sharing, form("token", "a"), nil, "a"},
		{"query of a POST", "POST", contract.Sharing, query("token", "a"), nil, "a"},
		{"X-Esri-Authorization", "GET", contract.Sharing, nil, headers("X-Esri-Authorization", "Bearer a"), "a"},
		{"Authorization", "GET", contract.Sharing, nil, headers("Authorization", "Bearer a"), "a"},
		{"query before form", "POST", contract.Sharing, both, everywhere, "query"},
		{"form before headers", "POST", contract.Sharing, form("token", "form"), everywhere, "form"},
		{"Esri's header before the plain one", "GET", contract.Sharing, nil, everywhere, "esri"},
		{"an empty parameter does not count", "POST", contract.Sharing, append(query("token", ""), form("token", "form")...), nil, "form"},
		{"the first of a repeated one", "GET", contract.Sharing, query("token", "a", "token", "b"), nil, "a"},
		{"another letter case is another name", "GET", contract.Sharing, query("Token", "a"), nil, ""},
		{"a path parameter of that name", "GET", contract.Sharing, values("path", "token", "a"), nil, ""},
		{"no cookie on the sharing API", "GET", contract.Sharing, nil, headers("Cookie", "portaladmin_token=a"), ""},

		{"portaladmin: query of a GET", "GET", contract.PortalAdmin, query("token", "a"), nil, "a"},
		{"portaladmin: query of a POST does not count", "POST", contract.PortalAdmin, query("token", "a"), nil, ""},
		{"portaladmin: form behind a query", "POST", contract.PortalAdmin, both, nil, "form"},
		{"portaladmin: header of a POST", "POST", contract.PortalAdmin, query("token", "a"), headers("Authorization", "Bearer b"), "b"},
		{"portaladmin: cookie", "GET", contract.PortalAdmin, nil, headers("Cookie", "portaladmin_token=a"), "a"},
		{"portaladmin: cookie of a HEAD", "HEAD", contract.PortalAdmin, nil, headers("Cookie", "portaladmin_token=a"), "a"},
		{"portaladmin: cookie of a POST does not count", "POST", contract.PortalAdmin, nil, headers("Cookie", "portaladmin_token=a"), ""},
		{"portaladmin: header before cookie", "GET", contract.PortalAdmin, nil, everywhere, "esri"},
		{"portaladmin: another cookie", "GET", contract.PortalAdmin, nil, headers("Cookie", "esri_auth=a"), ""},

		{"scheme in another letter case", "GET", contract.Sharing, nil, headers("Authorization", "bearer a"), "a"},
		{"more blanks", "GET", contract.Sharing, nil, headers("Authorization", "Bearer   a "), "a"},
		{"another scheme", "GET", contract.Sharing, nil, headers("Authorization", "Basic a"), ""},
		{"a scheme alone", "GET", contract.Sharing, nil, headers("Authorization", "Bearer"), ""},
		{"a scheme and blanks", "GET", contract.Sharing, nil, headers("Authorization", "Bearer  "), ""},
		{"a token alone", "GET", contract.Sharing, nil, headers("Authorization", "a"), ""},
		{
			"the second header when the first is of another scheme", "GET", contract.Sharing, nil,
			headers("X-Esri-Authorization", "Basic a", "Authorization", "Bearer b"), "b",
		},
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

// TestTokenViolations proves that a token in another form than Bearer is reported, and that its text is not.
func TestTokenViolations(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{
		"": 0, "Bearer admin-token": 0, "bearer  admin-token": 0, "Basic YTpi": 0, "negotiate YTpi": 0,
		"admin-token": 1, "Token admin-token": 1, "Bearer:admin-token": 1,
	} {
		for _, header := range []string{"Authorization", "X-Esri-Authorization"} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set(header, value)
			got := wire.TokenViolations(r)
			if len(got) != want || want == 1 && (got[0].Name != header || strings.Contains(got[0].String(), value)) {
				t.Errorf("%s: %q: %v", header, value, got)
			}
		}
	}
}
