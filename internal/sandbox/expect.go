package sandbox

import (
	"context"

	"github.com/mockportal/mockportal/mock/journal"
)

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
		h.ended = append(h.ended, Verdict{s.ID, ended, s.Journal.Judge(ended.Expectations)})
	}
}
