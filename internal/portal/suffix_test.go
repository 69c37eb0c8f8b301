package portal_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/scenario"
)

// TestSuffix: credentials are valid with the suffix of their world and without it, but with no other suffix.
func TestSuffix(t *testing.T) {
	t.Parallel()
	_, plain, now := played(t, "trial")
	w := plain.WithSuffix(".s1")
	for token, want := range map[string]string{
		"admin-token": "admin", "admin-token.s1": "admin", "viewer-token.s1": "viewer",
		"admin-token.s2": "nobody", "admin-token.s1.s1": "nobody", "admin-token.": "nobody", ".s1": "nobody", "": "nobody",
	} {
		if got := identifies(w, token, "", now); got != want {
			t.Errorf("%q identifies %s, want %s", token, got, want)
		}
	}
	if got := identifies(plain, "admin-token.s1", "", now); got != "nobody" {
		t.Errorf("without a suffix, a token with one identifies %s", got)
	}
	for username, want := range map[string]string{
		"admin": "", "admin.s1": "", "admin.s2": "sign-in-failed", "admin.s1.s1": "sign-in-failed",
		".s1": "sign-in-failed sign-in-failed:username",
	} {
		_, _, problem := w.GenerateToken(now, portal.SignInRequest{Username: username, Password: "admin-password"})
		if got := problem != nil; got != (want != "") {
			t.Errorf("%q is refused with %q, want %q", username, refusal(problem), want)
		}
	}
	for id, want := range map[string]string{"app": "", "app.s1": "", "app.s2": "oauth-client-invalid"} {
		_, _, problem := w.OAuthToken(now, portal.OAuthRequest{GrantType: "client_credentials", ClientID: id, ClientSecret: "app-secret"})
		if diff := cmp.Diff(want, refusal(problem)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", id, diff)
		}
	}
	for token, want := range map[string]string{
		"admin-refresh-token": "", "admin-refresh-token.s1": "", "admin-refresh-token.s2": "oauth-refresh-token-invalid",
	} {
		_, _, problem := w.OAuthToken(now, portal.OAuthRequest{GrantType: "refresh_token", ClientID: "app", RefreshToken: token})
		if diff := cmp.Diff(want, refusal(problem)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", token, diff)
		}
	}
}

// everyToken issues a token of each kind. It returns the new world and the tokens by kind.
func everyToken(t tb, w portal.World, now time.Time) (portal.World, map[string]string) {
	t.Helper()
	must := func(w portal.World, r portal.Reply, p *portal.Problem) (portal.World, any) {
		if p != nil {
			t.Fatal(refusal(p))
		}
		return w, r.Value
	}
	w, signedIn := signIn(t, w, now, nil)
	w, exchanged := must(w.GenerateToken(now, portal.SignInRequest{Token: signedIn.Token, ServerURL: "https://server"}))
	w, ofApp := must(w.OAuthToken(now, portal.OAuthRequest{GrantType: "client_credentials", ClientID: "app", ClientSecret: "app-secret"}))
	w, refreshed := must(w.OAuthToken(
		now,
		portal.OAuthRequest{
			GrantType: "exchange_refresh_token", RedirectURI: appURI, Expiration: 120, ClientID: "app", RefreshToken: "admin-refresh-token",
		},
	))
	return w, map[string]string{
		"signed in": signedIn.Token, "exchanged": exchanged.(portal.Token).Token, "of an app": ofApp.(portal.OAuthToken).AccessToken,
		"refreshed": refreshed.(portal.OAuthToken).AccessToken, "refreshing": refreshed.(portal.OAuthToken).RefreshToken,
	}
}

// valid reports whether a world accepts an access token or a refresh token.
func valid(w portal.World, token string, now time.Time) bool {
	if _, ok := w.Identify(token, "", now); ok {
		return true
	}
	_, _, problem := w.OAuthToken(now, portal.OAuthRequest{GrantType: "refresh_token", ClientID: "app", RefreshToken: token})
	return problem == nil
}

