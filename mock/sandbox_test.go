package mock_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// in sends a request to a sandbox under its URL.
func in(tb testing.TB, box *mock.Sandbox, r request) answer {
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
	diff(t, "tokens", []string{"admin-token", "admin-token.s1", "admin-token.s2"}, []string{s.Token("admin"), one.Token("admin"), two.Token("admin")})
	diff(t, "password", "admin-password", one.Password("admin"))

	for _, row := range []struct {
		name    string
		answer  answer
		code    int
		sandbox string
	}{
		{"by URL", in(t, one, provision()), 0, "s1"},
		{"by its URL and its token", in(t, one, provision().with("token", one.Token("admin"))), 0, "s1"},
		{"by token", ask(t, s, provision().with("token", one.Token("admin"))), 0, "s1"},
		{"by username", ask(t, s, successes()["generateToken"].with("username", "admin.s2")), 0, "s2"},
		{"the other one", ask(t, s, provision().with("token", two.Token("admin"))), 403, "s2"},
		{"the default one", ask(t, s, provision()), 0, "default"},
		{"a foreign token", in(t, one, provision().with("token", two.Token("admin"))), 498, "s1"},
	} {
		diff(t, row.name+": code", row.code, errorOf(t, row.answer).Code)
		diff(t, row.name+": sandbox", row.sandbox, row.answer.header.Get("Mockportal-Sandbox"))
	}
	var operations []string
	for _, c := range slices.Concat(one.Calls(), two.Calls(), s.Calls()) {
		operations = append(operations, fmt.Sprint(c.Sandbox, c.Number, " ", c.Scenario, " ", c.Operation))
	}
	diff(t, "journals", []string{
		"s11 trial provisionOrgEntitlements", "s12 trial provisionOrgEntitlements", "s13 trial provisionOrgEntitlements", "s14 trial provisionOrgEntitlements",
		"s21 missing-privilege generateToken", "s22 missing-privilege provisionOrgEntitlements", "default1 purchased provisionOrgEntitlements",
	}, operations)
}

// TestLostSandbox proves that who asks a sandbox that there is not is told so, whatever the rules of the default one are.
func TestLostSandbox(t *testing.T) {
	t.Parallel()
	p := portal(t, mock.WithScenario("portal-unavailable"))
	a := call(t, p, license().at("/sandboxes/s9"+licensePath))
	diff(t, "status", 404, a.status)
	diff(t, "rule", "", a.header.Get("Mockportal-Rule"))
	diff(t, "detail", any(`no such sandbox: "s9" (it was deleted, or never made)`), decoded(t, a.body).(map[string]any)["detail"])
}

// TestSandboxEnds proves that a sandbox is checked and deleted at the end of its test, and that it can be read from then on.
func TestSandboxEnds(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	test := &tester{}
	box, lenient := s.Sandbox(test, "trial", mock.WithSeed(7)), s.Sandbox(test, "trial", mock.AllowViolations())
	in(t, box, license().with("verbose", "1"))
	in(t, lenient, license().with("verbose", "1"))
	diff(t, "failures", []string{
		"mock: 1 of the calls to the portal violated its contract (mock.AllowViolations lets them pass):" +
			"\n\tcall 1, GET /sandboxes/s1/portaladmin/license/getFutureLicense: query verbose: is not in the contract (allowed are token, f)" +
			"\n\tin sandbox \"s1\", scenario \"trial\", seed 7",
	}, test.end())
	for _, gone := range []*mock.Sandbox{box, lenient} {
		diff(t, "status of the deleted sandbox", 404, in(t, gone, license()).status)
		diff(t, "its calls", 1, len(gone.Calls()))
	}
}

// TestSandboxOutlivesServer proves that it does not matter in which order server and sandbox are closed, nor whether they are used after.
func TestSandboxOutlivesServer(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test)
	box := s.Sandbox(test, "trial")
	s.Close()
	_, _ = box.Reset(), s.Reset()
	diff(t, "failures", []string(nil), test.end())
	diff(t, "fatal failures", []string(nil), test.fatals)
}

