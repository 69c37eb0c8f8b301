package mock_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

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
	s.AddRules(
		"- { name: second, when: { operation: getFutureLicense }, after: 1, times: 2, " + busy + " }\n- { name: " +
			"others, when: { member: viewer }, times: 1, " + busy + " }",
	)
	s.AddRules(`{"when":{"operation":"getFutureLicense","params":{"f":"pjson"}},"times":1,"reply":{"status":503,"offSpec":true}}`)
	diff(t, "one passes, two are hit", []string{"", "second", "second", "", ""}, rules(license(), 5))
	diff(t, "by parameter", []string{"rule-3", ""}, rules(license().with("f", "pjson"), 2))
	diff(t, "by member", []string{"others", ""}, rules(provision().with("token", "viewer-token"), 2))
	s.AddRules(
		"{ name: signs in, when: { operation: generateToken, params: { username: admin } }, times: 1, reply: { error: " +
			"errors/sharing/sign-in-failed } }",
	)
	diff(t, "support operations too", []string{"signs in", ""}, rules(successes()["generateToken"], 2))
	s.AddRules("{ name: anybody, when: { operation: getFutureLicense, absent: [token] }, " + busy + " }")
	diff(t, "without a token", []string{"anybody", ""}, slices.Concat(rules(license().with("token", ""), 1), rules(license(), 1)))
	s.Play("trial")
	diff(t, "after Play", []string{""}, rules(license().with("token", ""), 1))
	diff(t, "the journal after Play", 14, len(s.Calls()))
	diff(t, "failures", []string(nil), test.fatals)

	s.AddRules("- { when: { operation: getFutureLicence }, fault: { kind: rest } }\n- { when: {} }")
	s.AddRules(`{"when":{"params":{"orgEntitlements":{"entitlements":{"x":{"nums":1}}}}},"delay":"1s"}`)
	s.Play("trail")
	diff(t, "failures", []string{
		"mock: rules:1:24: no operation \"getFutureLicence\" (did you mean \"getFutureLicense\"?)\n" +
			"rules:1:59: kind must be one of reset, empty, truncate, drip, hang, html, not \"rest\" (did you mean \"reset\"?)\n" +
			"rules:2:3: rules[1] does nothing: it needs a delay, a reply or a fault",
		`mock: rules:1:60: no "nums" in orgEntitlements.entitlements.x (did you mean "num"?)`,
		`mock: no scenario "trail" (did you mean "trial"?)`,
	}, test.fatals)
	diff(t, "no rule of a broken document", []string{""}, rules(license(), 1))
}

// valued are rules as Go values and as texts, with every field between them.
func valued() map[string]mock.Rule {
	return map[string]mock.Rule{
		`{ name: busy, when: { operation: getFutureLicense, member: admin, params: { f: json }, present: [f], absent: [token] },
		   after: 1, times: 2, delay: 50ms, reply: { status: 429, headers: { Retry-After: "2" }, offSpec: true } }`: {
			Name: "busy",
			When: mock.When{
				Operation: mock.GetFutureLicense, Member: "admin", Params: map[string]any{"f": "json"},
				Present: []string{"f"}, Absent: []string{"token"},
			},
			After: 1, Times: 2, Delay: 50 * time.Millisecond,
			Reply: mock.Reply{Status: http.StatusTooManyRequests, Headers: map[string]string{"Retry-After": "2"}, OffSpec: true},
		},
		`{ when: {}, chance: 0.5, inARow: 3, delay: { min: 10ms, max: 1m }, fault: { kind: truncate, fraction: 0.25 } }`: {
			Chance: 0.5, InARow: 3, Delay: 10 * time.Millisecond, MaxDelay: time.Minute,
			Fault: mock.Fault{Kind: "truncate", Fraction: 0.25},
		},
		`{ when: {}, delay: { min: 0s, max: 1s } }`:              {MaxDelay: time.Second},
		`{ when: {}, fault: { kind: drip, bytesPerSecond: 7 } }`: {Fault: mock.Fault{Kind: "drip", BytesPerSecond: 7}},
		`{ when: {}, fault: { kind: html, status: 503 } }`:       {Fault: mock.Fault{Kind: "html", Status: 503}},
		`{ when: {}, fault: { kind: truncate } }`:                {Fault: mock.Fault{Kind: "truncate"}},
		`{ when: {}, reply: { status: 200, body: "", offSpec: true } }`: {
			Reply: mock.Reply{Status: http.StatusOK, Body: "", OffSpec: true},
		},
		`{ when: { operation: getFutureLicense }, reply: { error: errors/portaladmin/not-permitted } }`: {
			When: mock.When{Operation: mock.GetFutureLicense}, Reply: mock.Reply{Error: "errors/portaladmin/not-permitted"},
		},
		`{ when: { operation: provisionOrgEntitlements, params: { orgEntitlements: { maxUsers: 11 } } },
		   reply: { fixture: provisions/trial, with: { purchaserUsername: mmuster } } }`: {
			When: mock.When{
				Operation: mock.ProvisionOrgEntitlements, Params: map[string]any{"orgEntitlements": map[string]any{"maxUsers": 11}},
			},
			Reply: mock.Reply{Fixture: "provisions/trial", With: map[string]any{"purchaserUsername": "mmuster"}},
		},
	}
}

