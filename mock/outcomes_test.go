package mock_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	domain "github.com/mockportal/mockportal/internal/portal"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// appOfNobody adds an app that acts as no member.
const appOfNobody = "format: 1\nsummary: An app acts as no member.\nextends: trial\n" +
	"world: { apps: { nobody: { secret: nobody-secret } } }\n"

// successes has a request to every operation that succeeds.
func successes() map[string]request {
	const f, token, oauth = "f", "token", "/sharing/rest/oauth2/"
	return map[string]request{
		"provisionOrgEntitlements": provision(),
		"getFutureLicense":         license(),
		"generateToken":            post("/sharing/rest/generateToken", f, "json", "username", "admin", "password", "admin-password"),
		"oauthToken": post(
			"/sharing/rest/oauth2/token", f, "json", "grant_type", "client_credentials", "client_id", "app",
			"client_secret", "app-secret",
		),
		"oauthRevokeToken":  post("/sharing/rest/oauth2/revokeToken", f, "json", "auth_token", "admin-token"),
		"validateAppAccess": post("/sharing/rest/oauth2/validateAppAccess", f, "json", token, "admin-token", "client_id", "app"),
		"exchangeToken":     post("/sharing/rest/oauth2/exchangeToken", f, "json", token, "admin-token", "client_id", "app"),
		"oauthAuthorize":    get(oauth+"authorize", f, "json", "client_id", "pythonapi", "response_type", "code", "redirect_uri", outOfBand),
		"oauthSignIn":       post(oauth+"signin", f, "json", "oauth_state", oauthState(""), "username", "admin", "password", "admin-password"),
		"oauthApproval":     get(oauth+"approval", f, "json", "error", "access_denied"),
		"oauthSignOut":      get(oauth+"signout", f, "json"),
		"validateRedirectUri": get(
			oauth+"validateRedirectUri", f, "json", "client_id", "app", "redirect_uri", "https://app.example.com",
		),
		"portalSelf":         get("/sharing/rest/portals/self", f, "json", token, "admin-token"),
		"portal":             get("/sharing/rest/portals/HwhoSWTiJyaB0VDi", f, "json", token, "admin-token"),
		"communitySelf":      get("/sharing/rest/community/self", f, "json", token, "admin-token"),
		"user":               get("/sharing/rest/community/users/viewer", f, "json", token, "admin-token"),
		"sharingInfo":        get("/sharing/rest/info", f, "json"),
		"serverInfo":         get("/rest/info", f, "json"),
		"sharingRoot":        get("/sharing/rest", f, "json"),
		"portalAdminRoot":    get("/portaladmin", f, "json", token, "admin-token"),
		"healthCheck":        get("/portaladmin/healthCheck", f, "json"),
		"portalAdminSignIn":  post("/portaladmin/login", f, "json", "username", "admin", "password", "admin-password"),
		"portalAdminSignOut": get("/portaladmin/logout", f, "json"),
	}
}

// outOfBand is the redirect URI of clients that have no address.
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// oauthState is the oauth_state of a sign-in page for the ArcGIS API for Python, with a code challenge unless it is empty.
func oauthState(challenge string) string {
	return domain.AuthorizeRequest{
		ClientID: "pythonapi", ResponseType: "code", RedirectURI: outOfBand, Challenge: challenge,
	}.Seal()
}

// outcomeRow is a request that has one outcome.
type outcomeRow struct {
	options []mock.Option
	request request
	lines   []string // the details, where they are not those of the fixture
}

func of(r request, lines ...string) outcomeRow { return outcomeRow{nil, r, lines} }

func under(scenario string, r request) outcomeRow { return outcomeRow{playing(scenario), r, nil} }

// badEscape is what every operation refuses, whatever its parameters are.
func badEscape(r request) outcomeRow {
	return of(r.at(r.path+"?unreadable=%zz"), "'unreadable' must be escaped as a URL is.")
}