// TestSandboxOptions proves which options a sandbox takes.
func TestSandboxOptions(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	document := mock.WithScenarioDocument([]byte("format: 1\nsummary: x\nextends: trial\nseed: 5\n"))
	box := s.Sandbox(t, "", document, mock.WithSeed(9), mock.WithClock("2016-07-23T00:00:00Z"), mock.WithJournal(1, 0), mock.AllowViolations())
	in(t, box, license().with("verbose", "1"))
	in(t, box, license())
	diff(t, "scenario", "document", box.Scenario())
	diff(t, "calls held", 1, len(box.Calls()))
	diff(t, "seed", uint64(9), box.Calls()[0].Seed)
	diff(t, "clock", time.Date(2016, 7, 23, 0, 0, 0, 0, time.UTC), box.Clock().Now())

	const refusal = "mock: a sandbox takes a scenario document, a clock, a seed, a journal, AllowViolations and CheckExpectations; other options are the server's"
	for name, row := range map[string]struct {
		option mock.Option
		want   string
	}{
		"pack": {mock.WithPack(fstest.MapFS{}), refusal}, "library": {mock.WithLibrary(scenario.BuiltIn()), ""},
		"another library": {mock.WithLibrary(library(t)), refusal}, "TLS": {mock.WithTLS(), refusal},
		"certificate": {mock.WithCertificate(tls.Certificate{}), refusal}, "trust": {mock.WithTrustProxy(), refusal},
		"contexts": {mock.WithContexts("/gis"), refusal}, "strict": {mock.WithStrict(), refusal}, "control token": {mock.WithControlToken("x"), refusal},
		"logger": {make(arrivals).option(), refusal}, "max body": {mock.WithMaxBody(1), refusal}, "sandboxes": {mock.WithSandboxes(1, 0), refusal},
		"ttl": {mock.WithSandboxes(0, time.Hour), refusal}, "scenario": {mock.WithScenario("purchased"), refusal},
		"clock":    {mock.WithClock("frosen"), `mock: no clock "frosen" (did you mean "frozen"?): allowed are frozen, running, wall, and a time such as 2016-07-22T16:48:37Z`},
		"document": {mock.WithScenarioDocument([]byte("format: 1\nsummary: x\nextends: trail\n")), `mock: document:3:10: no scenario "trail" to extend (did you mean "trial"?)`},
	} {
		test := &tester{}
		s.Sandbox(test, "trial", row.option)
		var want []string
		if row.want != "" {
			want = []string{row.want}
		}
		diff(t, name, want, test.fatals)
		diff(t, name+": failures", []string(nil), test.end())
	}
	test := &tester{}
	s.Sandbox(test, "trail")
	diff(t, "unknown scenario", []string{`mock: no scenario "trail" (did you mean "trial"?)`}, test.fatals)
	full := mock.NewServer(t, mock.WithSandboxes(1, time.Minute))
	full.Sandbox(t, "trial")
	full.Sandbox(test, "trial")
	diff(t, "too many", "mock: there are too many sandboxes: 1 at most, beside the default one; delete some, or wait until those that nobody uses expire (1m0s)", test.fatals[1])
}

func library(tb testing.TB) *scenario.Library {
	tb.Helper()
	l, err := scenario.Open(scenario.Pack{Name: "empty", FS: fstest.MapFS{}})
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// TestClockMoves proves what moves a clock and what it refuses, with the words that a test fails with.
func TestClockMoves(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test)
	defer test.end()
	clock, start := s.Clock(), time.UnixMilli(trialStart).UTC()
	at := func(what string, want time.Time) { t.Helper(); diff(t, what, want, clock.Now()) }
	at("at the start", start)
	_ = clock.Advance(36 * time.Hour)
	at("advanced", start.Add(36*time.Hour))
	_ = clock.AdvanceTo(start.Add(48 * time.Hour))
	at("advanced to", start.Add(48*time.Hour))
	_, _ = clock.Advance(0), clock.AdvanceTo(start.Add(48*time.Hour))
	at("not advanced", start.Add(48*time.Hour))
	diff(t, "failures", []string(nil), test.fatals)

	const never = "mock: the clock cannot do that: it shows 2016-07-24T16:48:37Z and never goes back; a reset starts over"
	for _, err := range []error{clock.Advance(-1), clock.AdvanceTo(start), clock.AdvanceTo(time.Time{}), clock.SetMode("frosen"), clock.SetMode("")} {
		if err == nil {
			t.Error("a change that is none is no error")
		}
	}
	const mode = "mock: no clock mode %q: allowed are frozen, running and wall"
	diff(t, "failures", []string{never, never, never, fmt.Sprintf(mode, "frosen"), fmt.Sprintf(mode, "")}, test.fatals)
	at("after what is refused", start.Add(48*time.Hour))
	_ = s.Reset()
	at("after Reset", start)
}

