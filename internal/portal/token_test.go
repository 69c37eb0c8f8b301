package portal_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/scenario"
)

// signIn returns the world after issuing a token to admin, and the token.
func signIn(t tb, w portal.World, now time.Time, change func(*portal.SignInRequest)) (portal.World, portal.Token) {
	t.Helper()
	r := portal.SignInRequest{Username: "admin", Password: "admin-password", Wall: now}
	if change != nil {
		change(&r)
	}
	w, reply, problem := w.GenerateToken(now, r)
	if problem != nil {
		t.Fatal(refusal(problem))
	}
	return w, reply.Value.(portal.Token)
}

func identifies(w portal.World, token, referer string, now time.Time) string {
	c, ok := w.Identify(token, referer, now)
	if !ok {
		return "nobody"
	}
	if c.App != "" {
		return c.App + " as " + c.Name()
	}
	return c.Name()
}

func TestTokensOfTheScenario(t *testing.T) {
	t.Parallel()
	w, now := written(
		t,
		"  members: { ending: { password: p, token: ending-token, orgId: "+seller+", role: org_user, tokenExpires: "+
			"\"2016-07-22T17:00:00Z\" }, without: { password: p, orgId: "+seller+", role: org_user } }\n",
	)
	end := time.Date(2016, 7, 22, 17, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, token string
		at          time.Time
		want        string
	}{
		{"at the start", "admin-token", now, "admin"},
		{"for ever", "admin-token", now.AddDate(1000, 0, 0), "admin"},
		{"before the start", "admin-token", now.AddDate(-1000, 0, 0), "admin"},
		{"another member's", "viewer-token", now, "viewer"},
		{"a millisecond before its end", "ending-token", end.Add(-time.Millisecond), "ending"},
		{"at its end", "ending-token", end, "nobody"},
		{"after its end", "ending-token", end.Add(time.Hour), "nobody"},
		{"in another letter case", "Admin-token", now, "nobody"},
		{"with a blank", "admin-token ", now, "nobody"},
		{"none, though a member has none", "", now, "nobody"},
		{"unknown", "somebody", now, "nobody"},
		{"a password", "admin-password", now, "nobody"},
		{"a refresh token", "admin-refresh-token", now, "nobody"},
	} {
		if got := identifies(w, tt.token, "any referer", tt.at); got != tt.want {
			t.Errorf("%s: it identifies %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	for _, tt := range []struct {
		name    string
		minutes int64
		want    time.Duration
	}{
		{"not asked for", 0, 120 * time.Minute},
		{"one", 1, time.Minute},
		{"an hour", 60, time.Hour},
		{"at the cap", 21600, 21600 * time.Minute},
		{"over the cap", 21601, 21600 * time.Minute},
		{"far over the cap", 1 << 62, 21600 * time.Minute},
		{"negative", -5, 120 * time.Minute},
	} {
		wall := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		issued, token := signIn(t, w, now, func(r *portal.SignInRequest) { r.Expiration, r.Wall, r.Secure = tt.minutes, wall, true })
		if want := (portal.Token{Token: token.Token, Expires: wall.Add(tt.want).UnixMilli(), SSL: true}); token != want {
			t.Errorf("%s: got %+v, want %+v", tt.name, token, want)
		}
		for after, want := range map[time.Duration]string{
			0: "admin", tt.want - time.Millisecond: "admin", tt.want: "nobody", tt.want + time.Hour: "nobody",
		} {
			if got := identifies(issued, token.Token, "", now.Add(after)); got != want {
				t.Errorf("%s: after %v it identifies %s", tt.name, after, got)
			}
		}
	}
}

func TestReferer(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	for _, tt := range []struct{ name, client, asked, sent, want string }{
		{"bound, the same", "referer", "https://a/b", "https://a/b", "admin"},
		{"bound, none", "referer", "https://a/b", "", "nobody"},
		{"bound, a longer one", "referer", "https://a/b", "https://a/b/", "nobody"},
		{"bound, another letter case", "referer", "https://a/b", "https://A/b", "nobody"},
		{"bound, what Esri's Python client sends", "referer", "http", "http", "admin"},
		{"not bound: only a referer", "", "https://a/b", "other", "admin"},
		{"not bound: by request", "requestip", "https://a/b", "other", "admin"},
		{"not bound: by address", "ip", "", "other", "admin"},
	} {
		issued, token := signIn(t, w, now, func(r *portal.SignInRequest) { r.Client, r.Referer = tt.client, tt.asked })
		if got := identifies(issued, token.Token, tt.sent, now); got != tt.want {
			t.Errorf("%s: it identifies %s, want %s", tt.name, got, tt.want)
		}
		if strings.Contains(decodedPayload(t, token.Token), "https://a") {
			t.Errorf("%s: the token shows the referer", tt.name)
		}
	}
}

func decodedPayload(t tb, token string) string {
	t.Helper()
	payload, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestForgedTokens: a token that this world has not signed is not valid.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	s, w, now := played(t, "trial")
	w, good := signIn(t, w, now, func(r *portal.SignInRequest) { r.Username, r.Password = "viewer", "viewer-password" })
	payload, signature, _ := strings.Cut(good.Token, ".")
	claims := decodedPayload(t, good.Token)
	encode := base64.RawURLEncoding.EncodeToString
	admin := encode([]byte(strings.Replace(claims, `"viewer"`, `"admin"`, 1)))
	if admin == payload {
		t.Fatalf("nothing to forge in %s", claims)
	}
	mac := hmac.New(sha256.New, []byte("a guess"))
	mac.Write([]byte(admin))
	otherSeed := *s
	otherSeed.Seed++
	_, foreign := signIn(t, worldOf(t, &otherSeed, 0), now, nil)
	for name, token := range map[string]string{
		"changed, with the old signature": admin + "." + signature,
		"changed, signed with a guess":    admin + "." + encode(mac.Sum(nil)),
		"changed, without a signature":    admin + ".",
		"changed, alone":                  admin,
		"signature cut":                   payload + "." + signature[:len(signature)-1],
		"signature longer":                good.Token + "A",
		"a dot more":                      good.Token + ".",
		"blank before it":                 " " + good.Token,
		"of another seed":                 foreign.Token,
		"nothing signed":                  "." + signature,
		"dots":                            "...",
	} {
		if got := identifies(w, token, "", now); got != "nobody" {
			t.Errorf("%s: %q identifies %s", name, token, got)
		}
		if after, _ := w.Revoke(now, token); seen(t, after, now) != seen(t, w, now) {
			t.Errorf("%s: revoking it changes something", name)
		}
	}
	if got := identifies(w, good.Token, "", now); got != "viewer" {
		t.Errorf("the good one identifies %s", got)
	}
}

// TestTamperedTokens changes one byte of a token, at every position.
func TestTamperedTokens(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	w, good := signIn(t, w, now, nil)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(good.Token)-1).Draw(t, "at")
		b := rapid.Byte().Draw(t, "byte")
		token := good.Token[:i] + string([]byte{b}) + good.Token[i+1:]
		if got := identifies(w, token, "", now); got != "nobody" && token != good.Token {
			t.Fatalf("%q identifies %s", token, got)
		}
	})
}