// failures has a request for every outcome beside success, by operation and outcome.
func failures() map[string]outcomeRow {
	ok := successes()
	oauth, generate, login := ok["oauthToken"], ok["generateToken"], ok["portalAdminSignIn"]
	refresh := oauth.with("grant_type", "refresh_token").with("client_secret", "")
	authorize := ok["oauthAuthorize"]
	coded := post(
		oauth.path, "f", "json", "grant_type", "authorization_code", "client_id", "pythonapi", "redirect_uri", outOfBand,
		"code", ofSignIn, "code_verifier", "verifier",
	)
	const noFormat = "'f' must be html, json or pjson."
	return map[string]outcomeRow{
		"provisionOrgEntitlements/token-required":       of(provision().with("token", "")),
		"provisionOrgEntitlements/token-invalid":        of(provision().with("token", "nobody-has-this")),
		"provisionOrgEntitlements/not-permitted":        of(provision().with("token", "viewer-token")),
		"provisionOrgEntitlements/item-not-found":       of(provision().at(strings.Replace(provisionPath, item, "ffff", 1))),
		"provisionOrgEntitlements/not-licensed-by-user": under("licensed-by-organization", provision()),
		"provisionOrgEntitlements/ssl-required":         under("signature-required", provision()),
		"provisionOrgEntitlements/item-not-provisioned": under("interested", provision()),
		"provisionOrgEntitlements/parameters-invalid":   of(provision().with("purchaserOrgId", ""), "'purchaserOrgId' must be specified."),
		"provisionOrgEntitlements/method-not-supported": of(get(provisionPath, "f", "json"), "Allowed: POST."),

		"getFutureLicense/token-required":       of(license().with("token", "")),
		"getFutureLicense/token-invalid":        of(license().with("token", "nobody-has-this")),
		"getFutureLicense/not-permitted":        of(license().with("token", "publisher-token")),
		"getFutureLicense/parameters-invalid":   of(license().with("f", "xml"), noFormat),
		"getFutureLicense/method-not-supported": of(license().by(http.MethodPost), "Allowed: GET, HEAD."),

		"generateToken/sign-in-failed":       of(generate.with("password", "wrong")),
		"generateToken/token-invalid":        of(post(generate.path, "f", "json", "token", "nobody-has-this", "serverUrl", "http://localhost")),
		"generateToken/parameters-invalid":   of(generate.with("expiration", "0"), "'expiration' must be an integer of 1 or more."),
		"generateToken/method-not-supported": of(get(generate.path, "f", "json").by(http.MethodPut), "Allowed: GET, HEAD, POST."),
		"generateToken/server-token-missing": of(post(generate.path, "f", "json", "serverUrl", "http://localhost")),
		"generateToken/credentials-in-query": of(get(generate.path, "f", "json", "username", "admin", "password", "admin-password")),

		"oauthToken/oauth-client-invalid":        of(oauth.with("client_id", "nobody")),
		"oauthToken/oauth-secret-invalid":        of(oauth.with("client_secret", "wrong")),
		"oauthToken/oauth-refresh-token-invalid": of(refresh.with("refresh_token", "nobody-has-this")),
		"oauthToken/oauth-code-invalid":          of(oauth.with("grant_type", "authorization_code").with("code", "any")),
		"oauthToken/oauth-grant-invalid":         of(oauth.with("grant_type", "password")),
		"oauthToken/oauth-verifier-invalid":      of(coded.with("code_verifier", "another")),
		"oauthToken/oauth-redirect-uri-invalid":  of(coded.with("redirect_uri", "https://elsewhere")),
		"oauthToken/oauth-redirect-uri-missing":  of(coded.with("redirect_uri", "")),
		"oauthToken/parameters-invalid":          of(refresh, "'refresh_token' must be specified."),
		"oauthToken/method-not-supported":        of(get(oauth.path, "f", "json").by(http.MethodPut), "Allowed: GET, HEAD, POST."),

		"oauthAuthorize/oauth-client-invalid":       of(authorize.with("client_id", "nobody")),
		"oauthAuthorize/oauth-redirect-uri-invalid": of(authorize.with("redirect_uri", "https://elsewhere")),
		"oauthAuthorize/oauth-redirect-uri-missing": of(authorize.with("redirect_uri", "")),
		"oauthAuthorize/parameters-invalid":         of(authorize.with("expiration", "soon"), "'expiration' must be an integer."),
		"oauthAuthorize/method-not-supported":       of(authorize.by(http.MethodPost), "Allowed: GET, HEAD."),

		"oauthSignIn/oauth-sign-in-failed": of(ok["oauthSignIn"].with("password", "wrong")),
		"oauthSignIn/oauth-state-invalid":  of(ok["oauthSignIn"].with("oauth_state", "x")),
		"oauthSignIn/oauth-client-invalid": of(ok["oauthSignIn"].with("oauth_state", domain.AuthorizeRequest{ClientID: "nobody"}.Seal())),
		"oauthSignIn/oauth-redirect-uri-invalid": of(ok["oauthSignIn"].with(
			"oauth_state", domain.AuthorizeRequest{ClientID: "app", RedirectURI: "https://elsewhere"}.Seal(),
		)),
		"oauthSignIn/parameters-invalid":   of(ok["oauthSignIn"].with("oauth_state", ""), "'oauth_state' must be specified."),
		"oauthSignIn/method-not-supported": of(get(ok["oauthSignIn"].path, "f", "json"), "Allowed: POST."),

		"oauthApproval/parameters-invalid":   of(ok["oauthApproval"].with("f", "xml"), noFormat),
		"oauthApproval/method-not-supported": of(ok["oauthApproval"].by(http.MethodPost), "Allowed: GET, HEAD."),
		"oauthSignOut/parameters-invalid":    of(ok["oauthSignOut"].with("f", "xml"), noFormat),
		"oauthSignOut/method-not-supported":  of(ok["oauthSignOut"].by(http.MethodPost), "Allowed: GET, HEAD."),

		"validateRedirectUri/oauth-client-invalid": of(ok["validateRedirectUri"].with("client_id", "nobody")),
		"validateRedirectUri/parameters-invalid":   of(ok["validateRedirectUri"].with("client_id", ""), "'client_id' must be specified."),
		"validateRedirectUri/method-not-supported": of(ok["validateRedirectUri"].by(http.MethodPut), "Allowed: GET, HEAD, POST."),

		"exchangeToken/token-required":       of(ok["exchangeToken"].with("token", "")),
		"exchangeToken/token-invalid":        of(ok["exchangeToken"].with("token", "nobody-has-this")),
		"exchangeToken/oauth-client-invalid": of(ok["exchangeToken"].with("client_id", "nobody")),
		"exchangeToken/parameters-invalid":   of(ok["exchangeToken"].with("client_id", ""), "'client_id' must be specified."),
		"exchangeToken/method-not-supported": of(get(ok["exchangeToken"].path, "f", "json", "token", "admin-token"), "Allowed: POST."),

		"oauthRevokeToken/parameters-invalid":   of(ok["oauthRevokeToken"].with("auth_token", ""), "'auth_token' must be specified."),
		"oauthRevokeToken/method-not-supported": of(get(ok["oauthRevokeToken"].path, "f", "json"), "Allowed: POST."),

		"validateAppAccess/token-required":       of(ok["validateAppAccess"].with("token", "")),
		"validateAppAccess/token-invalid":        of(ok["validateAppAccess"].with("token", "nobody-has-this")),
		"validateAppAccess/app-access-invalid":   of(ok["validateAppAccess"].with("client_id", "nobody")),
		"validateAppAccess/parameters-invalid":   of(ok["validateAppAccess"].with("client_id", ""), "'client_id' must be specified."),
		"validateAppAccess/method-not-supported": of(get(ok["validateAppAccess"].path, "f", "json", "token", "admin-token"), "Allowed: POST."),

		"portalSelf/token-invalid":        of(ok["portalSelf"].with("token", "nobody-has-this")),
		"portalSelf/method-not-supported": of(ok["portalSelf"].by(http.MethodPut), "Allowed: GET, HEAD, POST."),
		"portalSelf/parameters-invalid":   of(ok["portalSelf"].with("f", "xml"), noFormat),

		"portal/token-required":       of(ok["portal"].with("token", "")),
		"portal/token-invalid":        of(ok["portal"].with("token", "nobody-has-this")),
		"portal/not-permitted":        of(ok["portal"].at("/sharing/rest/portals/" + purchaser)),
		"portal/method-not-supported": of(ok["portal"].by(http.MethodPut), "Allowed: GET, HEAD, POST."),
		"portal/parameters-invalid":   of(ok["portal"].with("f", "xml"), noFormat),

		"communitySelf/token-required": of(ok["communitySelf"].with("token", "")),
		"communitySelf/token-invalid":  of(ok["communitySelf"].with("token", "nobody-has-this")),
		"communitySelf/not-permitted": {
			options: []mock.Option{mock.WithScenarioDocument([]byte(appOfNobody))},
			request: ok["communitySelf"].with("token", ofApp),
		},
		"communitySelf/method-not-supported": of(ok["communitySelf"].by(http.MethodPut), "Allowed: GET, HEAD, POST."),
		"communitySelf/parameters-invalid":   of(ok["communitySelf"].with("f", "xml"), noFormat),

		"user/token-required":       of(ok["user"].with("token", "")),
		"user/token-invalid":        of(ok["user"].with("token", "nobody-has-this")),
		"user/user-not-found":       of(ok["user"].at("/sharing/rest/community/users/nobody")),
		"user/method-not-supported": of(ok["user"].by(http.MethodPut), "Allowed: GET, HEAD, POST."),
		"user/parameters-invalid":   of(ok["user"].with("f", "xml"), noFormat),

		"sharingInfo/method-not-supported": of(ok["sharingInfo"].by(http.MethodPut), "Allowed: GET, HEAD, POST."),
		"sharingInfo/parameters-invalid": of(
			ok["sharingInfo"].with("callback", "1"),
			"'callback' must be the name of a JavaScript function, at most 100 characters.",
		),
		"serverInfo/method-not-supported":  of(ok["serverInfo"].by(http.MethodPut), "Allowed: GET, HEAD, POST."),
		"serverInfo/parameters-invalid":    badEscape(ok["serverInfo"]),
		"sharingRoot/method-not-supported": of(ok["sharingRoot"].by(http.MethodPut), "Allowed: GET, HEAD, POST."),
		"sharingRoot/parameters-invalid":   badEscape(ok["sharingRoot"]),

		"portalAdminRoot/token-required":       of(ok["portalAdminRoot"].with("token", "")),
		"portalAdminRoot/token-invalid":        of(ok["portalAdminRoot"].with("token", "nobody-has-this")),
		"portalAdminRoot/not-permitted":        of(ok["portalAdminRoot"].with("token", "viewer-token")),
		"portalAdminRoot/parameters-invalid":   badEscape(ok["portalAdminRoot"]),
		"portalAdminRoot/method-not-supported": of(post("/portaladmin", "f", "json", "token", "admin-token"), "Allowed: GET, HEAD."),

		"healthCheck/parameters-invalid":   badEscape(ok["healthCheck"]),
		"healthCheck/method-not-supported": of(post("/portaladmin/healthCheck", "f", "json"), "Allowed: GET, HEAD."),

		"portalAdminSignIn/sign-in-failed":       of(login.with("password", "wrong")),
		"portalAdminSignIn/method-not-supported": of(get("/portaladmin/login", "f", "json"), "Allowed: POST."),
		"portalAdminSignIn/parameters-invalid":   of(login.with("f", "xml"), noFormat),

		"portalAdminSignOut/method-not-supported": of(post("/portaladmin/logout", "f", "json"), "Allowed: GET, HEAD."),
		"portalAdminSignOut/parameters-invalid":   of(ok["portalAdminSignOut"].with("f", "xml"), noFormat),
	}
}

