package mock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// askSandbox sends a request to a sandbox under its URL.
func askSandbox(tb testing.TB, box *mock.Sandbox, r request) answer {
	tb.Helper()
	return fetch(tb, box.Client(), r.to(tb, box.URL))
}

// TestSandbox proves that a sandbox is a portal of its own: found by its URL, or by its token or a username under the server's.
func TestSandbox(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("purchased"))
	one, two := s.Sandbox(t, "trial"), s.Sandbox(t, "missing-privilege")
	diff(t, "URLs", []string{s.URL + "/sandboxes/s1", s.URL + "/sandboxes/s2"}, []string{one.URL, two.URL})
	diff(t, "sharing", one.URL+"/portal/sharing/rest/info", one.SharingURL("info"))
	diff(t, "portaladmin", one.URL+"/portal/portaladmin/x", one.PortalAdminURL("x"))
	diff(t, "scenarios", []string{"purchased", "trial", "missing-privilege"}, []string{s.Scenario(), one.Scenario(), two.Scenario()})
	diff(
		t, "tokens", []string{"admin-token", "admin-token.s1", "admin-token.s2"},
		[]string{s.Token("admin"), one.Token("admin"), two.Token("admin")},
	)
	diff(t, "password", "admin-password", one.Password("admin"))

	for _, row := range []struct {
		name    string
		answer  answer
		code    int
		sandbox string
	}{
		{"by URL", askSandbox(t, one, provision()), 0, "s1"},
		{"by its URL and its token", askSandbox(t, one, provision().with("token", one.Token("admin"))), 0, "s1"},
		{"by token", ask(t, s, provision().with("token", one.Token("admin"))), 0, "s1"},
		{"by username", ask(t, s, successes()["generateToken"].with("username", "admin.s2")), 0, "s2"},
		{"the other one", ask(t, s, provision().with("token", two.Token("admin"))), 403, "s2"},
		{"the default one", ask(t, s, provision()), 0, "default"},
		{"a foreign token", askSandbox(t, one, provision().with("token", two.Token("admin"))), 498, "s1"},
	} {
		diff(t, row.name+": code", row.code, errorOf(t, row.answer).Code)
		diff(t, row.name+": sandbox", row.sandbox, row.answer.header.Get("Mockportal-Sandbox"))
	}
	var operations []string
	for _, c := range slices.Concat(one.Calls(), two.Calls(), s.Calls()) {
		operations = append(operations, fmt.Sprint(c.Sandbox, c.Number, " ", c.Scenario, " ", c.Operation))
	}
	diff(t, "journals", []string{
		"s11 trial provisionOrgEntitlements", "s12 trial provisionOrgEntitlements",
		"s13 trial provisionOrgEntitlements", "s14 trial provisionOrgEntitlements",
		"s21 missing-privilege generateToken", "s22 missing-privilege provisionOrgEntitlements", "default1 purchased provisionOrgEntitlements",
	}, operations)
}

// TestUnknownSandbox proves that a request to a sandbox which does not exist is a 404, whatever the rules of the default one are.
func TestUnknownSandbox(t *testing.T) {
	t.Parallel()
	p := portal(t, mock.WithScenario("portal-unavailable"))
	a := call(t, p, license().at("/sandboxes/s9"+licensePath))
	diff(t, "status", 404, a.status)
	diff(t, "rule", "", a.header.Get("Mockportal-Rule"))
	diff(t, "detail", any(`no such sandbox: "s9" (deleted, never made, or on another server)`), decoded(t, a.body).(map[string]any)["detail"])
}

// TestSandboxEnds proves that a sandbox is checked and deleted at the end of its test, and that its journal can still be read.
func TestSandboxEnds(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	test := &tester{}
	box, lenient := s.Sandbox(test, "trial", mock.WithSeed(7)), s.Sandbox(test, "trial", mock.AllowViolations())
	askSandbox(t, box, license().with("verbose", "1"))
	askSandbox(t, lenient, license().with("verbose", "1"))
	diff(t, "failures", []string{
		"mock: 1 of the calls to the portal violated its contract (mock.AllowViolations lets them pass):" +
			"\n\tcall 1, GET /sandboxes/s1/portaladmin/license/getFutureLicense: query verbose: is not in the contract (allowed are token, f)" +
			"\n\tin sandbox \"s1\" (scenario \"trial\", seed 7)",
	}, test.end())
	for _, gone := range []*mock.Sandbox{box, lenient} {
		diff(t, "status of the deleted sandbox", 404, askSandbox(t, gone, license()).status)
		diff(t, "its calls", 1, len(gone.Calls()))
	}
}