// TestClockModes proves, on the bubble's clock, that a clock stands still, runs, or follows the wall clock.
func TestClockModes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := portal(t)
		start, hour := p.Clock().Now(), time.Hour
		pass := func() { <-time.After(hour) }
		pass()
		diff(t, "frozen", start, p.Clock().Now())
		_ = p.Clock().SetMode(scenario.Running)
		pass()
		diff(t, "running", start.Add(hour), p.Clock().Now())
		_ = p.Clock().Advance(hour)
		pass()
		diff(t, "advanced and running", start.Add(3*hour), p.Clock().Now())
		_ = p.Clock().SetMode(scenario.Frozen)
		pass()
		diff(t, "frozen again", start.Add(3*hour), p.Clock().Now())
		_ = p.Clock().SetMode(scenario.Wall)
		pass()
		diff(t, "wall", time.Now().UTC(), p.Clock().Now())
		shift := provisioned(t, call(t, p, provision())).EndDate - trialEnd
		diff(t, "the world's dates shift along", time.Since(start.Add(3*hour)).Truncate(time.Second).Milliseconds()-hour.Milliseconds(), shift)
	})
}

// TestTrialEnds proves, as the clock moves, that a trial that is provisioned at the scenario's start is accepted to the last millisecond before
// its endDate and refused at it.
func TestTrialEnds(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("purchased"))
	box := s.Sandbox(t, "trial")
	first := provisioned(t, in(t, box, provision()))
	diff(t, "endDate", int64(trialEnd), first.EndDate)
	diff(t, "created is a second before the clock's start", box.Clock().Now().UnixMilli()-1000, first.Created)
	end := time.UnixMilli(first.EndDate)
	_ = box.Clock().AdvanceTo(end.Add(-time.Millisecond))
	last := provisioned(t, in(t, box, provision()))
	diff(t, "modified at endDate − 1 ms", int64(trialEnd-1000), last.Modified)
	diff(t, "endDate at endDate − 1 ms", int64(trialEnd), last.EndDate)
	_ = box.Clock().Advance(time.Millisecond)
	diff(t, "at endDate", wireError{Code: 400, Message: "item not provisioned", Details: []string{}}, errorOf(t, in(t, box, provision())))
	diff(t, "the server's clock", int64(trialStart), s.Clock().Now().UnixMilli())
	_ = box.Reset()
	diff(t, "after Reset", 0, errorOf(t, in(t, box, provision())).Code)
}

// TestFuturePartBecomesCurrent proves that a future part of the licence is one to the last millisecond before its effect date, also when the
// reply was asked for before the clock moved.
func TestFuturePartBecomesCurrent(t *testing.T) {
	t.Parallel()
	p := portal(t, mock.WithScenario("future-entitlements"))
	future := func() (ids []string, starts []int64) {
		var reply map[string][]struct {
			ID                       string
			MaximumRegisteredMembers int64
			StartDate                int64
		}
		if err := json.Unmarshal([]byte(call(t, p, license()).body), &reply); err != nil {
			t.Fatal(err)
		}
		for _, list := range reply {
			for _, entry := range list {
				if entry.MaximumRegisteredMembers > 0 {
					ids, starts = append(ids, entry.ID), append(starts, entry.StartDate)
				}
			}
		}
		slices.Sort(ids)
		return ids, starts
	}
	before, starts := future()
	if len(before) == 0 {
		t.Fatal("the scenario has no future part")
	}
	effect := time.UnixMilli(slices.Min(starts))
	_ = p.Clock().AdvanceTo(effect.Add(-time.Millisecond))
	still, _ := future()
	diff(t, "a millisecond before", before, still)
	_ = p.Clock().Advance(time.Millisecond)
	after, _ := future()
	diff(t, "at the effect date", []string(nil), after)
}

