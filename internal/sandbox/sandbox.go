package sandbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
)

// Default is the id of the sandbox that is always there.
const Default = "default"

// Options configures a sandbox.
type Options struct {
	ID       string
	Scenario *scenario.Scenario
	Clock    scenario.Clock   // overrides the scenario's where it is not zero
	Seed     *uint64          // nil: the scenario's seed
	Rules    []scenario.Rule  // added before the first call
	MaxCalls int              // limit of the journal; 0: its default
	MaxBytes int              // limit of the journal; 0: its default
	Wall     func() time.Time // the wall clock
	Budget   *record.Budget   // bounds what the sandbox takes, together with others; nil: nothing does
	History  *History         // keeps the calls, and the verdicts on scenarios that have ended; may be nil
}

// Sandbox is one isolated portal. It is safe for concurrent use.
type Sandbox struct {
	ID      string
	Journal *record.Journal

	options Options
	plays   atomic.Pointer[scenario.Scenario] // that of the state, for those who need no turn

	mu     sync.Mutex // guards what follows
	state  *state
	turn   Turn            // the one that runs
	used   time.Time       // when a turn or a use last began or ended
	users  int             // how many uses go on
	closed bool            // answers are no longer delayed
	judged map[string]bool // the names of the scenarios that have ended
}

// state is everything that a scenario's start resets.
type state struct {
	scenario *scenario.Scenario
	clock    clock
	world    portal.World
	kept     map[string]Kept
	rules    []*rule // those added at run time first
	added    int     // how many rules were ever added
	random   *rand.Rand
	after    int             // the number of the last call before this state
	released <-chan struct{} // closed by release
	release  func()          // ends the state, so that delayed answers are sent at once; may be called again
	budget   *record.Budget
	charged  int // the bytes that are charged for the state
}

// A state takes about so many bytes, and so many for each byte of its scenario's document.
const (
	stateBytes       = 16 << 10
	bytesPerDocument = 16
)

// charge counts bytes in the budget until the state ends.
func (s *state) charge(bytes int) error {
	err := s.budget.Charge(bytes)
	if err == nil {
		s.charged += bytes
	}
	return err
}

// end lets go of all that the state holds, and charges nothing any more. It may be called again.
func (s *state) end() {
	s.release()
	s.budget.Release(s.charged)
	s.budget = nil
}

// New returns a sandbox at the start of its scenario.
func New(o Options) (*Sandbox, error) {
	s := &Sandbox{ID: o.ID, options: o, Journal: record.New(o.MaxCalls, o.MaxBytes), used: o.Wall(), judged: map[string]bool{}}
	var err error
	if s.state, err = s.begin(o.Scenario); err != nil {
		return nil, err
	}
	s.plays.Store(s.state.scenario)
	if _, err := s.AddRules(o.Rules); err != nil {
		s.state.end()
		return nil, err
	}
	o.Budget.Add(s.Journal)
	return s, nil
}

// begin returns the state at the start of a scenario.
func (s *Sandbox) begin(next *scenario.Scenario) (*state, error) {
	if s.options.Seed != nil {
		seeded := *next
		seeded.Seed = *s.options.Seed
		next = &seeded
	}
	clock, shift, err := start(next.Clock, s.options.Clock, s.options.Wall())
	if err != nil {
		return nil, fmt.Errorf("scenario %q: %w", next.Name, err)
	}
	world, err := portal.NewWorld(next, shift)
	if err != nil {
		return nil, err
	}
	if s.ID != Default {
		world = world.WithSuffix("." + s.ID)
	}
	released, release := context.WithCancel(context.Background())
	began := &state{
		scenario: next, clock: clock, world: world, kept: map[string]Kept{},
		rules: fileRules(next), random: newRandom(next.Seed),
		released: released.Done(), release: release, budget: s.options.Budget,
	}
	if err := began.charge(stateBytes + bytesPerDocument*len(next.Document())); err != nil {
		release()
		return nil, err
	}
	return began, nil
}