// TestSandboxOutlivesServer proves that a sandbox may be used and ended after its server was closed.
func TestSandboxOutlivesServer(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test)
	box := s.Sandbox(test, "trial")
	s.Close()
	box.Reset()
	s.Reset()
	diff(t, "failures", []string(nil), test.end())
	diff(t, "fatal failures", []string(nil), test.fatals)
}

// TestSandboxOptions proves which options a sandbox takes.
func TestSandboxOptions(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	document := mock.WithScenarioDocument([]byte("format: 1\nsummary: x\nextends: trial\nseed: 5\n"))
	box := s.Sandbox(t, "", document, mock.WithSeed(9), mock.WithClock("2016-07-23T00:00:00Z"), mock.WithJournal(1, 0), mock.AllowViolations())
	askSandbox(t, box, license().with("verbose", "1"))
	askSandbox(t, box, license())
	diff(t, "scenario", "document", box.Scenario())
	diff(t, "calls held", 1, len(box.Calls()))
	diff(t, "seed", uint64(9), box.Calls()[0].Seed)
	diff(t, "clock", time.Date(2016, 7, 23, 0, 0, 0, 0, time.UTC), box.Clock().Now())

	const refusal = "mock: a sandbox takes a scenario document, a clock, a seed, a journal, " +
		"AllowViolations and CheckExpectations; other options are the server's"
	for name, row := range map[string]struct {
		option mock.Option
		want   string
	}{
		"pack": {mock.WithPack(fstest.MapFS{}), refusal}, "TLS": {mock.WithTLS(), refusal}, "trust": {mock.WithTrustProxy(), refusal},
		"coverage": {mock.WithCoverage(mock.NewCoverage()), refusal},
		"contexts": {mock.WithContexts("/gis"), refusal}, "strict": {mock.WithStrict(), refusal},
		"control token": {mock.WithControlToken("x"), refusal}, "logger": {make(arrivals).option(), refusal},
		"max body": {mock.WithMaxBody(1), refusal}, "sandboxes": {mock.WithSandboxes(1, 0), refusal},
		"ttl": {mock.WithSandboxes(0, time.Hour), refusal}, "scenario": {mock.WithScenario("purchased"), refusal},
		"clock": {
			mock.WithClock("frosen"),
			`mock: no clock "frosen" (did you mean "frozen"?): allowed are frozen, running, wall, and a time such as 2016-07-22T16:48:37Z`,
		},
		"document": {
			mock.WithScenarioDocument([]byte("format: 1\nsummary: x\nextends: trail\n")),
			`mock: document:3:10: no scenario "trail" to extend (did you mean "trial"?)`,
		},
	} {
		test := &tester{}
		s.Sandbox(test, "trial", row.option)
		diff(t, name, []string{row.want}, test.fatals)
		diff(t, name+": failures", []string(nil), test.end())
	}
	test := &tester{}
	s.Sandbox(test, "trail")
	diff(t, "unknown scenario", []string{`mock: no scenario "trail" (did you mean "trial"?)`}, test.fatals)
	full := mock.NewServer(t, mock.WithSandboxes(1, time.Minute))
	full.Sandbox(t, "trial")
	full.Sandbox(test, "trial")
	diff(
		t, "too many",
		"mock: there are too many sandboxes: 1 at most, beside the default one; delete some, or wait until those that nobody uses expire (1m0s)",
		test.fatals[1],
	)
}

// TestManyAtOnce proves with 64 goroutines that sandboxes share nothing: each has its own world, clock, rules and journal.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	boxes := make([]*mock.Sandbox, 8)
	for i := range boxes {
		boxes[i] = s.Sandbox(t, "trial", mock.WithSeed(uint64(i)))
	}
	var group sync.WaitGroup
	for i := range 64 {
		n := i % len(boxes)
		group.Go(func() {
			for round := range 10 {
				provisionAsOwn(t, s, boxes[n], n, (i+round)%2 == 0)
				boxes[n].Clock().Advance(time.Millisecond)
			}
			if i < len(boxes) {
				boxes[n].AddRules(fmt.Sprintf("{ name: of %d, when: { operation: getFutureLicense }, reply: { status: 500, offSpec: true } }", n))
				diff(t, "rule", fmt.Sprintf("of %d", n), askSandbox(t, boxes[n], license()).header.Get("Mockportal-Rule"))
			}
		})
	}
	group.Wait()
	for n, box := range boxes {
		diff(t, "calls", 81, len(box.Calls()))
		for i, c := range box.Calls() {
			checkOwn(t, c, n, i+1)
		}
		diff(t, "clock", int64(trialStart+80), box.Clock().Now().UnixMilli())
	}
	diff(t, "calls of the default sandbox", 0, len(s.Calls()))
}