// TestTokenExpires proves that a token ends as the clock moves, and that a client which signs in again goes on.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("purchased"))
	signIns := 0
	signIn := func() string {
		signIns++
		token, _ := decoded(t, ask(t, s, successes()["generateToken"].with("expiration", "60")).body).(map[string]any)["token"].(string)
		return token
	}
	token := signIn()
	provisionOrSignIn := func() int { // what real clients do
		code := errorOf(t, ask(t, s, provision().with("token", token))).Code
		if code == 498 {
			token = signIn()
			code = errorOf(t, ask(t, s, provision().with("token", token))).Code
		}
		return code
	}
	diff(t, "at once", 0, provisionOrSignIn())
	_ = s.Clock().Advance(time.Hour - time.Millisecond)
	diff(t, "a millisecond before the end", 0, provisionOrSignIn())
	diff(t, "sign-ins before the end", 1, signIns)
	_ = s.Clock().Advance(time.Millisecond)
	diff(t, "at the end", 0, provisionOrSignIn())
	diff(t, "sign-ins", 2, signIns)
	var codes []int
	for _, c := range s.Calls(mock.ProvisionOrgEntitlements) {
		codes = append(codes, c.ErrorCode)
	}
	diff(t, "codes", []int{0, 0, 498, 0}, codes)
}

// TestAddRules proves how rules are added, counted and dropped, and what a broken one fails the test with.
func TestAddRules(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test)
	defer test.end()
	rules := func(r request, n int) (names []string) {
		for range n {
			names = append(names, ask(t, s, r).header.Get("Mockportal-Rule"))
		}
		return names
	}
	const busy = "reply: { status: 503, offSpec: true }"
	_ = s.AddRules("- { name: second, when: { operation: getFutureLicense }, after: 1, times: 2, " + busy + " }\n- { name: others, when: { member: viewer }, times: 1, " + busy + " }")
	_ = s.AddRules(`{"when":{"operation":"getFutureLicense","params":{"f":"pjson"}},"times":1,"reply":{"status":503,"offSpec":true}}`)
	diff(t, "one passes, two are hit", []string{"", "second", "second", "", ""}, rules(license(), 5))
	diff(t, "by parameter", []string{"rule-3", ""}, rules(license().with("f", "pjson"), 2))
	diff(t, "by member", []string{"others", ""}, rules(provision().with("token", "viewer-token"), 2))
	_ = s.AddRules("{ name: signs in, when: { operation: generateToken, params: { username: admin } }, times: 1, reply: { error: errors/sharing/sign-in-failed } }")
	diff(t, "support operations too", []string{"signs in", ""}, rules(successes()["generateToken"], 2))
	_ = s.AddRules("{ name: anybody, when: { operation: getFutureLicense, absent: [token] }, " + busy + " }")
	diff(t, "without a token", []string{"anybody", ""}, slices.Concat(rules(license().with("token", ""), 1), rules(license(), 1)))
	_ = s.Play("trial")
	diff(t, "after Play", []string{""}, rules(license().with("token", ""), 1))
	diff(t, "the journal after Play", 14, len(s.Calls()))
	diff(t, "failures", []string(nil), test.fatals)

	if s.AddRules("- { when: { operation: getFutureLicence }, fault: { kind: rest } }\n- { when: {} }") == nil {
		t.Error("broken rules are no error")
	}
	if s.Play("trail") == nil {
		t.Error("an unknown scenario is no error")
	}
	diff(t, "failures", []string{
		"mock: rules:1:24: no operation \"getFutureLicence\" (did you mean \"getFutureLicense\"?)\n" +
			"rules:1:59: kind must be one of reset, empty, truncate, drip, hang, html, not \"rest\" (did you mean \"reset\"?)\n" +
			"rules:2:3: rules[1] does nothing: it needs a delay, a reply or a fault",
		`mock: no scenario "trail" (did you mean "trial"?)`,
	}, test.fatals)
	diff(t, "no rule of a broken document", []string{""}, rules(license(), 1))
}

// TestDelays proves, on the bubble's clock, how long answers are held back: fixed, or drawn between bounds from the seed; and that the
// call is done and journaled at once.
func TestDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		delays := func(delay string, seed uint64) (all []time.Duration) {
			p := portal(t, mock.WithSeed(seed))
			_ = p.AddRules("{ when: { operation: getFutureLicense }, delay: " + delay + " }")
			for range 20 {
				began := time.Now()
				diff(t, "code", 0, errorOf(t, call(t, p, license())).Code)
				all = append(all, time.Since(began))
			}
			for i, c := range p.Calls() {
				diff(t, "journaled before its delay", time.Duration(0), c.Time.Sub(p.Calls()[0].Time)-sum(all[:i]))
				diff(t, "rule, fault, outcome", []any{"rule-1", "", journal.OK}, []any{c.Rule, c.Fault, c.Outcome})
			}
			return all
		}
		diff(t, "fixed", slices.Repeat([]time.Duration{2 * time.Hour}, 20), delays("2h", 1))
		drawn := delays("{ min: 10ms, max: 90ms }", 1)
		if low, high := slices.Min(drawn), slices.Max(drawn); low < 10*time.Millisecond || high > 90*time.Millisecond || high-low < 20*time.Millisecond {
			t.Errorf("20 delays from 10ms to 90ms are %v", drawn)
		}
		diff(t, "the same seed", drawn, delays("{ min: 10ms, max: 90ms }", 1))
		if slices.Equal(drawn, delays("{ min: 10ms, max: 90ms }", 2)) {
			t.Error("another seed draws the same")
		}
	})
}

