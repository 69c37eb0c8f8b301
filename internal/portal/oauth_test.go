package portal_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
)

func TestOAuthRefusals(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	_, access := signIn(t, w, now, nil)
	good := portal.OAuthRequest{
		ClientID: "app", ClientSecret: "app-secret", RefreshToken: "admin-refresh-token", Code: "c", RedirectURI: appURI,
	}
	for _, tt := range []struct {
		name, grant string
		change      func(*portal.OAuthRequest)
		want        string
	}{
		{"credentials", "client_credentials", nil, ""},
		{
			"credentials, no client", "client_credentials", func(r *portal.OAuthRequest) { r.ClientID = "" },
			"parameters-invalid parameter-missing:client_id",
		},
		{"credentials, unknown client", "client_credentials", func(r *portal.OAuthRequest) { r.ClientID = "App" }, "oauth-client-invalid"},
		{
			"credentials, no secret", "client_credentials", func(r *portal.OAuthRequest) { r.ClientSecret = "" },
			"parameters-invalid parameter-missing:client_secret",
		},
		{
			"credentials, wrong secret", "client_credentials",
			func(r *portal.OAuthRequest) { r.ClientSecret = "admin-password" }, "oauth-secret-invalid",
		},
		{"refresh", "refresh_token", nil, ""},
		{"refresh, without a secret", "refresh_token", func(r *portal.OAuthRequest) { r.ClientSecret = "" }, ""},
		{
			"refresh, no token", "refresh_token", func(r *portal.OAuthRequest) { r.RefreshToken = "" },
			"parameters-invalid parameter-missing:refresh_token",
		},
		{"refresh, unknown token", "refresh_token", func(r *portal.OAuthRequest) { r.RefreshToken = "x" }, "oauth-refresh-token-invalid"},
		{
			"refresh, an access token", "refresh_token", func(r *portal.OAuthRequest) { r.RefreshToken = access.Token },
			"oauth-refresh-token-invalid",
		},
		{
			"refresh, the scenario's access token", "refresh_token",
			func(r *portal.OAuthRequest) { r.RefreshToken = "admin-token" }, "oauth-refresh-token-invalid",
		},
		{"refresh, unknown client", "refresh_token", func(r *portal.OAuthRequest) { r.ClientID = "x" }, "oauth-client-invalid"},
		{"exchange of the refresh token", "exchange_refresh_token", nil, ""},
		{
			"exchange, no redirect URI", "exchange_refresh_token", func(r *portal.OAuthRequest) { r.RedirectURI = "" },
			"oauth-redirect-uri-missing",
		},
		{"end of a session", "suspend_session", nil, ""},
		{
			"end of a session, no token", "suspend_session", func(r *portal.OAuthRequest) { r.RefreshToken = "" },
			"parameters-invalid parameter-missing:refresh_token",
		},
		{
			"end of a session, unknown token", "suspend_session", func(r *portal.OAuthRequest) { r.RefreshToken = "x" },
			"oauth-refresh-token-invalid",
		},
		{
			"credentials of an application without a secret", "client_credentials", func(r *portal.OAuthRequest) { r.ClientID = "pythonapi" },
			"oauth-secret-invalid",
		},
		{"code", "authorization_code", nil, "oauth-code-invalid"},
		{"no code", "authorization_code", func(r *portal.OAuthRequest) { r.Code = "" }, "parameters-invalid parameter-missing:code"},
		{"another grant", "password", nil, "oauth-grant-invalid"},
		{"no grant", "", nil, "oauth-grant-invalid"},
	} {
		r := good
		r.GrantType = tt.grant
		if tt.change != nil {
			tt.change(&r)
		}
		before := seen(t, w, now)
		after, reply, problem := w.OAuthToken(now, r)
		if got := refusal(problem); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.name, got, tt.want)
		}
		if changed := seen(t, after, now) != before; changed != (tt.want == "") {
			t.Errorf("%s: the world has changed: %t", tt.name, changed)
		}
		if tt.want == "" {
			if err := contract.BuiltIn().ProveSchema("OAuthTokenReply", text(t, reply.Value)); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	w, now := written(t, "  apps: { lonely: { secret: s } }\n")
	for _, tt := range []struct {
		client, secret string
		minutes        int64
		seconds        int64
		want           string
	}{
		{"app", "app-secret", 0, 7200, "app as admin"},
		{"app", "app-secret", 1, 60, "app as admin"},
		{"app", "app-secret", 1 << 40, 21600 * 60, "app as admin"},
		{"lonely", "s", 0, 7200, "lonely as "},
	} {
		after, reply, problem := w.OAuthToken(
			now,
			portal.OAuthRequest{GrantType: "client_credentials", ClientID: tt.client, ClientSecret: tt.secret, Expiration: tt.minutes},
		)
		if problem != nil {
			t.Fatal(refusal(problem))
		}
		got := reply.Value.(portal.OAuthToken)
		if diff := cmp.Diff(portal.OAuthToken{AccessToken: got.AccessToken, ExpiresIn: tt.seconds}, got); diff != "" {
			t.Errorf("%s for %d minutes (-want +got):\n%s", tt.client, tt.minutes, diff)
		}
		life := time.Duration(tt.seconds) * time.Second
		for at, want := range map[time.Duration]string{0: tt.want, life - time.Millisecond: tt.want, life: "nobody"} {
			if who := identifies(after, got.AccessToken, "", now.Add(at)); who != want {
				t.Errorf("%s for %d minutes: after %v it identifies %q, want %q", tt.client, tt.minutes, at, who, want)
			}
		}
	}
}

