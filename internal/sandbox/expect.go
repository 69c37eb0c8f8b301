package sandbox

import (
	"context"

	"github.com/mockportal/mockportal/mock/journal"
)

// Unmet holds the calls in the journal against the scenario's expectations, as they are now.
func (s *Sandbox) Unmet() journal.Verdict {
	return s.Journal.Judge(s.Scenario().Expectations)
}

// Verify does the same, and waits for calls that are still to come as long as the scenario says.
func (s *Sandbox) Verify(ctx context.Context) journal.Verdict {
	return s.Journal.Verify(ctx, s.Scenario().Expectations)
}

// End closes the sandbox for good, and judges its scenario.
func (s *Sandbox) End() {
	s.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.doneLocked() {
		s.judgeLocked()
	}
}

// Done reports whether the scenario was played to its end before, and nothing came since: a test that puts everything back when it is done
// does not break its expectations by that.
func (s *Sandbox) Done() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.doneLocked()
}

func (s *Sandbox) doneLocked() bool { return s.judged[s.state.scenario.Name] && !s.calledLocked() }

// calledLocked reports whether calls came while the scenario is played that nobody asked to forget.
func (s *Sandbox) calledLocked() bool {
	return len(s.Journal.Find(journal.Query{After: s.state.after, Limit: 1}).Calls) > 0
}

// judgeLocked notes that the scenario has ended, and keeps the verdict where there is a history.
func (s *Sandbox) judgeLocked() {
	scenario := s.state.scenario
	s.judged[scenario.Name] = true
	if h := s.options.History; h != nil && len(scenario.Expect) > 0 {
		h.end(Verdict{s.ID, scenario, s.Journal.Judge(scenario.Expectations)})
	}
}
