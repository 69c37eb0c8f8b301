package portal_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/portal"
)

// appURI is a redirect URI of the application "web".
const appURI = "https://app.example.com/callback"

var site = portal.Site{URL: "https://gis.example.com/portal", Secure: true}

// web returns a world with an application that has redirect URIs.
func web(t *testing.T) (portal.World, time.Time) {
	t.Helper()
	return written(
		t,
		`  apps: { web: { secret: web-secret, redirectUris: [https://app.example.com, "https://*.example.org/in", "my-app:/auth"] } }`+"\n",
	)
}

func TestAuthorizeRefusals(t *testing.T) {
	t.Parallel()
	w, _ := web(t)
	for _, tt := range []struct {
		reason   string
		change   func(*portal.AuthorizeRequest)
		problem  string
		location string
	}{
		{"all is well", func(*portal.AuthorizeRequest) {}, "", ""},
		{"an unknown application is told nobody", func(r *portal.AuthorizeRequest) { r.ClientID = "Web" }, "oauth-client-invalid", ""},
		{"no redirect URI", func(r *portal.AuthorizeRequest) { r.RedirectURI = "" }, "oauth-redirect-uri-missing", ""},
		{
			"a redirect URI of somebody else", func(r *portal.AuthorizeRequest) { r.RedirectURI = "https://evil.example.net" },
			"oauth-redirect-uri-invalid", "",
		},
		{"out of band, unregistered", func(r *portal.AuthorizeRequest) { r.RedirectURI = portal.OutOfBand }, "oauth-redirect-uri-invalid", ""},
		{
			"an unknown response type is told to the application", func(r *portal.AuthorizeRequest) { r.ResponseType = "id_token" }, "",
			appURI + "?error=unsupported_response_type&error_description=response_type+must+be+code+or+token&state=s",
		},
		{
			"so is an unknown challenge method", func(r *portal.AuthorizeRequest) { r.Challenge, r.ChallengeMethod = "c", "S512" }, "",
			appURI + "?error=invalid_request&error_description=code_challenge_method+must+be+S256+or+plain&state=s",
		},
	} {
		r := portal.AuthorizeRequest{ClientID: "web", RedirectURI: appURI, ResponseType: "code", State: "s"}
		tt.change(&r)
		reply, problem := w.Authorize(r, site)
		if got := refusal(problem); got != tt.problem {
			t.Errorf("%s: refused with %q, want %q", tt.reason, got, tt.problem)
		}
		if reply.Location != tt.location {
			t.Errorf("%s: the browser is sent to %q, want %q", tt.reason, reply.Location, tt.location)
		}
		if info, ok := reply.Value.(map[string]any); ok != (tt.problem == "" && tt.location == "") || ok && info["client_id"] != r.ClientID {
			t.Errorf("%s: got %+v", tt.reason, reply.Value)
		}
	}
}

func TestRedirectURIs(t *testing.T) {
	t.Parallel()
	w, _ := web(t)
	for _, tt := range []struct {
		app, uri string
		want     bool
	}{
		{"web", "https://app.example.com", true},
		{"web", "https://app.example.com/", true},
		{"web", "https://app.example.com/a/b?c=d", true},
		{"web", "https://APP.example.com/a", true},
		{"web", "https://app.example.com:8443/a", false},
		{"web", "http://app.example.com/a", false},
		{"web", "https://app.example.com.evil.net/a", false},
		{"web", "https://app.example.com@evil.net/a", false},
		{"web", "https://user@app.example.com/a", false},
		{"web", "https://app.example.com/a#b", false},
		{"web", "https://one.example.org/in", true},
		{"web", "https://one.example.org/in/deep", true},
		{"web", "https://one.example.org/inner", false},
		{"web", "https://one.example.org/in/../out", false},
		{"web", "https://example.org/in", false},
		{"web", "my-app:/auth", true},
		{"web", "my-app:/other", false},
		{"web", "https://gis.example.com/portal", false},
		{"app", "https://app.example.com", false},
		{"pythonapi", "https://gis.example.com", true},
		{"arcgisonline", "https://gis.example.com/portal/home", true},
		{"pythonapi", portal.OutOfBand, true},
		{"pythonapi", "https://app.example.com", false},
	} {
		reply, problem := w.ValidateRedirectURI(tt.app, tt.uri, site)
		if got := reply.Value; problem != nil || !gocmp.Equal(got, any(map[string]any{"valid": tt.want})) {
			t.Errorf("%s at %s: got %+v, want valid %t", tt.app, tt.uri, got, tt.want)
		}
	}
	if _, problem := w.ValidateRedirectURI("nobody", "https://app.example.com", site); refusal(problem) != "oauth-client-invalid" {
		t.Errorf("an unknown application is refused with %q", refusal(problem))
	}
}

