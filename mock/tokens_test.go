package mock_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// lenientMethods lets getFutureLicense be called by POST, so that the rules for a POST to portaladmin can be seen.
const lenientMethods = "format: 1\nsummary: Methods do not matter.\nextends: trial\nworld: { portal: { methods: lenient } }\n"

// TestTokenPlaces proves where a token may stand: on both APIs in the query, the form and two headers, on portaladmin in the cookie of
// its directory too; but a POST to portaladmin must carry it in the body or a header.
func TestTokenPlaces(t *testing.T) {
	t.Parallel()
	places := map[string]func(request, string) request{
		"query":                func(r request, token string) request { return r.at(r.path + "?token=" + token) },
		"form":                 func(r request, token string) request { return r.with("token", token) },
		"X-Esri-Authorization": func(r request, token string) request { return r.sending("X-Esri-Authorization", "Bearer "+token) },
		"Authorization":        func(r request, token string) request { return r.sending("Authorization", "bearer  "+token) },
		"Basic":                func(r request, token string) request { return r.sending("Authorization", "Basic "+token) },
		"cookie":               func(r request, token string) request { return r.sending("Cookie", "portaladmin_token="+token) },
		"empty": func(r request, token string) request {
			return r.at(r.path+"?token=").sending("Authorization", "Bearer "+token)
		},
	}
	sharing := provision().with("token", "")
	admin := license().with("token", "")
	adminPost := post(licensePath, "f", "json")
	for _, row := range []struct {
		name    string
		request request
		good    string
		refused string
	}{
		{"sharing POST", sharing, "query form X-Esri-Authorization Authorization empty", "Basic cookie"},
		{"sharing GET", get("/sharing/rest/community/self", "f", "json"), "query X-Esri-Authorization Authorization empty", "Basic cookie"},
		{"portaladmin GET", admin, "query X-Esri-Authorization Authorization cookie empty", "Basic"},
		{"portaladmin POST", adminPost, "form X-Esri-Authorization Authorization empty", "query cookie Basic"},
	} {
		for place, put := range places {
			good := strings.Contains(" "+row.good+" ", " "+place+" ")
			if !good && !strings.Contains(" "+row.refused+" ", " "+place+" ") {
				continue
			}
			t.Run(row.name+" "+place, func(t *testing.T) {
				t.Parallel()
				options := []mock.Option{mock.WithScenarioDocument([]byte(lenientMethods)), mock.AllowViolations()}
				want := 499
				if good {
					want = 0
				}
				diff(t, "code", want, errorOf(t, call(t, portal(t, options...), put(row.request, "admin-token"))).Code)
				if good {
					diff(t, "code of a bad token", 498, errorOf(t, call(t, portal(t, options...), put(row.request, "nobody-has-this"))).Code)
				}
			})
		}
	}
}

// TestTokenOrder proves which of several tokens counts.
func TestTokenOrder(t *testing.T) {
	t.Parallel()
	order := []struct {
		name  string
		place func(request, string) request
	}{
		{"query", func(r request, token string) request { return r.at(r.path + "?token=" + token) }},
		{"form", func(r request, token string) request { return r.with("token", token) }},
		{"X-Esri-Authorization", func(r request, token string) request { return r.sending("X-Esri-Authorization", "Bearer "+token) }},
		{"Authorization", func(r request, token string) request { return r.sending("Authorization", "Bearer "+token) }},
	}
	for i, first := range order[:len(order)-1] {
		for _, second := range order[i+1:] {
			t.Run(first.name+" before "+second.name, func(t *testing.T) {
				t.Parallel()
				p := portal(t)
				r := post("/sharing/rest/community/self", "f", "json")
				r = second.place(first.place(r, "publisher-token"), "viewer-token")
				call(t, p, r)
				diff(t, "member", "publisher", callsOf(t, p)[0].Member)
			})
		}
	}
}

// TestServerToken proves the exchange that Esri's JavaScript client does before it calls portaladmin.
func TestServerToken(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithStrict())
	token := boundToken(t, s, "@esri/arcgis-rest-js")
	info := post(licensePath+"/rest/info", "f", "json")
	diff(t, "code of the probe", 0, errorOf(t, ask(t, s, info)).Code)
	exchange := post(
		"/sharing/rest/generateToken", "f", "json", "token", token, "serverUrl", s.URL+licensePath,
	).sending("Referer", "@esri/arcgis-rest-js")
	a := ask(t, s, exchange.with("referer", "@esri/arcgis-rest-js").with("client", "referer"))
	served, _ := decoded(t, a.body).(map[string]any)["token"].(string)
	if served == "" || served == token {
		t.Fatalf("the server token is %q", served)
	}
	asked := license().with("token", served)
	diff(t, "code", 0, errorOf(t, ask(t, s, asked.sending("Referer", "@esri/arcgis-rest-js"))).Code)
	diff(t, "code for another referer", 498, errorOf(t, ask(t, s, asked.sending("Referer", "http://other"))).Code)
	ask(t, s, successes()["oauthRevokeToken"].with("auth_token", token))
	diff(t, "code once the portal token is revoked", 498, errorOf(t, ask(t, s, asked.sending("Referer", "@esri/arcgis-rest-js"))).Code)
}

// TestIssuedTokens proves that issued tokens are good, differ from one another, come out of the seed, and end when they are revoked.
func TestIssuedTokens(t *testing.T) {
	t.Parallel()
	issue := func(p http.Handler) string {
		token, _ := decoded(t, call(t, p, successes()["generateToken"]).body).(map[string]any)["token"].(string)
		return token
	}
	p := portal(t)
	first, second := issue(p), issue(p)
	if first == second || first == "" {
		t.Errorf("the tokens are %q and %q", first, second)
	}
	diff(t, "the first token of another portal", first, issue(portal(t)))
	if seeded := issue(portal(t, mock.WithSeed(7))); seeded == first {
		t.Error("another seed makes the same token")
	} else if code := errorOf(t, call(t, p, license().with("token", seeded))).Code; code != 498 {
		t.Errorf("the token of another seed answers %d", code)
	}
	call(t, p, successes()["oauthRevokeToken"].with("auth_token", first))
	diff(t, "code of the revoked token", 498, errorOf(t, call(t, p, license().with("token", first))).Code)
	diff(t, "code of the other one", 0, errorOf(t, call(t, p, license().with("token", second))).Code)
}

// TestServerNames proves how Token and Password fail a test for an unknown member, and that those of a portal return the same error.
func TestServerNames(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test)
	defer test.end()
	diff(t, "token", "viewer-token", s.Token("viewer"))
	diff(t, "password", "viewer-password", s.Password("viewer"))
	diff(t, "failures", []string(nil), test.fatals)
	s.Token("Viewer")
	s.Password("nobody")
	diff(t, "failures", []string{
		`mock: scenario "trial" gives no token to a member "Viewer" (did you mean "viewer"?); its members are admin, ` +
			`licensing, publisher, viewer`,
		`mock: scenario "trial" gives no password to a member "nobody"; its members are admin, licensing, publisher, viewer`,
	}, test.fatals)
	p := portal(t)
	_, tokenErr := p.Token("Viewer")
	_, passwordErr := p.Password("nobody")
	diff(t, "errors of a portal", test.fatals, []string{fmt.Sprint("mock: ", tokenErr), fmt.Sprint("mock: ", passwordErr)})
}