func sum(all []time.Duration) (s time.Duration) {
	for _, d := range all {
		s += d
	}
	return s
}

// TestNothingIsLeft proves that no goroutine waits once a portal is reset or closed: the bubble could not end otherwise, and nobody else wakes them.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	for name, release := range map[string]func(*mock.Portal){
		"Reset": func(p *mock.Portal) { _ = p.Reset() }, "Play": func(p *mock.Portal) { _ = p.Play("trial") }, "Close": (*mock.Portal).Close,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := portal(t, mock.WithScenario("slow-portal"))
				_ = p.AddRules("- { when: { params: { f: pjson } }, delay: 24h }\n- { when: { member: viewer }, fault: { kind: hang } }\n- { when: { member: publisher }, fault: { kind: drip, bytesPerSecond: 1 } }")
				began, done := time.Now(), make(chan bool, 40)
				for range 10 {
					for _, r := range []request{license(), license().with("f", "pjson"), license().with("token", "viewer-token"), license().with("token", "publisher-token")} {
						go func() {
							defer func() { _ = recover(); done <- true }()
							p.ServeHTTP(httptest.NewRecorder(), r.to(t, "http://localhost"))
						}()
					}
				}
				synctest.Wait()
				diff(t, "answered before the release", 0, len(done))
				diff(t, "journaled before the release", 40, len(p.Calls()))
				release(p)
				synctest.Wait()
				diff(t, "answered after it", 40, len(done))
				diff(t, "it took", time.Duration(0), time.Since(began))
			})
		})
	}
}

// TestResetLeavesNoGoroutine proves it of a server too: the goroutines of this test carry its label.
func TestResetLeavesNoGoroutine(t *testing.T) {
	t.Parallel()
	const label = "held-back"
	pprof.Do(t.Context(), pprof.Labels(label, label), func(context.Context) {
		calls := make(arrivals, 100)
		s := mock.NewServer(t, mock.WithScenario("slow-portal"), calls.option())
		box := s.Sandbox(t, "trial")
		_ = box.AddRules("{ when: {}, fault: { kind: hang } }")
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		idle, ended := labelled(t, label), make(chan received, 20)
		for range 10 {
			go func() { ended <- meet(t, client, license().to(t, s.URL)) }()
			go func() { ended <- meet(t, client, license().to(t, box.URL)) }()
		}
		for range 20 {
			calls.await(t)
		}
		if labelled(t, label) < idle+20 {
			t.Error("the label does not find the goroutines of calls that are held back")
		}
		_, _ = s.Reset(), box.Reset()
		broken := 0
		for range 20 {
			if await(t, "an answer", ended).err != nil {
				broken++
			}
		}
		diff(t, "answers broken off, which hung", 10, broken)
		awaitOnly(t, label, idle)
	})
}

// awaitOnly waits until no more than so many goroutines carry a label; what is being closed takes a few turns of the scheduler to be gone.
func awaitOnly(t *testing.T, label string, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); labelled(t, label) > n; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left", labelled(t, label)-n)
		}
	}
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
				_ = boxes[n].Clock().Advance(time.Millisecond)
			}
			if i < len(boxes) {
				_ = boxes[n].AddRules(fmt.Sprintf("{ name: of %d, when: { operation: getFutureLicense }, reply: { status: 500, offSpec: true } }", n))
				diff(t, "rule", fmt.Sprintf("of %d", n), in(t, boxes[n], license()).header.Get("Mockportal-Rule"))
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
	if c.Operation == mock.ProvisionOrgEntitlements && entitled["maxUsers"] != float64(n) {
		t.Errorf("sandbox %d has the call %v", n, c.Params)
	}
}