// TestTokensAreDeterministic: the same seed and calls give the same tokens, another seed gives other tokens, and no token comes twice.
func TestTokensAreDeterministic(t *testing.T) {
	t.Parallel()
	s, _, now := played(t, "trial")
	issue := func(s *scenario.Scenario) []string {
		var tokens []string
		w := worldOf(t, s, 0)
		for range 3 {
			var token portal.Token
			w, token = signIn(t, w, now, nil)
			tokens = append(tokens, token.Token)
		}
		return tokens
	}
	first, again := issue(s), issue(s)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the same seed (-first +again):\n%s", diff)
	}
	other := *s
	other.Seed++
	all := map[string]bool{}
	for _, token := range append(first, issue(&other)...) {
		all[token] = true
	}
	if len(all) != 6 {
		t.Errorf("of six tokens %d differ", len(all))
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	w, first := signIn(t, w, now, nil)
	w, second := signIn(t, w, now, nil)
	w, child := signIn(t, w, now, func(r *portal.SignInRequest) {
		*r = portal.SignInRequest{Token: first.Token, ServerURL: "https://server", Wall: now}
	})
	w, written := signIn(t, w, now, func(r *portal.SignInRequest) {
		*r = portal.SignInRequest{Token: "admin-token", ServerURL: "https://server", Wall: now}
	})
	w, grandchild := signIn(t, w, now, func(r *portal.SignInRequest) {
		*r = portal.SignInRequest{Token: child.Token, ServerURL: "https://server", Wall: now}
	})
	all := []string{first.Token, second.Token, child.Token, grandchild.Token, "admin-token", written.Token, "viewer-token"}
	for _, tt := range []struct {
		name, revoked string
		ends          []string
	}{
		{"a token and what it was exchanged for", first.Token, []string{first.Token, child.Token, grandchild.Token}},
		{"a token that was not exchanged", second.Token, []string{second.Token}},
		{"only the exchanged one, and what came of it", child.Token, []string{child.Token, grandchild.Token}},
		{"one of the scenario, and what it was exchanged for", "admin-token", []string{"admin-token", written.Token}},
		{"an unknown one", "somebody", nil},
		{"none", "", nil},
	} {
		after, reply := w.Revoke(now, tt.revoked)
		if diff := cmp.Diff(any(map[string]any{"success": true}), reply.Value); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		var ends []string
		for _, token := range all {
			if identifies(after, token, "", now) == "nobody" {
				ends = append(ends, token)
			}
			if identifies(w, token, "", now) == "nobody" {
				t.Errorf("%s: %q has ended in the world before", tt.name, token)
			}
		}
		if diff := cmp.Diff(tt.ends, ends); diff != "" {
			t.Errorf("%s ends (-want +got):\n%s", tt.name, diff)
		}
	}
	// The first revocation stays after a second one.
	once, _ := w.Revoke(now, first.Token)
	twice, _ := once.Revoke(now, second.Token)
	if identifies(twice, first.Token, "", now) != "nobody" || identifies(once, second.Token, "", now) != "admin" {
		t.Error("two revocations do not stand side by side")
	}
}