// Play starts another scenario. World, clock and rules start over, added rules are removed, and the journal stays.
func (s *Sandbox) Play(played *scenario.Scenario) error {
	next, err := s.begin(played)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if played.Name != s.state.scenario.Name && s.calledLocked() {
		s.judgeLocked()
	}
	s.replaceLocked(next)
	next.after = s.Journal.Last()
	return nil
}

// Reset puts everything back to the start of the scenario, including the journal and its numbers, and sends delayed answers at once.
func (s *Sandbox) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := s.begin(s.state.scenario)
	if err != nil {
		return err
	}
	if s.calledLocked() {
		s.judgeLocked()
	}
	s.replaceLocked(next)
	s.Journal.Reset()
	return nil
}

func (s *Sandbox) replaceLocked(next *state) {
	s.state.end()
	s.state = next
	s.plays.Store(next.scenario)
	if s.closed {
		next.end()
	}
}

// Append journals a call, also in the history if there is one, and returns its number.
func (s *Sandbox) Append(r *record.Record) int {
	h := s.options.History
	if h == nil {
		return s.Journal.Append(r)
	}
	again := *r
	again.Call.Number = s.Journal.Append(r)
	h.calls.Append(&again)
	return again.Call.Number
}

// Close sends delayed answers at once, from now on too, and ends every wait for calls. It may be called again.
func (s *Sandbox) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.state.end()
	s.Journal.Close()
}

// Scenario returns the scenario that the sandbox plays.
func (s *Sandbox) Scenario() *scenario.Scenario { return s.plays.Load() }

// World returns the current world.
func (s *Sandbox) World() portal.World {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.world
}

// Use marks the sandbox as used, until the caller calls what it returns.
func (s *Sandbox) Use() (done func()) {
	s.using(1)
	return func() { s.using(-1) }
}

func (s *Sandbox) using(more int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users += more
	s.used = s.options.Wall()
}

// ChangeClock changes the clock. The error wraps [ErrClock] if the clock would go back or leave the years that it can show.
func (s *Sandbox) ChangeClock(change ClockChange) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, shift, err := s.state.clock.changed(change, s.options.Wall())
	if err != nil {
		return err
	}
	s.state.clock = next
	if shift != 0 {
		s.state.world, s.state.kept = s.state.world.Shifted(shift), map[string]Kept{}
	}
	return nil
}

// Kept is a reply that stays valid for a time.
type Kept struct {
	Body  string // rendered and proven
	Shown string // the body, masked for the journal
	Reply portal.Reply
	until time.Time // zero: for ever
}

// Turn is one call's exclusive access to a sandbox. It is valid only inside the function that [Sandbox.Turn] calls.
type Turn struct {
	Now      time.Time // the portal's time
	Wall     time.Time // the wall clock's time
	Scenario *scenario.Scenario
	Released <-chan struct{} // closed when delayed answers must be sent at once
	box      *Sandbox
}

// Turn runs f while no other turn runs. f must not block.
func (s *Sandbox) Turn(f func(*Turn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wall := s.options.Wall()
	s.used = wall
	s.turn = Turn{Now: s.state.clock.now(wall), Wall: wall, Scenario: s.state.scenario, Released: s.state.released, box: s}
	f(&s.turn)
}

// World returns the current world.
func (t *Turn) World() portal.World { return t.box.state.world }

// Become replaces the world.
func (t *Turn) Become(w portal.World) { t.box.state.world = w }

// Keep stores a reply that depends on the scenario and the time only, until [portal.World.NextBoundary].
func (t *Turn) Keep(operation string, k Kept) {
	k.until = t.World().NextBoundary(t.Now)
	t.box.state.kept[operation] = k
}

// Kept returns the reply that was kept for an operation. It returns false if no reply was kept, or if the kept one is no longer valid.
func (t *Turn) Kept(operation string) (Kept, bool) {
	k, ok := t.box.state.kept[operation]
	return k, ok && (k.until.IsZero() || t.Now.Before(k.until))
}
