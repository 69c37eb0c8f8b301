package sandbox

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// Default is the id of the sandbox that is always there.
const Default = "default"

// Options says what a sandbox is made of.
type Options struct {
	ID       string
	Scenario *scenario.Scenario
	Clock    ClockSetting
	Seed     *uint64          // overrides the scenario's; nil: the scenario's
	Rules    []scenario.Rule  // added before anybody can call
	MaxCalls int              // bound of the journal; 0: its default
	MaxBytes int              // bound of the journal; 0: its default
	Wall     func() time.Time // the wall clock
	History  *History         // keeps the calls and the verdicts of scenarios that have ended; nil: nothing keeps them
}

// Sandbox is one isolated portal. It is safe for concurrent use.
type Sandbox struct {
	ID      string
	Journal *journal.Journal

	options Options

	mu     sync.Mutex // guards what follows
	state  *state
	used   time.Time       // when it had its last turn
	closed bool            // nothing is held back any more
	judged map[string]bool // the names of the scenarios that were played to an end
}

// state is everything that starts over with a scenario.
type state struct {
	scenario *scenario.Scenario
	clock    clock
	world    portal.World
	kept     map[string]Kept
	rules    []*rule // added ones first
	added    int     // how many rules were ever added
	random   *rand.Rand
	after    int           // the number of the last call before it
	released chan struct{} // closed by release
	release  func()        // ends the state: whoever holds an answer back lets go; calling it again does no harm
}

// New returns a sandbox at the start of its scenario.
func New(o Options) (*Sandbox, error) {
	s := &Sandbox{ID: o.ID, options: o, Journal: journal.New(o.MaxCalls, o.MaxBytes), used: o.Wall(), judged: map[string]bool{}}
	var err error
	if s.state, err = s.begin(o.Scenario); err != nil {
		return nil, err
	}
	s.AddRules(o.Rules)
	return s, nil
}

// begin returns the state at the start of a scenario.
func (s *Sandbox) begin(scenario *scenario.Scenario) (*state, error) {
	if s.options.Seed != nil {
		seeded := *scenario
		seeded.Seed = *s.options.Seed
		scenario = &seeded
	}
	clock, shift := start(scenario.Clock, s.options.Clock, s.options.Wall())
	world, err := portal.NewWorld(scenario, shift)
	if err != nil {
		return nil, err
	}
	if s.ID != Default {
		world = world.WithSuffix("." + s.ID)
	}
	released := make(chan struct{})
	return &state{
		scenario: scenario, clock: clock, world: world, kept: map[string]Kept{},
		rules: fileRules(scenario), random: newRandom(scenario.Seed),
		released: released, release: sync.OnceFunc(func() { close(released) }),
	}, nil
}

// Play starts another scenario: world, clock and rules start over, rules that were added are dropped, the journal stays.
func (s *Sandbox) Play(scenario *scenario.Scenario) error {
	next, err := s.begin(scenario)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if scenario.Name != s.state.scenario.Name && s.calledLocked() {
		s.judgeLocked()
	}
	s.replaceLocked(next)
	next.after = s.Journal.Last()
	return nil
}

// Reset puts everything back to the start of the scenario, the journal and its numbers too, and lets go of every answer that is held back.
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
	s.state.release()
	s.state = next
	if s.closed {
		next.release()
	}
}

// Append journals a call, in the history too where there is one, and returns its number.
func (s *Sandbox) Append(r journal.Record) int {
	r.Call.Number = s.Journal.Append(r)
	if h := s.options.History; h != nil {
		h.calls.Append(r)
	}
	return r.Call.Number
}

// Close lets go of every answer that is held back, and of those to come, and of all who wait for calls. Calling it again does no harm.
func (s *Sandbox) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.state.release()
	s.Journal.Close()
}

// Scenario returns the scenario that is played.
func (s *Sandbox) Scenario() *scenario.Scenario {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.scenario
}

// World returns the world as it is.
func (s *Sandbox) World() portal.World {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.world
}

// ChangeClock changes the clock. The error wraps ErrClock when it would go back.
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

// Kept is a reply that is good until its time is over.
type Kept struct {
	Body  string // rendered and proven
	Reply portal.Reply
	until time.Time // zero: for ever
}

// Turn is one call's hold of a sandbox. It is good only inside the function that got it.
type Turn struct {
	Now      time.Time // of the portal
	Wall     time.Time
	Scenario *scenario.Scenario
	Released <-chan struct{} // closed when answers that are held back are to be let go
	box      *Sandbox
}

// Turn runs f while nobody else has a turn. f must not wait for anything.
func (s *Sandbox) Turn(f func(*Turn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wall := s.options.Wall()
	s.used = wall
	f(&Turn{Now: s.state.clock.now(wall), Wall: wall, Scenario: s.state.scenario, Released: s.state.released, box: s})
}

// World returns the world as it is.
func (t *Turn) World() portal.World { return t.box.state.world }

// Become replaces the world.
func (t *Turn) Become(w portal.World) { t.box.state.world = w }

// Keep keeps the bytes of a reply that only the scenario and the time decide, until the world's next boundary in time.
func (t *Turn) Keep(operation string, reply portal.Reply, body string) {
	t.box.state.kept[operation] = Kept{body, reply, t.World().NextBoundary(t.Now)}
}

// Kept returns the reply that was kept for an operation, and false when there is none or its time is over.
func (t *Turn) Kept(operation string) (Kept, bool) {
	k, ok := t.box.state.kept[operation]
	return k, ok && (k.until.IsZero() || t.Now.Before(k.until))
}

// Clock is what a sandbox's clock shows.
type Clock struct {
	Now     time.Time          `json:"now"`
	EpochMs int64              `json:"epochMs"`
	Mode    scenario.ClockMode `json:"mode"`
}

// View is a sandbox as people may look at it.
type View struct {
	Sandbox  string `json:"sandbox"`
	Scenario string `json:"scenario"`
	Seed     uint64 `json:"seed"`
	Clock
	World portal.View `json:"world"`
}

// View returns the sandbox's state, without passwords and tokens.
func (s *Sandbox) View() (View, error) {
	var v View
	var err error
	s.Turn(func(t *Turn) {
		v = View{Sandbox: s.ID, Scenario: t.Scenario.Name, Seed: t.Scenario.Seed, Clock: t.clock()}
		v.World, err = t.World().View(t.Now)
	})
	return v, err
}

// ReadClock returns what the clock shows.
func (s *Sandbox) ReadClock() (c Clock) {
	s.Turn(func(t *Turn) { c = t.clock() })
	return c
}

func (t *Turn) clock() Clock {
	return Clock{Now: t.Now.UTC(), EpochMs: t.Now.UnixMilli(), Mode: t.box.state.clock.mode}
}
