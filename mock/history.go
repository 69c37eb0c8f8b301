package mock

import (
	"context"
	"slices"
	"sync"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
)

// History is what came in the whole life of a portal, also to sandboxes that were deleted, reset or have expired.
type History struct {
	Calls            journal.Page     // of all sandboxes, in the order in which they came; their numbers are those of their sandboxes
	DroppedViolating int              // how many of the calls that are no longer held violated the contract
	Verdicts         []SandboxVerdict // of what was played and expects something: what has ended, then what is still played
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
func WithHistory() Option { return func(c *config) { c.keepHistory = true } }

// history gathers what came.
type history struct {
	calls *record.Journal

	mu    sync.Mutex // guards what follows
	ended []SandboxVerdict
}

// end keeps the verdict of what was played to its end.
func (h *history) end(e sandbox.Ended) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = append(h.ended, verdictOf(e))
}

func verdictOf(e sandbox.Ended) SandboxVerdict {
	v := SandboxVerdict{Sandbox: e.Sandbox, Scenario: e.Scenario.Name, Seed: e.Scenario.Seed, Verdict: e.Verdict}
	for _, one := range e.Scenario.Expect {
		v.Expect = append(v.Expect, one.String())
	}
	return v
}

// History returns what came so far. A sandbox's scenario has ended when the sandbox was deleted or has expired, and, where calls had come, when it
// was reset or another scenario took its place; what nobody called since then is not judged again. For those that are still played it waits as long
// as they say, or until ctx ends. Without WithHistory it is empty.
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
		if scenario := box.Scenario(); len(scenario.Expect) > 0 && !box.Done() {
			open = append(open, verdictOf(sandbox.Ended{Sandbox: id, Scenario: scenario, Verdict: box.Verify(ctx)}))
		}
		box.Turn(func(*sandbox.Turn) {}) // a call that has just decided the verdict ends its turn with its place in the history
	}
	p.history.mu.Lock()
	defer p.history.mu.Unlock()
	return History{
		Calls: p.history.calls.Find(journal.Query{}), DroppedViolating: p.history.calls.DroppedViolating(),
		Verdicts: append(slices.Clip(p.history.ended), open...),
	}
}
