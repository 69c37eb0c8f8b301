package mock_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// once expects one call, twice two.
const (
	once  = "format: 1\nsummary: One licence.\nextends: trial\nseed: 7\nexpect:\n  - when: { operation: getFutureLicense }\n    exactly: 1\n"
	twice = "format: 1\nsummary: Two licences.\nextends: trial\nexpect:\n  - when: { operation: getFutureLicense }\n    exactly: 2\n"
)

// remembering is a portal that keeps its history and can play once and twice.
func remembering(tb testing.TB, options ...mock.Option) *mock.Portal {
	tb.Helper()
	pack := fstest.MapFS{"scenarios/once.yaml": {Data: []byte(once)}, "scenarios/twice.yaml": {Data: []byte(twice)}}
	return portal(tb, append([]mock.Option{mock.WithPack(pack), mock.WithScenario("once"), mock.WithHistory()}, options...)...)
}

// admin asks the control API of a portal that does not listen, which must not refuse.
func admin(tb testing.TB, p http.Handler, method, path, body string) {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, "http://localhost/__admin"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		tb.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
}

// told is a history in words: of each call the sandbox and the number, and of each verdict what it says.
func told(h mock.History) string {
	var lines []string
	for _, c := range h.Calls.Calls {
		lines = append(lines, fmt.Sprintf("%s %d", c.Sandbox, c.Number))
	}
	for _, v := range h.Verdicts {
		lines = append(lines, fmt.Sprintf("%s played %s: %v of %d unmet", v.Sandbox, v.Scenario, len(v.Unmet), v.Expectations))
	}
	return strings.Join(lines, "\n")
}

// TestHistory: what was reset, deleted, replaced and cleared still counts, and nothing is judged twice. Each step is a request to the control
// API, or "call SANDBOX".
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
		{"a sandbox is deleted", []string{create, "call mine", "call mine", remove}, "mine 1\nmine 2\nmine played once: 1 of 1 unmet\ndefault played once: 1 of 1 unmet"},
		{"a sandbox is deleted that nobody called", []string{create, remove}, "mine played once: 1 of 1 unmet\ndefault played once: 1 of 1 unmet"},
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
		{"cleared calls are not counted, and not lost", []string{"call default", "DELETE /sandboxes/default/calls", "call default"}, "default 1\ndefault 2\ndefault played once: 0 of 1 unmet"},
		{"cleared and reset", []string{"call default", "DELETE /sandboxes/default/calls", reset, "call default"}, "default 1\ndefault 1\ndefault played once: 0 of 1 unmet"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := remembering(t)
			for _, step := range tt.steps {
				do(t, p, step)
			}
			diff(t, "history", tt.want, told(p.History(t.Context())))
			diff(t, "history, once more", tt.want, told(p.History(t.Context())))
		})
	}
}

// do does one step.
func do(tb testing.TB, p *mock.Portal, step string) {
	tb.Helper()
	method, rest, _ := strings.Cut(step, " ")
	path, body, _ := strings.Cut(rest, " ")
	switch {
	case method != "call":
		admin(tb, p, method, path, body)
	case path == "default":
		call(tb, p, license())
	default:
		call(tb, p, license().at("/sandboxes/"+path+licensePath))
	}
}

// TestHistoryIsThatOfItsSandbox: who reads a verdict learns what to play again.
func TestHistoryIsThatOfItsSandbox(t *testing.T) {
	t.Parallel()
	v := remembering(t).History(t.Context()).Verdicts[0]
	diff(t, "verdict", []any{"default", "once", uint64(7), []string{"exactly 1 call of getFutureLicense"}}, []any{v.Sandbox, v.Scenario, v.Seed, v.Expect})
	v = remembering(t, mock.WithSeed(9)).History(t.Context()).Verdicts[0]
	diff(t, "seed", uint64(9), v.Seed)
}

// TestHistoryOfExpired: a sandbox that nobody used is judged too, once and without anybody asking for it.
func TestHistoryOfExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := remembering(t, mock.WithScenario("trial"), mock.WithSandboxes(0, time.Minute))
		do(t, p, `POST /sandboxes {"scenario":"once","id":"mine"}`)
		do(t, p, "call mine")
		do(t, p, "call mine")
		diff(t, "before", "mine 1\nmine 2\nmine played once: 1 of 1 unmet", told(p.History(t.Context())))
		time.Sleep(time.Minute)
		diff(t, "after", "mine 1\nmine 2\nmine played once: 1 of 1 unmet", told(p.History(t.Context())))
	})
}

// TestHistoryWaits: for calls that are still to come it waits as long as the scenario says, and not once its context has ended.
func TestHistoryWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := portal(t, mock.WithScenarioDocument([]byte(strings.Replace(once, "exactly: 1", "atLeast: 1", 1)+"within: 1m\n")), mock.WithHistory())
		began := time.Now()
		time.AfterFunc(30*time.Second, func() { call(t, p, license()) })
		unmet := len(p.History(t.Context()).Verdicts[0].Unmet)
		diff(t, "unmet, waited", []any{0, 30 * time.Second}, []any{unmet, time.Since(began)})

		p = portal(t, mock.WithScenarioDocument([]byte(once+"within: 1m\n")), mock.WithHistory())
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		began = time.Now()
		unmet = len(p.History(ended).Verdicts[0].Unmet)
		diff(t, "unmet, waited for nothing", []any{1, time.Duration(0)}, []any{unmet, time.Since(began)})
	})
}

// TestHistoryIsBounded: it holds as many calls as a journal, of all sandboxes together, and counts those that it lost.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	p := remembering(t, mock.WithJournal(2, 0))
	wrong := license().with("outputFormat", "json")
	do(t, p, `POST /sandboxes {"scenario":"trial","id":"mine"}`)
	call(t, p, wrong)
	do(t, p, "call mine")
	do(t, p, "call default")
	h := p.History(t.Context())
	diff(t, "history", "mine 1\ndefault 2\ndefault played once: 1 of 1 unmet", told(h))
	diff(t, "dropped, complete, violating", []any{1, false, 1}, []any{h.Calls.Dropped, h.Calls.Complete, h.DroppedViolating})
}

// TestNoHistory: nobody pays for what was not asked for, and a sandbox of a server has none of its own.
func TestNoHistory(t *testing.T) {
	t.Parallel()
	p := portal(t)
	call(t, p, license())
	diff(t, "history", mock.History{}, p.History(t.Context()))

	s := mock.NewServer(t, mock.WithHistory())
	standIn := &tester{}
	s.Sandbox(standIn, "trial", mock.WithHistory())
	if len(standIn.fatals) != 1 || !strings.Contains(standIn.fatals[0], "other options are the server's") {
		t.Errorf("a sandbox takes a history: %v", standIn.fatals)
	}
	box := s.Sandbox(&tester{}, "trial", mock.WithScenarioDocument([]byte(once)))
	in(t, box, license())
	if err := box.Reset(); err != nil {
		t.Fatal(err)
	}
	diff(t, "a sandbox that a test made", "s1 1\ns1 played document: 0 of 1 unmet", told(s.History(t.Context())))
}
