package server_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
	"github.com/mockportal/mockportal/mock/journal"
)

// once expects one call, twice two.
const (
	once  = "format: 1\nsummary: One licence.\nextends: trial\nseed: 7\nexpect:\n  - when: { operation: getFutureLicense }\n    exactly: 1\n"
	twice = "format: 1\nsummary: Two licences.\nextends: trial\nexpect:\n  - when: { operation: getFutureLicense }\n    exactly: 2\n"
)

// remembering is a portal that keeps a history, plays once, and can play twice.
func remembering(tb testing.TB, change func(*server.Options)) *server.Portal {
	tb.Helper()
	return portal(tb, open(tb, map[string]string{"once": once, "twice": twice}), "once", func(o *server.Options) {
		if change != nil {
			change(o)
		}
		withHistory(o)
	})
}

// inWords writes a history: of each call the sandbox and the number, and of each verdict what it says.
func inWords(h sandbox.Past) string {
	var lines []string
	for _, c := range h.Calls.Calls {
		lines = append(lines, fmt.Sprintf("%s %d", c.Sandbox, c.Number))
	}
	for _, v := range h.Verdicts {
		lines = append(lines, fmt.Sprintf("%s played %s: %v of %d unmet", v.Sandbox, v.Scenario.Name, len(v.Unmet), v.Expectations))
	}
	return strings.Join(lines, "\n")
}

// TestHistory proves that what was reset, deleted, replaced and cleared still counts, and nothing is judged twice. Each step is a request
// to the control API, or "call SANDBOX".
func TestHistory(t *testing.T) {
	t.Parallel()
	const (
		reset  = "POST /sandboxes/default/reset"
		create = `POST /sandboxes {"scenario":"once","id":"mine"}`
		remove = "DELETE /sandboxes/mine"
	)
	for _, tt := range []struct {
		name  string
		steps []string
		want  string
	}{
		{"nothing happens", nil, "default played once: 1 of 1 unmet"},
		{"a call", []string{"call default"}, "default 1\ndefault played once: 0 of 1 unmet"},
		{"reset before the test", []string{reset, "call default"}, "default 1\ndefault played once: 0 of 1 unmet"},
		{"reset behind the test", []string{"call default", reset}, "default 1\ndefault played once: 0 of 1 unmet"},
		{"reset and no call at all", []string{reset, reset}, "default played once: 1 of 1 unmet"},
		{
			"reset between two tests, the first is wrong",
			[]string{"call default", "call default", reset, "call default"},
			"default 1\ndefault 2\ndefault 1\ndefault played once: 1 of 1 unmet\ndefault played once: 0 of 1 unmet",
		},
		{
			"a sandbox is deleted",
			[]string{create, "call mine", "call mine", remove},
			"mine 1\nmine 2\nmine played once: 1 of 1 unmet\ndefault played once: 1 of 1 unmet",
		},
		{
			"a sandbox is deleted that nobody called",
			[]string{create, remove},
			"mine played once: 1 of 1 unmet\ndefault played once: 1 of 1 unmet",
		},
		{
			"a sandbox is reset, then deleted",
			[]string{create, "call mine", "POST /sandboxes/mine/reset", remove},
			"mine 1\nmine played once: 0 of 1 unmet\ndefault played once: 1 of 1 unmet",
		},
		{
			"a sandbox comes again by its name",
			[]string{create, "call mine", remove, create, "call mine", "call default"},
			"mine 1\nmine 1\ndefault 1\nmine played once: 0 of 1 unmet\ndefault played once: 0 of 1 unmet\nmine played once: 0 of 1 unmet",
		},
		{
			"another scenario takes the place, the calls stay",
			[]string{"call default", `PUT /sandboxes/default/scenario {"scenario":"twice"}`, "call default"},
			"default 1\ndefault 2\ndefault played once: 0 of 1 unmet\ndefault played twice: 0 of 1 unmet",
		},
		{
			"another scenario takes the place before any call",
			[]string{`PUT /sandboxes/default/scenario {"scenario":"twice"}`},
			"default played twice: 1 of 1 unmet",
		},
		{
			"another scenario takes the place and is never called",
			[]string{"call default", `PUT /sandboxes/default/scenario {"scenario":"twice"}`},
			"default 1\ndefault played once: 0 of 1 unmet\ndefault played twice: 1 of 1 unmet",
		},
		{
			"another scenario for a moment",
			[]string{"call default", `PUT /sandboxes/default/scenario {"scenario":"twice"}`, `PUT /sandboxes/default/scenario {"scenario":"once"}`},
			"default 1\ndefault played once: 0 of 1 unmet",
		},
		{
			"the same scenario from its start: it goes on",
			[]string{"call default", `PUT /sandboxes/default/scenario {"scenario":"once"}`, "call default"},
			"default 1\ndefault 2\ndefault played once: 1 of 1 unmet",
		},
		{
			"a scenario that expects nothing",
			[]string{"call default", `PUT /sandboxes/default/scenario {"scenario":"trial"}`, "call default"},
			"default 1\ndefault 2\ndefault played once: 0 of 1 unmet",
		},
		{
			"cleared calls are not counted, and not lost",
			[]string{"call default", "DELETE /sandboxes/default/calls", "call default"},
			"default 1\ndefault 2\ndefault played once: 0 of 1 unmet",
		},
		{
			"cleared and reset",
			[]string{"call default", "DELETE /sandboxes/default/calls", reset, "call default"},
			"default 1\ndefault 1\ndefault played once: 0 of 1 unmet",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := remembering(t, nil)
			for _, step := range tt.steps {
				do(t, p, step)
			}
			diff(t, "history", tt.want, inWords(p.Sandboxes.Past(t.Context())))
			diff(t, "history, once more", tt.want, inWords(p.Sandboxes.Past(t.Context())))
		})
	}
}