// authorized signs the admin in for an application and returns what the browser is sent back with.
func authorized(t *testing.T, w portal.World, now time.Time, r portal.AuthorizeRequest) (portal.World, *url.URL) {
	t.Helper()
	reply, problem := w.Authorize(r, site)
	if problem != nil {
		t.Fatal(refusal(problem))
	}
	state := reply.Value.(map[string]any)["oauth_state"].(string)
	w, reply, problem = w.SignInForApp(now, portal.OAuthSignIn{State: state, Username: "admin", Password: "admin-password", Site: site})
	if problem != nil {
		t.Fatal(refusal(problem))
	}
	u, err := url.Parse(reply.Location)
	if err != nil {
		t.Fatal(err)
	}
	return w, u
}

func TestSignInForAppRefusals(t *testing.T) {
	t.Parallel()
	w, now := web(t)
	begin := func(change func(*portal.AuthorizeRequest)) string {
		r := portal.AuthorizeRequest{ClientID: "web", RedirectURI: appURI, ResponseType: "code", State: "a b&c"}
		change(&r)
		reply, _ := w.Authorize(r, site)
		return reply.Value.(map[string]any)["oauth_state"].(string)
	}
	good := begin(func(*portal.AuthorizeRequest) {})
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"client_id":"web","response_type":"code",` +
		`"redirect_uri":"https://evil.example.net"}`))
	for _, tt := range []struct {
		reason   string
		sent     portal.OAuthSignIn
		problem  string
		location string
	}{
		{"wrong password", portal.OAuthSignIn{State: good, Username: "admin", Password: "x"}, "oauth-sign-in-failed", ""},
		{"unknown member", portal.OAuthSignIn{State: good, Username: "x", Password: "admin-password"}, "oauth-sign-in-failed", ""},
		{"nothing filled in", portal.OAuthSignIn{State: good}, "oauth-sign-in-failed", ""},
		{"no state", portal.OAuthSignIn{Username: "admin", Password: "admin-password"}, "oauth-state-invalid", ""},
		{"a state of another kind", portal.OAuthSignIn{State: "e30", Username: "admin", Password: "admin-password"}, "oauth-state-invalid", ""},
		{
			"a forged state leads nowhere",
			portal.OAuthSignIn{State: forged, Username: "admin", Password: "admin-password"},
			"oauth-redirect-uri-invalid", "",
		},
		{
			"the member does not want to",
			portal.OAuthSignIn{State: good, Cancel: true},
			"",
			appURI + "?error=access_denied&error_description=The+user+denied+your+request.&state=a+b%26c",
		},
		{
			"nor for a token",
			portal.OAuthSignIn{State: begin(func(r *portal.AuthorizeRequest) { r.ResponseType = "token" }), Cancel: true},
			"",
			appURI + "#error=access_denied&error_description=The+user+denied+your+request.&state=a+b%26c",
		},
	} {
		tt.sent.Site = site
		after, reply, problem := w.SignInForApp(now, tt.sent)
		if got := refusal(problem); got != tt.problem {
			t.Errorf("%s: refused with %q, want %q", tt.reason, got, tt.problem)
		}
		if reply.Location != tt.location {
			t.Errorf("%s: the browser is sent to %q, want %q", tt.reason, reply.Location, tt.location)
		}
		if seen(t, after, now) != seen(t, w, now) {
			t.Errorf("%s: the world has changed", tt.reason)
		}
	}
}

func TestImplicitGrant(t *testing.T) {
	t.Parallel()
	w, now := web(t)
	for minutes, seconds := range map[int64]string{0: "7200", 600: "36000", 1 << 40: "1296000"} {
		w, back := authorized(
			t, w, now, portal.AuthorizeRequest{ClientID: "web", RedirectURI: appURI, ResponseType: "token", State: "s", Expiration: minutes},
		)
		if back.RawQuery != "" || !strings.HasPrefix(back.String(), appURI+"#") {
			t.Fatalf("a token stands outside of the fragment: %s", back)
		}
		got, err := url.ParseQuery(back.Fragment)
		if err != nil {
			t.Fatal(err)
		}
		token := got.Get("access_token")
		want := url.Values{"access_token": {token}, "expires_in": {seconds}, "username": {"admin"}, "ssl": {"true"}, "state": {"s"}}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%d minutes (-want +got):\n%s", minutes, diff)
		}
		if who := identifies(w, token, "", now); who != "admin" {
			t.Errorf("the token identifies %s", who)
		}
	}
}

func TestCodeGrant(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("verifier"))
	s256 := base64.RawURLEncoding.EncodeToString(sum[:])
	start, now := web(t)
	asked := portal.AuthorizeRequest{ClientID: "web", RedirectURI: appURI, ResponseType: "code"}
	with := func(change func(*portal.AuthorizeRequest)) portal.AuthorizeRequest { r := asked; change(&r); return r }
	challenged := with(func(r *portal.AuthorizeRequest) { r.Challenge, r.ChallengeMethod = s256, "S256" })
	for _, tt := range []struct {
		reason string
		asked  portal.AuthorizeRequest
		sent   portal.OAuthRequest
		after  time.Duration
		want   string
	}{
		{"without PKCE", asked, portal.OAuthRequest{}, 0, ""},
		{"with the secret", asked, portal.OAuthRequest{ClientSecret: "web-secret"}, 0, ""},
		{"with a wrong secret", asked, portal.OAuthRequest{ClientSecret: "x"}, 0, "oauth-secret-invalid"},
		{"S256", challenged, portal.OAuthRequest{CodeVerifier: "verifier"}, 0, ""},
		{"S256, wrong verifier", challenged, portal.OAuthRequest{CodeVerifier: "Verifier"}, 0, "oauth-verifier-invalid"},
		{"S256, no verifier", challenged, portal.OAuthRequest{}, 0, "oauth-verifier-invalid"},
		{"S256, the challenge itself", challenged, portal.OAuthRequest{CodeVerifier: s256}, 0, "oauth-verifier-invalid"},
		{"plain", with(func(r *portal.AuthorizeRequest) { r.Challenge = "v" }), portal.OAuthRequest{CodeVerifier: "v"}, 0, ""},
		{
			"plain, wrong verifier", with(func(r *portal.AuthorizeRequest) { r.Challenge = "v" }),
			portal.OAuthRequest{CodeVerifier: "w"},
			0,
			"oauth-verifier-invalid",
		},
		{"another redirect URI", asked, portal.OAuthRequest{RedirectURI: appURI + "/x"}, 0, "oauth-redirect-uri-invalid"},
		{"another application", asked, portal.OAuthRequest{ClientID: "app"}, 0, "oauth-code-invalid"},
		{"in its last moment", asked, portal.OAuthRequest{}, 10*time.Minute - time.Millisecond, ""},
		{"too late", asked, portal.OAuthRequest{}, 10 * time.Minute, "oauth-code-invalid"},
	} {
		w, back := authorized(t, start, now, tt.asked)
		r := tt.sent
		r.GrantType, r.Code, r.Secure = "authorization_code", back.Query().Get("code"), true
		r.ClientID, r.RedirectURI = cmp.Or(r.ClientID, "web"), cmp.Or(r.RedirectURI, appURI)
		if who := identifies(w, r.Code, "", now); who != "nobody" {
			t.Errorf("%s: the code is a token of %s", tt.reason, who)
		}
		w, reply, problem := w.OAuthToken(now.Add(tt.after), r)
		if got := refusal(problem); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.reason, got, tt.want)
		}
		if problem != nil {
			continue
		}
		if token := reply.Value.(portal.OAuthToken); token.Username != "admin" || token.ExpiresIn != 1800 || token.RefreshToken == "" ||
			identifies(w, token.AccessToken, "", now) != "admin" {
			t.Errorf("%s: got %+v", tt.reason, token)
		}
		if _, _, problem := w.OAuthToken(now, r); refusal(problem) != "oauth-code-invalid" {
			t.Errorf("%s: a second use is refused with %q", tt.reason, refusal(problem))
		}
	}
}

// TestRefreshTokenOfACode holds how long it lives, by what oauth2/authorize was asked for, and that it ends with its session.
func TestRefreshTokenOfACode(t *testing.T) {
	t.Parallel()
	start, now := web(t)
	for minutes, want := range map[int64]int64{0: 20160 * 60, 60: 3600, -1: 129600 * 60, 1 << 40: 129600 * 60} {
		w, back := authorized(
			t, start, now, portal.AuthorizeRequest{ClientID: "web", RedirectURI: appURI, ResponseType: "code", Expiration: minutes},
		)
		w, reply, problem := w.OAuthToken(now, portal.OAuthRequest{
			GrantType: "authorization_code", ClientID: "web", Code: back.Query().Get("code"), RedirectURI: appURI,
		})
		if problem != nil {
			t.Fatal(refusal(problem))
		}
		token := reply.Value.(portal.OAuthToken)
		if token.RefreshTokenExpiresIn != want {
			t.Errorf("%d minutes: the refresh token lives %d s, want %d", minutes, token.RefreshTokenExpiresIn, want)
		}
		refresh := portal.OAuthRequest{GrantType: "refresh_token", ClientID: "web", RefreshToken: token.RefreshToken}
		if _, _, problem := w.OAuthToken(now, refresh); problem != nil {
			t.Errorf("%d minutes: a refresh is refused with %q", minutes, refusal(problem))
		}
		suspend := refresh
		suspend.GrantType = "suspend_session"
		w, _, problem = w.OAuthToken(now, suspend)
		if _, _, after := w.OAuthToken(now, refresh); problem != nil || refusal(after) != "oauth-refresh-token-invalid" {
			t.Errorf("%d minutes: suspended with %q, then refused with %q", minutes, refusal(problem), refusal(after))
		}
	}
}

// TestOutOfBand signs in the way of a client that has no address: the code stands on a page of the portal.
func TestOutOfBand(t *testing.T) {
	t.Parallel()
	w, now := web(t)
	w, back := authorized(
		t, w, now, portal.AuthorizeRequest{ClientID: "pythonapi", RedirectURI: portal.OutOfBand, ResponseType: "code", State: "s"},
	)
	if !strings.HasPrefix(back.String(), site.URL+"/sharing/rest/oauth2/approval?") || back.Query().Get("state") != "s" {
		t.Errorf("the browser is sent to %s", back)
	}
	_, _, problem := w.OAuthToken(now, portal.OAuthRequest{
		GrantType: "authorization_code", ClientID: "pythonapi", Code: back.Query().Get("code"), RedirectURI: portal.OutOfBand,
	})
	if problem != nil {
		t.Errorf("the code is refused with %q", refusal(problem))
	}
}

func TestExchangeTokenAndSignOut(t *testing.T) {
	t.Parallel()
	w, now := web(t)
	admin := caller(t, w, "admin-token", now)
	w, reply, problem := w.ExchangeToken(now, admin, "admin-token", "web")
	if problem != nil {
		t.Fatal(refusal(problem))
	}
	token := reply.Value.(map[string]any)["token"].(string)
	if who := identifies(w, token, "", now); who != "admin" || token == "admin-token" {
		t.Errorf("the token identifies %s", who)
	}
	revoked, _ := w.Revoke(now, "admin-token")
	if who := identifies(revoked, token, "", now); who != "nobody" {
		t.Errorf("it outlives the token that it was exchanged for, as that of %s", who)
	}
	if _, _, problem := w.ExchangeToken(now, admin, "admin-token", "x"); refusal(problem) != "oauth-client-invalid" {
		t.Errorf("an unknown application is refused with %q", refusal(problem))
	}
	for uri, want := range map[string]string{appURI: appURI, "": "", "https://evil.example.net": ""} {
		if got := w.SignOut("web", uri, site).Location; got != want {
			t.Errorf("after signing out at %q the browser is sent to %q", uri, got)
		}
	}
}