// TestIssuedTokensCarryTheSuffix: issued tokens are valid only in their own world, even if other worlds have the same seed.
func TestIssuedTokensCarryTheSuffix(t *testing.T) {
	t.Parallel()
	_, plain, now := played(t, "trial")
	w, tokens := everyToken(t, plain.WithSuffix(".s1"), now)
	for name, token := range tokens {
		if len(token) < 4 || token[len(token)-3:] != ".s1" {
			t.Errorf("%s: it does not end in the suffix", name)
			continue
		}
		bare := token[:len(token)-3]
		for what, tt := range map[string]struct {
			world portal.World
			token string
			want  bool
		}{
			"as it is":                          {w, token, true},
			"without the suffix":                {w, bare, true},
			"in a world without a suffix":       {plain, token, false},
			"there, without it":                 {plain, bare, false},
			"in a world with another one":       {plain.WithSuffix(".s2"), token, false},
			"there, without it, too":            {plain.WithSuffix(".s2"), bare, false},
			"there, with that one":              {plain.WithSuffix(".s2"), bare + ".s2", false},
			"in another world of the same name": {plain.WithSuffix(".s1"), token, true},
		} {
			if got := valid(tt.world, tt.token, now); got != tt.want {
				t.Errorf("%s, %s: it is good: %t", name, what, got)
			}
		}
	}
}

// TestRevokedWithAndWithout: revoking a token with its suffix revokes it without the suffix too, and vice versa.
func TestRevokedWithAndWithout(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	w, tokens := everyToken(t, w.WithSuffix(".s1"), now)
	tokens["of the scenario"], tokens["of the scenario, refreshing"] = "admin-token.s1", "admin-refresh-token.s1"
	for name, token := range tokens {
		bare := token[:len(token)-3]
		for _, revoked := range []string{token, bare} {
			after, _ := w.Revoke(now, revoked)
			if valid(after, token, now) || valid(after, bare, now) {
				t.Errorf("%s: revoked, it is still good", name)
			}
		}
	}
	w, _ = w.Revoke(now, tokens["signed in"])
	if valid(w, tokens["exchanged"], now) {
		t.Error("the token that it was exchanged for is still good")
	}
}

func TestSuffixLeavesTheWorld(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	before := seen(t, w, now)
	if diff := cmp.Diff(before, seen(t, w.WithSuffix(".s1"), now)); diff != "" {
		t.Errorf("with a suffix (-before +after):\n%s", diff)
	}
	if token, _ := w.Token("admin"); token != "admin-token" {
		t.Errorf("the token of the world without is now %q", token)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	w, now := written(
		t,
		"  members: { publisher: null, licensing: null, bare: { orgId: "+seller+", role: org_user } }\n  apps: { second: { secret: "+
			"s2, member: admin } }\n",
	)
	for _, suffix := range []string{"", ".s1"} {
		want := portal.Credentials{
			Members: []portal.MemberCredentials{
				{Username: "admin" + suffix, Password: "admin-password", Token: "admin-token" + suffix},
				{Username: "bare" + suffix},
				{Username: "viewer" + suffix, Password: "viewer-password", Token: "viewer-token" + suffix},
			},
			Apps: []portal.AppCredentials{{ClientID: "app" + suffix, ClientSecret: "app-secret"}, {ClientID: "second" + suffix, ClientSecret: "s2"}},
		}
		if diff := cmp.Diff(want, w.WithSuffix(suffix).Credentials()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", suffix, diff)
		}
	}
	none, _ := written(t, "  members: null\n  apps: null\n  listings: null\n")
	if diff := cmp.Diff(`{"members":[],"apps":[]}`, text(t, none.Credentials())); diff != "" {
		t.Errorf("nobody (-want +got):\n%s", diff)
	}
	for _, m := range w.WithSuffix(".s1").Credentials().Members {
		if _, ok := w.WithSuffix(".s1").Identify(m.Token, "", now); ok != (m.Token != "") {
			t.Errorf("the token of %s is good: %t", m.Username, ok)
		}
	}
}

// TestShiftedIsANewWorldShifted: shifting a world later gives the same world as shifting it at the start.
func TestShiftedIsANewWorldShifted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(scenario.BuiltIn().Names()).Draw(t, "scenario")
		s, w, now := played(t, name)
		before := seen(t, w, now)
		total, moved := time.Duration(0), w
		for _, seconds := range rapid.SliceOfN(rapid.Int64Range(-1e9, 1e9), 1, 3).Draw(t, "seconds") {
			by := time.Duration(seconds) * time.Second
			total, moved = total+by, moved.Shifted(by)
		}
		at := now.Add(total)
		if diff := cmp.Diff(seen(t, worldOf(t, s, total), at), seen(t, moved, at)); diff != "" {
			t.Fatalf("(-new +shifted):\n%s", diff)
		}
		if diff := cmp.Diff(worldOf(t, s, total).Boundaries(), moved.Boundaries()); diff != "" {
			t.Fatalf("boundaries (-new +shifted):\n%s", diff)
		}
		if diff := cmp.Diff(before, seen(t, w, now)); diff != "" {
			t.Fatalf("the earlier world (-before +after):\n%s", diff)
		}
	})
}

