package mock_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/pprof"
	"slices"
	"testing"
	"testing/synctest"
	"time"

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