// wallFields are the only ones that may differ between two runs.
var wallFields = regexp.MustCompile(`"(time|expires|durationMicros)":("[^"]*"|\d+)`)

// TestTwice proves that the same calls get byte-equal replies and leave a byte-equal journal, times of the wall clock aside: after a reset, in
// another server, and in a sandbox deep in a busy one.
func TestTwice(t *testing.T) {
	t.Parallel()
	run := func(s *mock.Server, box *mock.Sandbox) string {
		var b strings.Builder
		ok := successes()
		for i := range 30 {
			for _, name := range []string{"generateToken", mock.ProvisionOrgEntitlements, mock.GetFutureLicense, "communitySelf", "oauthToken"} {
				got := meet(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, ok[name].with("verbose", fmt.Sprint(i)).to(t, box.URL))
				for _, header := range []string{"Date"} {
					got.header.Del(header)
				}
				fmt.Fprintf(&b, "%d %v %s %t\n", got.status, got.header, strings.ReplaceAll(got.body, s.URL, ""), got.err != nil)
			}
			_ = box.Clock().Advance(time.Hour)
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
	_ = box.Reset()
	diff(t, "after Reset", first, run(s, box))
	diff(t, "on another server", first, run(fresh()))
}

// TestFlakyPortal proves the exact course of the built-in scenario, on every run and never two of a kind in a row, and that another seed
// has another one.
func TestFlakyPortal(t *testing.T) {
	t.Parallel()
	course := func(options ...mock.Option) string {
		p := portal(t, append(options, mock.WithScenario("flaky-portal"))...)
		for range 30 {
			func() {
				defer func() { _ = recover() }() // without a connection a reset breaks off the handler
				p.ServeHTTP(httptest.NewRecorder(), provision().to(t, "http://localhost"))
			}()
			call(t, p, license())
		}
		var b strings.Builder
		for _, operation := range []string{mock.ProvisionOrgEntitlements, mock.GetFutureLicense} {
			for _, c := range p.Calls(operation) {
				b.WriteByte(map[journal.Outcome]byte{journal.OK: '.', journal.Error: 'E', journal.Fault: 'F'}[c.Outcome])
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	got := course()
	golden(t, "flaky", "seed-1", got)
	for _, twice := range []string{"EE", "FF"} {
		if strings.Contains(got, twice) {
			t.Errorf("two of a kind in a row:\n%s", got)
		}
	}
	diff(t, "again", got, course())
	diff(t, "with its seed", got, course(mock.WithSeed(1)))
	if got == course(mock.WithSeed(2)) {
		t.Error("another seed has the same course")
	}
	onlyGolden(t, "flaky", map[string]bool{"seed-1": true})
}

// TestSlowPortal proves that the built-in scenario takes two seconds, and is good.
func TestSlowPortal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, r := range successes() {
			p, began := portal(t, mock.WithScenario("slow-portal")), time.Now()
			diff(t, "code", 0, errorOf(t, call(t, p, r)).Code)
			diff(t, "it takes", 2*time.Second, time.Since(began))
		}
	})
}

// TestPortalUnavailable proves that every operation meets the page of a proxy, and nothing is done.
func TestPortalUnavailable(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("portal-unavailable"))
	for name, r := range successes() {
		a := ask(t, s, r)
		diff(t, name+": status", 503, a.status)
		diff(t, name+": rule", "unavailable", a.header.Get("Mockportal-Rule"))
		diff(t, name+": body", proxyPage("503 Service Unavailable")(""), a.body)
	}
	diff(t, "done", false, wasDone(t, s))
}

// TestCheckDoesNotWait proves that scenarios with delays and faults are checked at once, and that what stands behind their rules is.
func TestCheckDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rules = "rules:\n  - { when: { operation: getFutureLicense }, delay: 24h }\n  - { when: {}, fault: { kind: hang } }\n"
		l, err := scenario.Open(scenario.Pack{Name: "slow", FS: folder(map[string]string{"scenarios/slow.yaml": "format: 1\nsummary: Slow.\nextends: trial\n" + rules})})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		notes, err := mock.Check(l)
		if err != nil || len(notes) > 0 {
			t.Errorf("the notes are %q and the error is %v", notes, err)
		}
		diff(t, "it takes", time.Duration(0), time.Since(began))
	})
}

// TestExpiredByToken proves that a client which is kept apart by its token alone is told that its sandbox has expired, not that its token is bad.
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