// TestRuleAsValue proves that a rule as a Go value is the rule that the same text is.
func TestRuleAsValue(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	trial, err := library.Scenario("trial")
	must(t, err)
	for text, rule := range valued() {
		written, err := json.Marshal(rule)
		must(t, err)
		got, err := library.Rules(trial, written)
		must(t, err)
		want, err := library.Rules(trial, []byte(text))
		must(t, err)
		for i := range got {
			got[i].Given, want[i].Given = nil, nil // two texts for one rule
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(scenario.Param{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		must(t, portal(t).AddRule(rule))
	}
}

// TestRuleHasEveryKey holds the fields of a rule against the schema of the format.
func TestRuleHasEveryKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../scenarios/schema/scenario.schema.json")
	must(t, err)
	var schema struct {
		Defs map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	must(t, json.Unmarshal(text, &schema))
	keys := map[string][]string{"rule": nil, "when": nil, "delay": nil, "reply": nil, "fault": nil}
	for _, rule := range valued() {
		written, err := json.Marshal(rule)
		must(t, err)
		document := decoded(t, string(written)).(map[string]any)
		keys["rule"] = slices.AppendSeq(keys["rule"], maps.Keys(document))
		for part := range keys {
			if object, ok := document[part].(map[string]any); ok {
				keys[part] = slices.AppendSeq(keys[part], maps.Keys(object))
			}
		}
	}
	for part, used := range keys {
		slices.Sort(used)
		diff(t, part, slices.Sorted(maps.Keys(schema.Defs[part].Properties)), slices.Compact(used))
	}
}

// TestAddRule proves that rules as Go values apply like those of a text, and what a broken one fails the test with, in words of Go.
func TestAddRule(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test)
	defer test.end()
	busy := mock.Rule{
		Name: "busy", When: mock.When{Operation: mock.GetFutureLicense}, Times: 1, Reply: mock.Reply{Status: 503, OffSpec: true},
	}
	broken := mock.Rule{When: mock.When{Operation: mock.GetFutureLicense}, Times: 1, Fault: mock.Fault{Kind: "html"}}
	s.AddRule(busy, broken)
	diff(t, "statuses", []int{503, 502, 200}, []int{ask(t, s, license()).status, ask(t, s, license()).status, ask(t, s, license()).status})
	for _, row := range []struct {
		want  string
		rules []mock.Rule
	}{
		{"no rules: name at least one", nil},
		{
			"rule 1: it does nothing: it needs a delay, a reply or a fault\n" +
				`rule 3: no operation "getFutureLicence" (did you mean "getFutureLicense"?)`,
			[]mock.Rule{{}, busy, {When: mock.When{Operation: "getFutureLicence"}, Delay: 1}},
		},
		{
			"rule 2: unreachable: rule 1 matches every call that this rule matches",
			[]mock.Rule{{Name: "all", Delay: 1}, busy},
		},
		{
			`rule 1: Kind must be one of reset, empty, truncate, drip, hang, html, not "rest" (did you mean "reset"?)`,
			[]mock.Rule{{Fault: mock.Fault{Kind: "rest"}}},
		},
		{"rule 1: Fraction is allowed only with the kind truncate, not with hang", []mock.Rule{{Fault: mock.Fault{Kind: "hang", Fraction: 1}}}},
		{"rule 1: Times must be a whole number of at least 1, not -1", []mock.Rule{{Times: -1, Delay: 1}}},
		{"rule 1: InARow without Chance: a rule without Chance applies to every matching call", []mock.Rule{{InARow: 2, Delay: 1}}},
		{"rule 1: the longest delay must be at least the shortest, 2s, not 1s", []mock.Rule{{Delay: 2 * time.Second, MaxDelay: time.Second}}},
		{"the rules together: larger than 1048576 bytes", []mock.Rule{{Name: strings.Repeat("x", 1<<20)}}},
		{`rule 1: Delay must be a duration of 0 or more, such as 50ms, 1m30s or 2d, not "-1s"`, []mock.Rule{{Delay: -time.Second}}},
		{
			"rule 1: the reply cannot be checked without an operation: name one in When, or write OffSpec: true",
			[]mock.Rule{{Reply: mock.Reply{Status: 429}}},
		},
		{
			"rule 1: off-spec: the portal answers every call with status 200, not 429; write OffSpec: true if that is intended",
			[]mock.Rule{{When: busy.When, Reply: mock.Reply{Status: 429}}},
		},
		{
			"rule 1: Reply must have exactly one of Error, Fixture and Status, not 2",
			[]mock.Rule{{When: busy.When, Reply: mock.Reply{Status: 200, Fixture: "provisions/trial"}}},
		},
		{
			`rule 1: the fixture "provisions/trial" is not an error: write Fixture instead of Error`,
			[]mock.Rule{{When: busy.When, Reply: mock.Reply{Error: "provisions/trial"}}},
		},
		{"rule 1: json: ", []mock.Rule{{When: busy.When, Reply: mock.Reply{Status: 200, Body: make(chan int)}}}},
	} {
		test := &tester{}
		s := mock.NewServer(test)
		s.AddRule(row.rules...)
		if len(test.fatals) != 1 || !strings.HasPrefix(test.fatals[0], "mock: "+row.want) {
			t.Errorf("%q, not %q", test.fatals, row.want)
		}
		diff(t, "no rule of a broken list", "", ask(t, s, license()).header.Get("Mockportal-Rule"))
		test.end()
	}
}

// TestDelays proves, on the bubble's clock, how long answers are held back: fixed, or drawn between bounds from the seed; and that the
// call is done and journaled at once.
func TestDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		delays := func(delay string, seed uint64) (all []time.Duration) {
			p := portal(t, mock.WithSeed(seed))
			must(t, p.AddRules("{ when: { operation: getFutureLicense }, delay: "+delay+" }"))
			for range 20 {
				began := time.Now()
				diff(t, "code", 0, errorOf(t, call(t, p, license())).Code)
				all = append(all, time.Since(began))
			}
			for i, c := range callsOf(t, p) {
				diff(t, "journaled before its delay", time.Duration(0), c.Time.Sub(callsOf(t, p)[0].Time)-sum(all[:i]))
				diff(t, "rule, fault, outcome", []any{"rule-1", "", journal.OK}, []any{c.Rule, c.Fault, c.Outcome})
			}
			return all
		}
		diff(t, "fixed", slices.Repeat([]time.Duration{2 * time.Hour}, 20), delays("2h", 1))
		drawn := delays("{ min: 10ms, max: 90ms }", 1)
		low, high := slices.Min(drawn), slices.Max(drawn)
		if low < 10*time.Millisecond || high > 90*time.Millisecond || high-low < 20*time.Millisecond {
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

// TestNothingIsLeft proves that no goroutine waits once a portal is reset or closed: the bubble could not end otherwise, and nobody else
// wakes them.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	for name, release := range map[string]func(*mock.Portal){
		"Reset": func(p *mock.Portal) { must(t, p.Reset()) },
		"Play":  func(p *mock.Portal) { must(t, p.Play("trial")) },
		"Close": (*mock.Portal).Close,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := portal(t, mock.WithScenario("slow-portal"))
				must(
					t,
					p.AddRules(
						"- { when: { params: { f: pjson } }, delay: 24h }\n"+
							"- { when: { member: viewer }, fault: { kind: hang } }\n- { when: { member: publisher }, fault: { kind: drip, bytesPerSecond: 1 } }",
					),
				)
				began, done := time.Now(), make(chan bool, 40)
				for range 10 {
					for _, r := range []request{
						license(), license().with("f", "pjson"),
						license().with("token", "viewer-token"), license().with("token", "publisher-token"),
					} {
						go func() {
							defer func() { _ = recover(); done <- true }()
							p.ServeHTTP(httptest.NewRecorder(), r.to(t, "http://localhost"))
						}()
					}
				}
				synctest.Wait()
				diff(t, "answered before the release", 0, len(done))
				diff(t, "journaled before the release", 40, len(callsOf(t, p)))
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
		box.AddRules("{ when: {}, fault: { kind: hang } }")
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
		s.Reset()
		box.Reset()
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

// awaitOnly waits until no more than so many goroutines carry a label; what is being closed takes a few turns of the scheduler to be
// gone.
func awaitOnly(t *testing.T, label string, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); labelled(t, label) > n; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left", labelled(t, label)-n)
		}
	}
}