// do takes one step, which the portal must not refuse.
func do(tb testing.TB, p *server.Portal, step string) {
	tb.Helper()
	method, rest, _ := strings.Cut(step, " ")
	path, body, _ := strings.Cut(rest, " ")
	switch {
	case method != "call":
		path = "/__admin" + path
	case path == "default":
		method, path = http.MethodGet, licensePath
	default:
		method, path = http.MethodGet, "/sandboxes/"+path+licensePath
	}
	if w := serve(tb, p, method, path, body); w.Code >= http.StatusBadRequest {
		tb.Fatalf("%s: %d %s", step, w.Code, w.Body)
	}
}

// TestVerdictHasItsScenario proves that a verdict says what to play again: the scenario, with the seed that overrides its own.
func TestVerdictHasItsScenario(t *testing.T) {
	t.Parallel()
	v := remembering(t, nil).Sandboxes.Past(t.Context()).Verdicts[0]
	diff(t, "verdict", []any{"default", "once", uint64(7)}, []any{v.Sandbox, v.Scenario.Name, v.Scenario.Seed})
	seed := uint64(9)
	v = remembering(t, func(o *server.Options) { o.Seed = &seed }).Sandboxes.Past(t.Context()).Verdicts[0]
	diff(t, "seed", seed, v.Scenario.Seed)
}

// TestHistoryOfExpired proves that a sandbox which expires is judged once.
func TestHistoryOfExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := portal(t, open(t, map[string]string{"once": once}), "trial", func(o *server.Options) { o.SandboxTTL = time.Minute; withHistory(o) })
		do(t, p, `POST /sandboxes {"scenario":"once","id":"mine"}`)
		do(t, p, "call mine")
		do(t, p, "call mine")
		diff(t, "before", "mine 1\nmine 2\nmine played once: 1 of 1 unmet", inWords(p.Sandboxes.Past(t.Context())))
		time.Sleep(time.Minute)
		diff(t, "after", "mine 1\nmine 2\nmine played once: 1 of 1 unmet", inWords(p.Sandboxes.Past(t.Context())))
	})
}

// TestHistoryWaits proves that Past waits for expected calls as long as the scenario says, and not once its context has ended.
func TestHistoryWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := portal(
			t,
			open(t, map[string]string{"waits": strings.Replace(once, "exactly: 1", "atLeast: 1", 1) + "within: 1m\n"}),
			"waits", withHistory,
		)
		began := time.Now()
		time.AfterFunc(30*time.Second, func() { do(t, p, "call default") })
		unmet := len(p.Sandboxes.Past(t.Context()).Verdicts[0].Unmet)
		diff(t, "unmet, waited", []any{0, 30 * time.Second}, []any{unmet, time.Since(began)})

		p = portal(t, open(t, map[string]string{"waits": once + "within: 1m\n"}), "waits", withHistory)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		began = time.Now()
		unmet = len(p.Sandboxes.Past(ended).Verdicts[0].Unmet)
		diff(t, "unmet, waited for nothing", []any{1, time.Duration(0)}, []any{unmet, time.Since(began)})
	})
}

// TestHistoryIsBounded proves that a history holds as many calls of all sandboxes as one journal, and counts those that it drops.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	p := remembering(t, func(o *server.Options) { o.MaxCalls = 2 })
	do(t, p, `POST /sandboxes {"scenario":"trial","id":"mine"}`)
	serve(t, p, http.MethodGet, licensePath+"&outputFormat=json", "")
	do(t, p, "call mine")
	do(t, p, "call default")
	h := p.Sandboxes.Past(t.Context())
	diff(t, "history", "mine 1\ndefault 2\ndefault played once: 1 of 1 unmet", inWords(h))
	diff(t, "dropped, complete, violating", []any{1, false, 1}, []any{h.Calls.Dropped, h.Calls.Complete, h.DroppedViolating})
}

// TestNoHistory proves that a portal without a history has none.
func TestNoHistory(t *testing.T) {
	t.Parallel()
	p := portal(t, scenario.BuiltIn(), "trial", nil)
	do(t, p, "call default")
	diff(t, "history", sandbox.Past{}, p.Sandboxes.Past(t.Context()))
}

// TestCoverageOfScenarios proves that each call counts for the scenario that its sandbox played then; documents and those of packs stand
// beside the built-in ones.
func TestCoverageOfScenarios(t *testing.T) {
	t.Parallel()
	p := remembering(t, nil)
	do(t, p, "call default")
	do(t, p, `PUT /sandboxes/default/scenario {"scenario":"purchased"}`)
	do(t, p, "call default")
	do(t, p, "call default")
	do(t, p, `POST /sandboxes {"id":"mine","scenario":{"format":1,"summary":"Mine.","extends":"trial"}}`)
	do(t, p, "call mine")
	do(t, p, "DELETE /sandboxes/mine")
	do(t, p, "POST /sandboxes/default/reset")
	r := p.Coverage.Report(p.Library)
	want := []journal.Count{}
	played := map[string]int{"once": 1, "purchased": 2, "document": 1}
	names := append(scenario.BuiltIn().Names(), "once", "twice", "document")
	slices.Sort(names)
	for _, name := range names {
		want = append(want, journal.Count{Name: name, Calls: played[name]})
	}
	diff(t, "scenarios", want, r.Scenarios)
}
