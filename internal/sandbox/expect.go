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