// ofApp stands for a token that an app which acts as nobody gets when the row is run.
const ofApp = "the token of an app"

// ofSignIn stands for a code that an application gets when the row is run. Its challenge is "verifier".
const ofSignIn = "the code of a sign-in"

// TestEverySuccess proves that every operation of the contract can be done, and that its answer fits the contract.
func TestEverySuccess(t *testing.T) {
	t.Parallel()
	requests := successes()
	for _, o := range contract.BuiltIn().Operations() {
		t.Run(o.ID, func(t *testing.T) {
			t.Parallel()
			r, ok := requests[o.ID]
			if !ok {
				t.Fatal("successes has no request for this operation")
			}
			p := portal(t)
			a := call(t, p, r)
			diff(t, "status", o.Status, a.status)
			if err := o.Prove(a.body); o.Status != http.StatusFound && err != nil {
				t.Errorf("%v in %s", err, a.body)
			}
			got := callsOf(t, p)[0]
			diff(t, "journaled operation, outcome, kind", []any{o.ID, journal.OK, o.Kind}, []any{got.Operation, got.Outcome, got.Kind})
			diff(t, "evidence header", string(got.Evidence), a.header.Get("Mockportal-Evidence"))
			if len(got.Violations) > 0 {
				t.Errorf("violations: %v", got.Violations)
			}
		})
	}
}

