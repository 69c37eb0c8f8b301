package control_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// submit sends a form and returns the answer.
func submit(tb testing.TB, s *mock.Server, address string, form url.Values) answer {
	tb.Helper()
	return sendBody(tb, s.Client(), http.MethodPost, address, form.Encode(), "Content-Type: application/x-www-form-urlencoded")
}

func provision(tb testing.TB, s *mock.Server, root, token string) answer {
	tb.Helper()
	return submit(tb, s, root+provisionPath, url.Values{
		"f": {"json"}, "token": {token}, "purchaserOrgId": {"sWwd06TnJR4lHopc"},
		"orgEntitlements": {`{"maxUsers":11,"entitlements":{"standard":{"num":8}}}`},
	})
}

func signInAs(tb testing.TB, s *mock.Server, root, username, password string) string {
	tb.Helper()
	a := submit(
		tb, s, root+"/portal/sharing/rest/generateToken",
		url.Values{"f": {"json"}, "username": {username}, "password": {password}, "referer": {"x"}},
	)
	var reply struct{ Token string }
	if err := json.Unmarshal([]byte(a.body), &reply); err != nil || reply.Token == "" {
		tb.Fatalf("no token for %s: %s", username, a.body)
	}
	return reply.Token
}

// code returns the portal's error code, 0 for a success.
func code(tb testing.TB, a answer) int {
	tb.Helper()
	var reply struct{ Error struct{ Code int } }
	if err := json.Unmarshal([]byte(a.body), &reply); err != nil {
		tb.Fatalf("%v in %s", err, a.body)
	}
	return reply.Error.Code
}

// TestReached proves in which ways a call reaches its sandbox, and that no other one sees it.
func TestReached(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		calls int
		call  func(t *testing.T, s *mock.Server, one created)
	}{
		{"by the prefix", 1, func(t *testing.T, s *mock.Server, one created) {
			diff(t, "code", 0, code(t, license(t, s, one.URL, "admin-token")))
		}},
		{"by the prefix, with the token of the sandbox", 1, func(t *testing.T, s *mock.Server, one created) {
			diff(t, "code", 0, code(t, license(t, s, one.URL, one.Members[0].Token)))
		}},
		{"by the token", 1, func(t *testing.T, s *mock.Server, one created) {
			diff(t, "code", 0, code(t, license(t, s, s.URL, one.Members[0].Token)))
		}},
		{"by the token in a header", 1, func(t *testing.T, s *mock.Server, one created) {
			a := send(t, s.Client(), http.MethodGet, s.URL+licensePath+"?f=json", "Authorization: Bearer "+one.Members[0].Token)
			diff(t, "code", 0, code(t, a))
		}},
		{"by the username of a sign-in, and by the token that it gives", 2, func(t *testing.T, s *mock.Server, one created) {
			token := signInAs(t, s, s.URL, one.Members[0].Username, one.Members[0].Password)
			diff(t, "code", 0, code(t, license(t, s, s.URL, token)))
		}},
		{"by the client id, and by the token that it gives", 2, func(t *testing.T, s *mock.Server, one created) {
			a := submit(
				t, s, s.URL+"/portal/sharing/rest/oauth2/token",
				url.Values{
					"f": {"json"}, "grant_type": {"client_credentials"}, "client_id": {one.Apps[0].ClientID},
					"client_secret": {one.Apps[0].ClientSecret},
				},
			)
			var reply struct {
				AccessToken string `json:"access_token"`
			}
			if err := json.Unmarshal([]byte(a.body), &reply); err != nil {
				t.Fatal(err)
			}
			diff(t, "code", 0, code(t, license(t, s, s.URL, reply.AccessToken)))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t)
			one := create(t, s, `{"scenario":"trial"}`)
			create(t, s, `{"scenario":"trial"}`)
			row.call(t, s, one)
			diff(
				t, "calls of s1, s2, default", []int{row.calls, 0, 0},
				[]int{len(numbers(t, s, "s1")), len(numbers(t, s, "s2")), len(numbers(t, s, "default"))},
			)
		})
	}
}

// TestNothingIsShared proves that sandboxes do not see each other's world and clock.
func TestNothingIsShared(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	one := create(t, s, `{"scenario":"trial","seed":1}`)
	create(t, s, `{"scenario":"trial","seed":1}`)
	others := func() []string {
		return []string{ask(t, s, "getWorld", boxes+"/s2/world", "").body, ask(t, s, "getWorld", boxes+"/default/world", "").body}
	}
	before := others()
	diff(t, "code", 0, code(t, provision(t, s, one.URL, "admin-token")))
	good[clock](t, s, "changeClock", boxes+"/s1/clock", `{"advance":"31d"}`)
	addRules(t, s, resetRule)
	world := ask(t, s, "getWorld", boxes+"/s1/world", "").body
	if !strings.Contains(world, `"maxUsers":11`) || !strings.Contains(world, `"now":"2016-08-22T16:48:37Z"`) {
		t.Errorf("s1 has not changed: %s", world)
	}
	diff(t, "worlds of the others", before, others())
	diff(t, "code of the default one", 0, code(t, license(t, s, s.URL, "admin-token")))
	diff(t, "code of s2", 0, code(t, license(t, s, s.URL, "admin-token.s2")))
}

// TestForeignTokens proves that a token is good in its own sandbox only: written or issued, and though both have the same seed.
func TestForeignTokens(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	one := create(t, s, `{"scenario":"trial","seed":1}`)
	two := create(t, s, `{"scenario":"trial","seed":1}`)
	issued := signInAs(t, s, one.URL, "admin", "admin-password")
	ofDefault := signInAs(t, s, s.URL, "admin", "admin-password")
	for _, row := range []struct {
		name, root, token string
		want              int
	}{
		{"written, at home", one.URL, "admin-token.s1", 0},
		{"written, without the suffix", one.URL, "admin-token", 0},
		{"issued, at home", one.URL, issued, 0},
		{"issued, at the root", s.URL, issued, 0},
		{"written, under the other's prefix", two.URL, "admin-token.s1", 498},
		{"issued, under the other's prefix", two.URL, issued, 498},
		{"issued by the default one", one.URL, ofDefault, 498},
		{"of an unknown sandbox", s.URL, "admin-token.s9", 498},
		{"written, of s1 with the suffix of s2 too", two.URL, "admin-token.s1.s2", 498},
		{"issued, with the suffix of the other", s.URL, strings.TrimSuffix(issued, ".s1") + ".s2", 498},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			diff(t, "code", row.want, code(t, license(t, s, row.root, row.token)))
		})
	}
}

// TestPlainNames proves that under the prefix the scenario's own names work, and that the portal calls its members by them.
func TestPlainNames(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	c := create(t, s, `{"scenario":"trial"}`)
	for _, token := range []string{
		"admin-token", c.Members[0].Token, signInAs(t, s, c.URL, "admin", "admin-password"),
		signInAs(t, s, s.URL, "admin.s1", "admin-password"),
	} {
		var self struct{ Username string }
		a := send(t, s.Client(), http.MethodGet, c.URL+"/portal/sharing/rest/community/self?f=json&token="+token)
		if err := json.Unmarshal([]byte(a.body), &self); err != nil {
			t.Fatal(err)
		}
		diff(t, "username in "+a.body, "admin", self.Username)
	}
}