// provisionAsOwn provisions what only the sandbox with this number does, and proves that its world has it.
func provisionAsOwn(t *testing.T, s *mock.Server, box *mock.Sandbox, n int, byURL bool) {
	t.Helper()
	own := fmt.Sprintf(`"entitlements":{"n%d":{"num":%d}}}`, n, n)
	r, root := provision().with("token", box.Token("admin")).with("orgEntitlements", fmt.Sprintf(`{"maxUsers":%d,%s`, n, own)), s.URL
	if byURL {
		root = box.URL
	}
	if a := fetch(t, s.Client(), r.to(t, root)); !strings.Contains(a.body, own) {
		t.Errorf("sandbox %d answers %s", n, a.body)
	}
}

// checkOwn proves that a call of a journal is one that was sent to the sandbox with this number, and that none is missing before it.
func checkOwn(t *testing.T, c journal.Call, n, number int) {
	t.Helper()
	if c.Number != number || c.Sandbox != fmt.Sprintf("s%d", n+1) || c.Seed != uint64(n) {
		t.Errorf("sandbox %d has the call %d of %s with seed %d at place %d", n, c.Number, c.Sandbox, c.Seed, number)
	}
	entitled, _ := c.Params["orgEntitlements"].(map[string]any)
	if c.Operation == mock.ProvisionOrgEntitlements && entitled["maxUsers"] != json.Number(strconv.Itoa(n)) {
		t.Errorf("sandbox %d has the call %v", n, c.Params)
	}
}

// wallFields are the only ones that may differ between two runs.
var wallFields = regexp.MustCompile(`"(time|expires|durationMicros)":("[^"]*"|\d+)`)

// TestTwice proves that the same calls get byte-equal replies and leave a byte-equal journal, times of the wall clock aside: after a
// reset, in another server, and in a sandbox deep in a busy one.
func TestTwice(t *testing.T) {
	t.Parallel()
	run := func(s *mock.Server, box *mock.Sandbox) string {
		var b strings.Builder
		ok := successes()
		for i := range 30 {
			for _, name := range []string{"generateToken", mock.ProvisionOrgEntitlements, mock.GetFutureLicense, "communitySelf", "oauthToken"} {
				got := meet(
					t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
					ok[name].with("verbose", fmt.Sprint(i)).to(t, box.URL),
				)
				for _, header := range []string{"Date"} {
					got.header.Del(header)
				}
				fmt.Fprintf(&b, "%d %v %s %t\n", got.status, got.header, strings.ReplaceAll(got.body, s.URL, ""), got.err != nil)
			}
			box.Clock().Advance(time.Hour)
		}
		journaled, err := json.MarshalIndent(box.Calls(), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		b.Write(journaled)
		return wallFields.ReplaceAllString(strings.ReplaceAll(b.String(), `": `, `":`), `"$1":0`)
	}
	fresh := func() (*mock.Server, *mock.Sandbox) {
		s := mock.NewServer(t)
		box := s.Sandbox(t, "flaky-portal", mock.AllowViolations())
		return s, box
	}
	s, box := fresh()
	first := run(s, box)
	if strings.Count(first, "\n") < 2000 || !strings.Contains(first, `"rule":"throttled"`) || !strings.Contains(first, `"fault":"reset"`) {
		t.Errorf("the run is too poor to prove anything:\n%s", first)
	}
	box.Reset()
	diff(t, "after Reset", first, run(s, box))
	diff(t, "on another server", first, run(fresh()))
}

// TestExpiredByToken proves that a token of an expired sandbox is answered by "the sandbox has expired", not by "invalid token".
func TestExpiredByToken(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithSandboxes(0, time.Nanosecond))
	token := s.Sandbox(t, "trial").Token("admin")
	a := ask(t, s, license().with("token", token))
	diff(t, "status", http.StatusNotFound, a.status)
	if want := "the sandbox has expired"; !strings.Contains(a.body, want) {
		t.Errorf("%q is not in %s", want, a.body)
	}
}