// TestEveryOutcome proves that every outcome which the contract declares is produced by some request, in the words of its fixture,
// and that the table has no outcome which the contract does not declare.
func TestEveryOutcome(t *testing.T) {
	t.Parallel()
	rows := failures()
	declared := map[string]bool{}
	for _, o := range contract.BuiltIn().Operations() {
		for _, outcome := range o.Errors {
			key := o.ID + "/" + outcome
			declared[key] = true
			t.Run(key, func(t *testing.T) {
				t.Parallel()
				row, ok := rows[key]
				if !ok {
					t.Fatal("failures has no request for this outcome")
				}
				proveOutcome(t, o, outcome, row)
			})
		}
	}
	for key := range rows {
		if !declared[key] {
			t.Errorf("failures has %s, and the contract does not declare it", key)
		}
	}
}

func proveOutcome(t *testing.T, o *contract.Operation, outcome string, row outcomeRow) {
	p := portal(t, row.options...)
	r := row.request
	if r.query.Get("token") == ofApp {
		a := call(t, p, successes()["oauthToken"].with("client_id", "nobody").with("client_secret", "nobody-secret"))
		r = r.with("token", decoded(t, a.body).(map[string]any)["access_token"].(string))
	}
	if r.form.Get("code") == ofSignIn {
		a := call(t, p, successes()["oauthSignIn"].with("oauth_state", oauthState("verifier")))
		r = r.with("code", codeOf(t, a))
	}
	a := call(t, p, r)
	diff(t, "status", http.StatusOK, a.status)
	if err := o.ProveError(a.body); err != nil {
		t.Errorf("%v in %s", err, a.body)
	}
	fixture, ok := fixture.BuiltIn().Get("errors/" + string(o.API) + "/" + outcome)
	if !ok {
		t.Fatal("there is no fixture for this outcome")
	}
	var want map[string]map[string]any
	if err := json.Unmarshal(fixture.Body, &want); err != nil {
		t.Fatal(err)
	}
	if row.lines != nil {
		want["error"]["details"] = anyOf(row.lines)
	}
	var got map[string]map[string]any
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		t.Fatal(err)
	}
	diff(t, "the words of the fixture", want, got)
	calls := callsOf(t, p)
	last := calls[len(calls)-1]
	diff(
		t, "journaled operation, outcome, code", []any{o.ID, journal.Error, want["error"]["code"]},
		[]any{last.Operation, last.Outcome, float64(last.ErrorCode)},
	)
	if allow := a.header.Get("Allow"); (outcome == "method-not-supported") != (allow != "") {
		t.Errorf("Allow is %q", allow)
	}
}