func FuzzIdentify(f *testing.F) {
	_, w, now := played(f, "trial")
	w, token := signIn(f, w, now, nil)
	f.Add(token.Token, "")
	f.Add("admin-token", "http")
	f.Add("a.b", "")
	f.Fuzz(func(t *testing.T, sent, referer string) {
		known := map[string]bool{token.Token: true, "admin-token": true, "viewer-token": true, "publisher-token": true, "licensing-token": true}
		if c, ok := w.Identify(sent, referer, now); ok != known[sent] || !ok && c != (portal.Caller{}) {
			t.Errorf("%q identifies %q, %t", sent, c.Name(), ok)
		}
	})
}

// TestRememberedTokens holds a world that has opened a token before against one that has not: what time and revocation say is asked anew.
func TestRememberedTokens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, remembering, now := played(t, "trial")
		remembering, token := signIn(t, remembering, now, nil)
		for range rapid.IntRange(1, 9).Draw(t, "steps") {
			at := now.Add(time.Duration(rapid.IntRange(-10, 150).Draw(t, "minutes")) * time.Minute)
			asked := rapid.SampledFrom([]string{token.Token, token.Token + "x", token.Token[1:], "admin-token"}).Draw(t, "token")
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				remembering, _ = remembering.Revoke(at, asked)
			case 1:
				remembering = remembering.Shifted(time.Duration(rapid.IntRange(0, 300).Draw(t, "shift")) * time.Minute)
			}
			forgetful := remembering.Forgetful()
			if want, got := identifies(forgetful, asked, "", at), identifies(remembering, asked, "", at); want != got {
				t.Fatalf("%s at %s: %s, remembered as %s", asked, at, want, got)
			}
		}
	})
}
