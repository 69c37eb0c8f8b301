package mock_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// step is one request that a client sends by itself, and the code of the error that it is made for; 0 for none.
type step struct {
	request request
	code    int
}

// clientSteps are the requests that Esri's own clients send before and around a call, as they were seen on the wire or read in their
// sources.
func clientSteps() map[string][]step {
	const js = "@esri/arcgis-rest-js"
	sharing := "/portal/sharing/rest/"
	javaScript := func(r request) request {
		return r.sending("Referer", js).sending("Content-Type", "application/x-www-form-urlencoded").sending("User-Agent", "node")
	}
	python := func(r request) request {
		return r.sending("Referer", "http").sending("X-Esri-Authorization", "Bearer admin-token")
	}
	return map[string][]step{
		"rest-js signs in": {
			{
				javaScript(
					post(
						sharing+"generateToken", "f", "json", "username", "admin", "password", "admin-password",
						"expiration", "20160", "client", "referer", "referer", js,
					),
				),
				0,
			},
			{javaScript(get(sharing+"community/self", "f", "json", "token", "admin-token")), 0},
			{javaScript(get(sharing+"portals/self", "f", "json", "token", "admin-token")), 0},
			{javaScript(get(sharing+"community/users/admin", "f", "json", "token", "admin-token")), 0},
			{javaScript(post("/portal"+licensePath+"/rest/info", "f", "json")), 0},
			{javaScript(post(sharing+"info", "f", "json")), 0},
			{javaScript(post(sharing+"oauth2/validateAppAccess", "f", "json", "client_id", "app", "token", "admin-token")), 0},
			{javaScript(post(sharing+"oauth2/revokeToken/", "f", "json", "auth_token", "admin-token", "client_id", "")), 0},
		},
		"rest-js signs in by a provider": {
			{
				get(
					sharing+"oauth2/social/authorize", "client_id", "app", "response_type", "code", "socialLoginProviderName", "facebook",
					"autoAccountCreateForSocial", "true", "f", "json",
				), 400,
			},
		},
		"rest-js fails to sign in": {
			{
				javaScript(
					post(
						sharing+"generateToken", "f", "json", "username", "admin", "password", "wrong", "expiration",
						"20160", "client", "referer", "referer", js,
					),
				),
				400,
			},
			{javaScript(get(sharing+"community/self", "f", "json")), 499},
		},
		"rest-js is an application": {
			{
				javaScript(
					post(
						sharing+"oauth2/token/", "f", "json", "client_id", "app", "client_secret", "app-secret",
						"grant_type", "client_credentials", "expiration", "7200",
					),
				),
				0,
			},
			{javaScript(get("/portal"+licensePath, "f", "json").sending("X-Esri-Authorization", "Bearer admin-token")), 0},
		},
		// As arcgis 2.4.4 sends them for GIS(url, "admin", "admin-password", use_gen_token=True).
		"the Python API connects": {
			{get("/portal/info", "f", "json"), 400},
			{get("/portal/rest/info", "f", "json"), 0},
			{get("/portal/sharing/rest/info", "f", "json"), 0},
			{get("/portal/rest/services", "f", "json"), 400},
			{
				post(
					"/portal/sharing/rest/generateToken", "f", "json", "username", "admin", "password",
					"admin-password", "client", "referer", "referer", "http", "expiration", "60",
				).sending("Referer", "http"),
				0,
			},
			{python(get("/portal/sharing/rest/info", "f", "json")), 0},
			{python(get("/portal/sharing/rest/portals/self", "f", "json")), 0},
			{python(get("/portal/sharing/rest/community/users/admin", "f", "json")), 0},
			{python(get("/portal/portaladmin", "f", "json")), 0},
			{python(get("/portal/sharing/rest/", "f", "json")), 0},
			{python(get("/portal"+licensePath, "f", "json")), 0},
		},
		"an older Python API connects": {
			{python(get("/portal/sharing/rest/oauth2/authorize", "f", "json", "client_id", "pythonapi", "response_type", "token")), 400},
			{
				python(
					post(
						"/portal/sharing/rest/generateToken", "f", "json", "request", "getToken", "username", "admin",
						"password", "admin-password", "referer", "http", "expiration", "60",
					),
				),
				0,
			},
			{python(post("/portal/sharing/rest/portals/self", "f", "json")), 0},
		},
		"the Python API is an application": {
			{
				post(
					"/portal/sharing/rest/oauth2/token", "client_id", "app", "client_secret", "app-secret",
					"grant_type", "client_credentials", "username", "admin", "password", "admin-password",
					"expiration", "26000",
				),
				0,
			},
			{
				post(
					"/portal/sharing/rest/oauth2/token", "client_id", "app", "client_secret", "app-secret",
					"grant_type", "client_credentials", "redirect_uri", "urn:ietf:wg:oauth:2.0:oob",
				),
				0,
			},
		},
		"the Chef cookbook waits for the site": {
			{get("/arcgis/portaladmin", "f", "json"), 499},
			{get("/arcgis/portaladmin/healthCheck", "f", "json"), 0},
			{
				post(
					"/arcgis/sharing/rest/generateToken", "f", "json", "username", "admin", "password",
					"admin-password", "client", "referer", "referer", "referer", "expiration", "600",
				),
				0,
			},
			{get("/arcgis/portaladmin", "f", "json", "token", "admin-token").sending("Referer", "referer"), 0},
		},
	}
}

// TestClients proves that nothing which a client of Esri sends by itself is a violation, under WithStrict neither, and that it gets the
// answer that it asks for.
func TestClients(t *testing.T) {
	t.Parallel()
	for name, steps := range clientSteps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, mock.WithStrict()) // it fails for a violation
			for _, step := range steps {
				diff(t, step.request.method+" "+step.request.target(), step.code, errorOf(t, ask(t, s, step.request)).Code)
			}
		})
	}
}

// TestServerTokenOfApp proves that an exchanged token stands for whoever the portal token stands for.
func TestServerTokenOfApp(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	a := ask(t, s, successes()["oauthToken"])
	token := decoded(t, a.body).(map[string]any)["access_token"].(string)
	a = ask(t, s, post("/sharing/rest/generateToken", "f", "json", "token", token, "serverUrl", s.URL+licensePath))
	served := decoded(t, a.body).(map[string]any)["token"].(string)
	diff(t, "code", 0, errorOf(t, ask(t, s, license().with("token", served))).Code)
	diff(t, "member", "admin", s.Calls(mock.GetFutureLicense)[0].Member)
}

// TestRefreshToken proves that the refresh token of a member gets an access token, and a new refresh token where one is asked for.
func TestRefreshToken(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	refresh := func(grant, token string) map[string]any {
		a := ask(t, s, request{method: http.MethodPost, path: "/sharing/rest/oauth2/token", form: url.Values{
			"f": {"json"}, "grant_type": {grant}, "client_id": {"app"}, "refresh_token": {token}, "redirect_uri": {"http://localhost"},
		}})
		reply, _ := decoded(t, a.body).(map[string]any)
		return reply
	}
	first := refresh("exchange_refresh_token", "admin-refresh-token")
	second := refresh("refresh_token", first["refresh_token"].(string))
	diff(t, "code", 0, errorOf(t, ask(t, s, license().with("token", second["access_token"].(string)))).Code)
	diff(t, "a refresh token as a token", 498, errorOf(t, ask(t, s, license().with("token", first["refresh_token"].(string)))).Code)
	if again, ok := second["refresh_token"]; ok {
		t.Errorf("refresh_token answers a new refresh token: %v", again)
	}
}