func anyOf(lines []string) []any {
	list := make([]any, len(lines))
	for i, line := range lines {
		list[i] = line
	}
	return list
}

// TestEveryMethod proves for every path of the contract that a method which it does not have is refused with those that it has,
// and that HEAD is answered where GET is.
func TestEveryMethod(t *testing.T) {
	t.Parallel()
	for _, route := range contract.BuiltIn().Routes() {
		t.Run(route.Method+" "+route.Path, func(t *testing.T) {
			t.Parallel()
			p := portal(t)
			path := strings.NewReplacer("{itemId}", item, "{username}", "viewer", "{resource}", "any/thing").Replace(route.Path)
			for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodHead, http.MethodOptions} {
				a := call(t, p, get(path, "f", "json").by(method))
				found, _ := contract.BuiltIn().Router().Find(httptest.NewRequest(http.MethodGet, path, nil))
				methods := found.Methods()
				if slices.Contains(methods, method) {
					diff(t, method+": Allow", "", a.header.Get("Allow"))
					continue
				}
				diff(t, method+": code", 405, errorOf(t, a).Code)
				diff(t, method+": details", []string{"Allowed: " + strings.Join(methods, ", ") + "."}, errorOf(t, a).Details)
				diff(t, method+": Allow", strings.Join(methods, ", "), a.header.Get("Allow"))
			}
		})
	}
}
