package portal_test

import (
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/portal"
)

func TestSignInRefusals(t *testing.T) {
	t.Parallel()
	w, now := written(t, "  members: { mute: { token: t, orgId: "+seller+", role: org_user } }\n")
	for _, tt := range []struct {
		name string
		r    portal.SignInRequest
		want string
	}{
		{"good", portal.SignInRequest{Username: "admin", Password: "admin-password"}, ""},
		{"nothing", portal.SignInRequest{}, "sign-in-failed parameter-missing:username parameter-missing:password"},
		{"no username", portal.SignInRequest{Password: "admin-password"}, "sign-in-failed parameter-missing:username"},
		{"no password", portal.SignInRequest{Username: "admin"}, "sign-in-failed parameter-missing:password"},
		{"no password of a member without one", portal.SignInRequest{Username: "mute"}, "sign-in-failed parameter-missing:password"},
		{"any password of a member without one", portal.SignInRequest{Username: "mute", Password: "x"}, "sign-in-failed"},
		{"wrong password", portal.SignInRequest{Username: "admin", Password: "viewer-password"}, "sign-in-failed"},
		{"password in another letter case", portal.SignInRequest{Username: "admin", Password: "Admin-password"}, "sign-in-failed"},
		{"username in another letter case", portal.SignInRequest{Username: "Admin", Password: "admin-password"}, "sign-in-failed"},
		{"unknown username", portal.SignInRequest{Username: "nobody", Password: "admin-password"}, "sign-in-failed"},
		{
			"referer without a referer",
			portal.SignInRequest{Username: "admin", Password: "admin-password", Client: "referer"},
			"sign-in-failed parameter-missing:referer",
		},
		{
			"everything blank",
			portal.SignInRequest{Client: "referer"},
			"sign-in-failed parameter-missing:username parameter-missing:password parameter-missing:referer",
		},
		{"exchange", portal.SignInRequest{Token: "admin-token", ServerURL: "https://server"}, ""},
		{"exchange without a server", portal.SignInRequest{Token: "admin-token"}, "sign-in-failed parameter-missing:serverUrl"},
		{"exchange of a bad token", portal.SignInRequest{Token: "x", ServerURL: "https://server"}, "token-invalid"},
		{"exchange of a refresh token", portal.SignInRequest{Token: "admin-refresh-token", ServerURL: "https://server"}, "token-invalid"},
		{
			"a bad token beside a good password",
			portal.SignInRequest{Username: "admin", Password: "admin-password", Token: "x", ServerURL: "https://server"},
			"",
		},
		{
			"a good token beside a wrong password",
			portal.SignInRequest{Username: "admin", Password: "x", Token: "admin-token", ServerURL: "https://server"},
			"sign-in-failed",
		},
	} {
		tt.r.Wall = now
		before := seen(t, w, now)
		after, reply, problem := w.GenerateToken(now, tt.r)
		if got := refusal(problem); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.name, got, tt.want)
		}
		if changed := seen(t, after, now) != before; changed != (tt.want == "") || (reply.Value != nil) != (tt.want == "") {
			t.Errorf("%s: the world has changed: %t, reply %v", tt.name, changed, reply.Value)
		}
	}
}