// TestShiftedKeepsWhatHappened: issued tokens expire as much later, revocations and provisions stay, and new tokens have the usual
// lifetime.
func TestShiftedKeepsWhatHappened(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	who := caller(t, w, "admin-token", now)
	w, _, problem := w.Provision(now, who, documentedRequest(t))
	if problem != nil {
		t.Fatal(refusal(problem))
	}
	w, tokens := everyToken(t, w.WithSuffix(".s1"), now)
	w, gone := signIn(t, w, now, nil)
	w, _ = w.Revoke(now, gone.Token)
	w, _ = w.Revoke(now, "viewer-token")
	before := seen(t, w, now)
	for _, by := range []time.Duration{10 * 365 * 24 * time.Hour, -10 * 365 * 24 * time.Hour} {
		moved := w.Shifted(by)
		diffObjects(t, "by "+by.String(), text(t, shifted(object(t, before), by)), seen(t, moved, now.Add(by)))
		moved, late := everyToken(t, moved, now.Add(by))
		checkLifetime(t, moved, tokens, now.Add(by))
		checkLifetime(t, moved, late, now.Add(by))
		checkLifetime(t, moved.Shifted(time.Hour), late, now.Add(by+time.Hour))
		if valid(moved, gone.Token, now.Add(by)) || valid(moved, "viewer-token", now.Add(by)) {
			t.Errorf("by %v: what was revoked is good again", by)
		}
		if c, ok := moved.Identify(late["of an app"], "", now.Add(by)); !ok || c.Member == nil || c.App != "app" {
			t.Errorf("by %v: the app acts as %+v", by, c)
		}
	}
	checkLifetime(t, w, tokens, now)
	if diff := cmp.Diff(before, seen(t, w, now)); diff != "" {
		t.Errorf("the earlier world (-before +after):\n%s", diff)
	}
}

// checkLifetime checks that new tokens expire after their lifetime, to the millisecond.
func checkLifetime(t *testing.T, w portal.World, tokens map[string]string, now time.Time) {
	t.Helper()
	for name, token := range tokens {
		life := 2 * time.Hour
		if name == "refreshing" {
			life = 20160 * time.Minute
		}
		if !valid(w, token, now) || !valid(w, token, now.Add(life-time.Millisecond)) || valid(w, token, now.Add(life)) {
			t.Errorf("%s: at %v it does not live %v", name, now.UTC(), life)
		}
	}
}

// TestShiftedMovesScenarioTokens: a scenario's token with tokenExpires expires as much later.
func TestShiftedMovesScenarioTokens(t *testing.T) {
	t.Parallel()
	w, now := written(t, "  members: { viewer: { tokenExpires: \"2016-07-22T17:48:37Z\" } }\n")
	moved := w.Shifted(time.Hour)
	for after, want := range map[time.Duration]string{2*time.Hour - time.Millisecond: "viewer", 2 * time.Hour: "nobody"} {
		if got := identifies(moved, "viewer-token", "", now.Add(after)); got != want {
			t.Errorf("after %v it identifies %s, want %s", after, got, want)
		}
	}
	if got := identifies(w, "viewer-token", "", now.Add(time.Hour)); got != "nobody" {
		t.Errorf("in the earlier world it identifies %s", got)
	}
}
