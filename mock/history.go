package mock

import (
	"context"
	"slices"
	"sync"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
)

// History is what came in the whole life of a portal, also to sandboxes that were deleted, reset or have expired.
type History struct {
	Calls            journal.Page     // of all sandboxes, in the order in which they came; their numbers are those of their sandboxes
	DroppedViolating int              // how many of the calls that are no longer held violated the contract
	Verdicts         []SandboxVerdict // of every sandbox whose scenario expects something: those that ended, then those that are still there
}

// SandboxVerdict is what a sandbox's calls said to the expectations of its scenario.
type SandboxVerdict struct {
	Sandbox  string
	Scenario string
	Seed     uint64
	Expect   []string // what the scenario expects, in words
	journal.Verdict
}

// WithHistory has the portal keep what History returns: as many calls as a journal holds, beside the journals.
func WithHistory() Option { return func(c *config) { c.history = true } }

// history gathers what came.
type history struct {
	calls *journal.Journal

	mu    sync.Mutex // guards what follows
	ended []SandboxVerdict
}

// end keeps the verdict of a sandbox that is about to be gone.
func (h *history) end(box *sandbox.Sandbox) {
	verdict := verdictOf(box, box.Unmet())
	if verdict.Expectations == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = append(h.ended, verdict)
}

func verdictOf(box *sandbox.Sandbox, verdict journal.Verdict) SandboxVerdict {
	scenario := box.Scenario()
	v := SandboxVerdict{Sandbox: box.ID, Scenario: scenario.Name, Seed: scenario.Seed, Verdict: verdict}
	for _, e := range scenario.Expect {
		v.Expect = append(v.Expect, e.String())
	}
	return v
}

// History returns what came so far. For the sandboxes that are still there it waits as long as their scenarios say, or until ctx ends. Without
// WithHistory it is empty.
func (p *Portal) History(ctx context.Context) History {
	if p.history == nil {
		return History{}
	}
	var open []SandboxVerdict
	for _, id := range p.sandboxes.IDs() {
		box, err := p.sandboxes.Get(id)
		if err != nil {
			continue // it has ended in between, and is among the ended
		}
		if verdict := verdictOf(box, box.Verify(ctx)); verdict.Expectations > 0 {
			open = append(open, verdict)
		}
	}
	p.history.mu.Lock()
	defer p.history.mu.Unlock()
	return History{
		Calls: p.history.calls.Find(journal.Query{}), DroppedViolating: p.history.calls.DroppedViolating(),
		Verdicts: append(slices.Clip(p.history.ended), open...),
	}
}