// TestExchangedTokens: an exchanged token lives as long as the portal token, at most two hours, and has the same caller.
func TestExchangedTokens(t *testing.T) {
	t.Parallel()
	w, now := written(
		t,
		"  members: { ending: { password: p, token: "+
			"ending-token, orgId: "+seller+", role: org_user, tokenExpires: \"2016-07-22T16:50:37Z\" } }\n",
	)
	w, short := signIn(t, w, now, func(r *portal.SignInRequest) { r.Expiration = 30 })
	w, long := signIn(t, w, now, func(r *portal.SignInRequest) { r.Expiration = 21600 })
	w, reply, _ := w.OAuthToken(now, portal.OAuthRequest{GrantType: "client_credentials", ClientID: "app", ClientSecret: "app-secret"})
	app := reply.Value.(portal.OAuthToken).AccessToken
	for _, tt := range []struct {
		name, token string
		minutes     int64
		want        time.Duration
		who         string
	}{
		{"of a short token", short.Token, 0, 30 * time.Minute, "admin"},
		{"of a short token, longer", short.Token, 60, 30 * time.Minute, "admin"},
		{"of a short token, shorter", short.Token, 10, 10 * time.Minute, "admin"},
		{"of a long token", long.Token, 0, 120 * time.Minute, "admin"},
		{"of a long token, longer", long.Token, 600, 120 * time.Minute, "admin"},
		{"of one without an end", "viewer-token", 0, 120 * time.Minute, "viewer"},
		{"of the scenario's with an end", "ending-token", 0, 2 * time.Minute, "ending"},
		{"of an app's", app, 0, 120 * time.Minute, "app as admin"},
	} {
		wall := time.Unix(1e9, 0)
		after, token := signIn(t, w, now, func(r *portal.SignInRequest) {
			*r = portal.SignInRequest{Token: tt.token, ServerURL: "https://server", Expiration: tt.minutes, Wall: wall}
		})
		if got := time.UnixMilli(token.Expires).Sub(wall); got != tt.want {
			t.Errorf("%s: lives %v, want %v", tt.name, got, tt.want)
		}
		for at, who := range map[time.Duration]string{0: tt.who, tt.want - time.Millisecond: tt.who, tt.want: "nobody"} {
			if got := identifies(after, token.Token, "", now.Add(at)); got != who {
				t.Errorf("%s: after %v it identifies %s, want %s", tt.name, at, got, who)
			}
		}
	}
}

// TestExchangedTokensAreBound: a token is bound only if the client asks for it, and a bound token is exchanged only with its referer.
func TestExchangedTokensAreBound(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	w, bound := signIn(t, w, now, func(r *portal.SignInRequest) { r.Client, r.Referer = "referer", "https://a" })
	_, _, problem := w.GenerateToken(now, portal.SignInRequest{Token: bound.Token, ServerURL: "https://server"})
	if got := refusal(problem); got != "token-invalid" {
		t.Errorf("without the referer: refused with %q", got)
	}
	for client, want := range map[string]string{"": "admin", "referer": "nobody"} {
		after, token := signIn(t, w, now, func(r *portal.SignInRequest) {
			*r = portal.SignInRequest{
				Token: bound.Token, ServerURL: "https://server", Client: client, Referer: "https://a", Sender: "https://a",
				Wall: now,
			}
		})
		if got := identifies(after, token.Token, "https://a", now); got != "admin" {
			t.Errorf("client %q: with the referer it identifies %s", client, got)
		}
		if got := identifies(after, token.Token, "https://b", now); got != want {
			t.Errorf("client %q: with another referer it identifies %s", client, got)
		}
	}
}

// TestExchangeLooksAtTheSender: the request's own referer opens a bound token; the parameter of the same name does not.
func TestExchangeLooksAtTheSender(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	w, bound := signIn(t, w, now, func(r *portal.SignInRequest) { r.Client, r.Referer = "referer", "https://a" })
	for _, tt := range []struct{ name, sender, referer, want string }{
		{"the sender's", "https://a", "", ""},
		{"the sender's, another asked for", "https://a", "https://b", ""},
		{"only the parameter's", "", "https://a", "token-invalid"},
		{"the parameter's, another sender's", "https://b", "https://a", "token-invalid"},
	} {
		_, _, problem := w.GenerateToken(
			now,
			portal.SignInRequest{Token: bound.Token, ServerURL: "https://server", Sender: tt.sender, Referer: tt.referer},
		)
		if got := refusal(problem); got != tt.want {
			t.Errorf("%s: refused with %q, want %q", tt.name, got, tt.want)
		}
	}
}
