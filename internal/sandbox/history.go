package sandbox

import (
	"context"
	"slices"
	"sync"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// History keeps what came to all sandboxes of a server, also to those that were deleted, reset or have expired. It is safe for concurrent
// use.
type History struct {
	calls *record.Journal

	mu    sync.Mutex // guards what follows
	ended []Verdict
}

// NewHistory returns an empty history, which holds as many calls as a journal with these bounds.
func NewHistory(maxCalls, maxBytes int) *History {
	return &History{calls: record.New(maxCalls, maxBytes)}
}

// Join makes the calls of the history a part of a budget.
func (h *History) Join(budget *record.Budget) {
	if h != nil {
		budget.Add(h.calls)
	}
}

// Verdict says whether the calls of a sandbox meet the expectations of its scenario.
type Verdict struct {
	Sandbox  string
	Scenario *scenario.Scenario // of one that has ended only the name, the seed and the expectations
	journal.Verdict
}

// Past is what a history holds.
type Past struct {
	Calls            journal.Page // of all sandboxes, in the order in which they came; each has the number of its sandbox
	DroppedViolating int          // how many of the calls that are no longer held violated the contract
	Verdicts         []Verdict    // on scenarios that expect something: first those that have ended, then those still played
}

// Past returns what came so far; nothing without a history. A scenario ends when its sandbox is deleted or expires, and, once it was
// called, when the sandbox is reset or plays another one. A scenario that has ended is not judged again until it is called again. Past
// waits for the calls that a scenario still expects as long as the scenario says, or until ctx ends.
func (s *Set) Past(ctx context.Context) Past {
	h := s.Default.options.History
	if h == nil {
		return Past{}
	}
	var open []Verdict
	for _, id := range s.IDs() {
		box, err := s.Get(id)
		if err != nil {
			continue // it has just ended, and its verdict is kept
		}
		box.mu.Lock()
		scenario, done := box.state.scenario, box.doneLocked()
		box.mu.Unlock()
		if len(scenario.Expect) > 0 && !done {
			open = append(open, Verdict{id, scenario, box.Verify(ctx)})
		}
		box.Turn(func(*Turn) {}) // waits for the call that has just decided the verdict to enter the history
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return Past{
		Calls: h.calls.Find(journal.Query{}), DroppedViolating: h.calls.DroppedViolating(),
		Verdicts: append(slices.Clip(h.ended), open...),
	}
}

// Verify checks the calls in the journal against the scenario's expectations. It waits for further calls as long as the
// scenario's within says.
func (s *Sandbox) Verify(ctx context.Context) journal.Verdict {
	return s.Journal.Verify(ctx, s.Scenario().Expectations)
}

// End closes the sandbox and judges its scenario.
func (s *Sandbox) End() {
	s.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.doneLocked() {
		s.judgeLocked()
	}
}

// doneLocked reports whether the scenario has ended before and no call has come since. A test that resets the sandbox when it
// is done must not fail its expectations by that.
func (s *Sandbox) doneLocked() bool { return s.judged[s.state.scenario.Name] && !s.calledLocked() }

// calledLocked reports whether the journal holds a call that came since the scenario was started.
func (s *Sandbox) calledLocked() bool {
	return len(s.Journal.Find(journal.Query{After: s.state.after, Limit: 1}).Calls) > 0
}

// judgeLocked notes that the scenario has ended, and keeps the verdict if there is a history.
func (s *Sandbox) judgeLocked() {
	ended := s.state.scenario
	s.judged[ended.Name] = true
	if h := s.options.History; h != nil && len(ended.Expect) > 0 {
		h.mu.Lock()
		defer h.mu.Unlock()
		// A world may be large, and a suite may play many.
		kept := &scenario.Scenario{Name: ended.Name, Seed: ended.Seed, Expectations: ended.Expectations}
		h.ended = append(h.ended, Verdict{s.ID, kept, s.Journal.Judge(ended.Expectations)})
	}
}