// TestRefresh uses the scenario's refresh token, and then the refresh token that it was exchanged for.
func TestRefresh(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	secure := true
	w, reply, problem := w.OAuthToken(
		now,
		portal.OAuthRequest{
			GrantType: "exchange_refresh_token", ClientID: "app", RedirectURI: appURI, RefreshToken: "admin-refresh-token", Secure: true,
		},
	)
	if problem != nil {
		t.Fatal(refusal(problem))
	}
	first := reply.Value.(portal.OAuthToken)
	const twoWeeks = 14 * 24 * time.Hour
	want := portal.OAuthToken{
		AccessToken: first.AccessToken, ExpiresIn: 1800, Username: "admin", SSL: &secure,
		RefreshToken: first.RefreshToken, RefreshTokenExpiresIn: int64(twoWeeks.Seconds()),
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := identifies(w, first.AccessToken, "", now); got != "admin" {
		t.Errorf("the access token identifies %s", got)
	}
	if got := identifies(w, first.RefreshToken, "", now); got != "nobody" {
		t.Errorf("the refresh token is an access token, of %s", got)
	}
	for at, want := range map[time.Duration]string{0: "", twoWeeks - time.Millisecond: "", twoWeeks: "oauth-refresh-token-invalid"} {
		_, reply, problem := w.OAuthToken(
			now.Add(at), portal.OAuthRequest{GrantType: "refresh_token", ClientID: "app", RefreshToken: first.RefreshToken},
		)
		if got := refusal(problem); got != want {
			t.Errorf("after %v: refused with %q, want %q", at, got, want)
		}
		if token, ok := reply.Value.(portal.OAuthToken); ok && (token.Username != "admin" || token.RefreshToken != "" || *token.SSL) {
			t.Errorf("after %v: got %+v", at, token)
		}
	}
}

func TestRevokedRefreshTokens(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	w, reply, _ := w.OAuthToken(
		now,
		portal.OAuthRequest{GrantType: "exchange_refresh_token", ClientID: "app", RedirectURI: appURI, RefreshToken: "admin-refresh-token"},
	)
	issued := reply.Value.(portal.OAuthToken).RefreshToken
	refused := func(w portal.World, token string) string {
		_, _, problem := w.OAuthToken(now, portal.OAuthRequest{GrantType: "refresh_token", ClientID: "app", RefreshToken: token})
		return refusal(problem)
	}
	for revoked, kept := range map[string]string{issued: "admin-refresh-token", "admin-refresh-token": issued} {
		after, _ := w.Revoke(now, revoked)
		if got := refused(after, revoked); got != "oauth-refresh-token-invalid" {
			t.Errorf("a revoked refresh token is refused with %q", got)
		}
		if got := refused(after, kept); got != "" {
			t.Errorf("the other refresh token is refused with %q", got)
		}
	}
}

func TestAppAccess(t *testing.T) {
	t.Parallel()
	w, now := written(t, "  apps: { lonely: { secret: s } }\n")
	member, _ := w.Identify("viewer-token", "", now)
	for _, tt := range []struct {
		reason   string
		caller   portal.Caller
		clientID string
		want     any
		refused  string
	}{
		{"every member may", member, "app", map[string]any{"valid": true, "viewOnlyUserTypeApp": false}, ""},
		{"whoever an app acts as", member, "lonely", map[string]any{"valid": true, "viewOnlyUserTypeApp": false}, ""},
		{
			"an app without a member may not",
			portal.Caller{App: "lonely"},
			"app",
			map[string]any{"valid": false, "viewOnlyUserTypeApp": false},
			"",
		},
		{"there is no such app", member, "nobody", nil, "app-access-invalid"},
	} {
		reply, problem := w.AppAccess(tt.caller, tt.clientID)
		if got := refusal(problem); got != tt.refused {
			t.Errorf("%s: refused with %q, want %q", tt.reason, got, tt.refused)
		}
		if diff := cmp.Diff(tt.want, reply.Value); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
		}
	}
}
