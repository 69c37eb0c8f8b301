package mock_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// appScenario has an application with redirect URIs.
const appScenario = `
format: 1
extends: trial
world:
  apps:
    web: { secret: web-secret, redirectUris: ["https://app.example.com"] }
`

// codeOf returns the code that a browser is sent away with.
func codeOf(t *testing.T, a answer) string {
	t.Helper()
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound || u.Query().Get("code") == "" {
		t.Fatalf("status %d, Location %q, %.300s", a.status, a.header.Get("Location"), a.body)
	}
	return u.Query().Get("code")
}

// field returns the value of a hidden field, or the action of the form.
func field(t *testing.T, page, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the page has no %s", pattern)
	}
	return html.UnescapeString(found[1])
}

// TestSignInPageOfAnApplication goes the way of a browser: from the application to the page, through a wrong password, back with a code, to
// the token and an operation.
func TestSignInPageOfAnApplication(t *testing.T) {
	t.Parallel()
	p := portal(t, mock.WithScenarioDocument([]byte(appScenario)))
	page := call(t, p, get(
		"/portal/sharing/rest/oauth2/authorize", "client_id", "web", "response_type", "code", "redirect_uri", "https://app.example.com/in",
		"state", "a&b", "code_challenge", "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ", "code_challenge_method", "S256",
	))
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' https://app.example.com;") {
		t.Errorf("the form may not lead to the application: %s", csp)
	}
	action, state := field(t, page.body, `action="([^"]*)"`), field(t, page.body, `name="oauth_state" value="([^"]*)"`)
	again := call(t, p, post(action, "oauth_state", state, "username", "admin", "password", "wrong"))
	if again.status != http.StatusOK || !strings.Contains(again.body, "Invalid username or password.") ||
		!strings.Contains(again.body, "OAUTH_0015") {
		t.Errorf("a wrong password: status %d, %.300s", again.status, again.body)
	}
	state = field(t, again.body, `name="oauth_state" value="([^"]*)"`)
	back := call(t, p, post(action, "oauth_state", state, "username", "admin", "password", "admin-password"))
	code := codeOf(t, back)
	if want := "https://app.example.com/in?code=" + url.QueryEscape(code) + "&state=a%26b"; back.header.Get("Location") != want {
		t.Errorf("the browser is sent to %s, want %s", back.header.Get("Location"), want)
	}
	token := call(t, p, post(
		"/portal/sharing/rest/oauth2/token", "grant_type", "authorization_code", "client_id", "web", "code", code,
		"redirect_uri", "https://app.example.com/in", "code_verifier", "verifier",
	))
	issued := decoded(t, token.body).(map[string]any)["access_token"].(string)
	if a := call(t, p, license().with("token", issued)); !strings.Contains(a.body, "userTypes") {
		t.Errorf("the token is not good: %s", a.body)
	}
	for _, c := range callsOf(t, p) {
		if len(c.Violations) > 0 {
			t.Errorf("call %d violates the contract: %v", c.Number, c.Violations)
		}
	}
}

// TestSignInOfASandbox finds the sandbox by the username that signs in, though the page was the default sandbox's, and by the code after
// that.
func TestSignInOfASandbox(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	box := s.Sandbox(t, "trial")
	username := "admin" + strings.TrimPrefix(box.Token("admin"), "admin-token")
	page := ask(t, s, get(
		"/sharing/rest/oauth2/authorize", "client_id", "pythonapi", "response_type", "code", "redirect_uri", outOfBand, "f", "json",
	))
	state := decoded(t, page.body).(map[string]any)["oauth_state"].(string)
	back := ask(t, s, post("/sharing/oauth2/signin", "oauth_state", state, "username", username, "password", "admin-password"))
	token := ask(t, s, post(
		"/sharing/rest/oauth2/token", "grant_type", "authorization_code", "client_id", "pythonapi", "redirect_uri", outOfBand,
		"code", field(t, back.body, "<title>SUCCESS code=(.*)</title>"),
	))
	issued := decoded(t, token.body).(map[string]any)["access_token"].(string)
	ask(t, s, license().with("token", issued))
	if calls := box.Calls(); len(calls) != 4 || calls[3].Outcome != "ok" { // signin, approval, token, getFutureLicense
		t.Errorf("the sandbox has %v", calls)
	}
}

// TestGenerateTokenByGet proves what a GET gets: the form where it asks for nothing, the exchange of a token, and no sign-in, since a
// portal
// refuses a password in a query. Source: Esri/resource-proxy issue 534.
func TestGenerateTokenByGet(t *testing.T) {
	t.Parallel()
	const path = "/portal/sharing/rest/generateToken"
	p := portal(t)
	if a := call(t, p, get(path)); !strings.Contains(a.body, `name="username"`) {
		t.Errorf("no form: %.300s", a.body)
	}
	for _, tt := range []struct {
		reason string
		sent   request
		want   string
		found  string // the number of violations
	}{
		{"an exchange", get(path, "f", "json", "token", "admin-token", "serverUrl", "https://localhost/server"), `"token":"`, ""},
		{"a password in a GET", get(path, "f", "json", "username", "admin", "password", "admin-password"), "in the query string", "2"},
		{"a wrong password in a GET", get(path, "f", "json", "username", "admin", "password", "wrong"), "in the query string", "2"},
		{"a password in the query of a POST", post(path+"?username=admin&password=admin-password", "f", "json"), "in the query string", "2"},
		{"a server without a token", get(path, "f", "json", "serverUrl", "https://localhost/server"), "for server token.", ""},
	} {
		a := call(t, p, tt.sent)
		if found := a.header.Get("Mockportal-Violations"); !strings.Contains(a.body, tt.want) || found != tt.found {
			t.Errorf("%s: %s violations, %s", tt.reason, found, a.body)
		}
	}
}

// TestSpellingsOfPaths asks for one operation in the ways in which clients of portals write its path. None of them is a violation.
func TestSpellingsOfPaths(t *testing.T) {
	t.Parallel()
	p := portal(t)
	for _, path := range []string{
		"/sharing/rest/portals/self", "/sharing/portals/self", "/portal/sharing/rest//portals/self/", "/arcgis/sharing/Portals/SELF",
	} {
		if a := call(t, p, get(path, "f", "json", "token", "admin-token")); !strings.Contains(a.body, "portalName") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	for _, c := range callsOf(t, p) {
		if c.Operation != "portalSelf" || len(c.Violations) > 0 {
			t.Errorf("%s is journaled as %q with %v", c.Path, c.Operation, c.Violations)
		}
	}
}
