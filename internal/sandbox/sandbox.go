package sandbox

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/scenarios"
)

// Options says what a sandbox is made of.
type Options struct {
	ID       string
	Scenario *scenarios.Scenario
	Clock    ClockSetting
	Seed     *uint64          // overrides the scenario's; nil: the scenario's
	MaxCalls int              // bound of the journal; 0: its default
	MaxBytes int              // bound of the journal; 0: its default
	Wall     func() time.Time // the wall clock
}

// Sandbox is one isolated portal. It is safe for concurrent use.
type Sandbox struct {
	ID       string
	Scenario *scenarios.Scenario
	Journal  *journal.Journal
	wall     func() time.Time
	clock    clock
	start    portal.World

	mu    sync.Mutex // guards what follows
	world portal.World
	kept  map[string]Kept
}

// New returns a sandbox at the start of its scenario. The error wraps ErrNotPlayed when the scenario asks for what this version does not play.
func New(o Options) (*Sandbox, error) {
	if err := playable(o.Scenario); err != nil {
		return nil, err
	}
	clock, shift, err := start(o.Scenario.Clock, o.Clock, o.Wall())
	if err != nil {
		return nil, fmt.Errorf("scenario %q: %w", o.Scenario.Name, err)
	}
	scenario := o.Scenario
	if o.Seed != nil {
		seeded := *scenario
		seeded.Seed = *o.Seed
		scenario = &seeded
	}
	world, err := portal.NewWorld(scenario, shift)
	if err != nil {
		return nil, err
	}
	return &Sandbox{
		ID: o.ID, Scenario: scenario, Journal: journal.New(o.MaxCalls, o.MaxBytes),
		wall: o.Wall, clock: clock, start: world, world: world, kept: map[string]Kept{},
	}, nil
}

// playable refuses what is read and checked but not played yet, so that nobody takes a rule for played that is not.
func playable(s *scenarios.Scenario) error {
	var parts []string
	if len(s.Rules) > 0 {
		parts = append(parts, "rules")
	}
	if len(s.Expect) > 0 {
		parts = append(parts, "expect")
	}
	if len(parts) == 0 {
		return nil
	}
	return fmt.Errorf("scenario %q: %s: %w, which plays world, clock, extends and seed", s.Name, strings.Join(parts, " and "), ErrNotPlayed)
}

// Kept is a reply that is good until its time is over.
type Kept struct {
	Body  string // rendered and proven
	Reply portal.Reply
	until time.Time // zero: for ever
}

// Turn is one call's hold of a sandbox. It is good only inside the function that got it.
type Turn struct {
	Now  time.Time // of the portal
	Wall time.Time
	box  *Sandbox
}

// Turn runs f while nobody else has a turn. f must not wait for anything.
func (s *Sandbox) Turn(f func(*Turn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wall := s.wall()
	f(&Turn{Now: s.clock.now(wall), Wall: wall, box: s})
}

// World returns the world as it is.
func (t *Turn) World() portal.World { return t.box.world }

// Become replaces the world.
func (t *Turn) Become(w portal.World) { t.box.world = w }

// Keep keeps the bytes of a reply that only the scenario and the time decide, until the world's next boundary in time.
func (t *Turn) Keep(operation string, reply portal.Reply, body string) {
	t.box.kept[operation] = Kept{body, reply, t.box.world.NextBoundary(t.Now)}
}

// Kept returns the reply that was kept for an operation, and false when there is none or its time is over.
func (t *Turn) Kept(operation string) (Kept, bool) {
	k, ok := t.box.kept[operation]
	return k, ok && (k.until.IsZero() || t.Now.Before(k.until))
}

// Start returns the world at the start of the scenario.
func (s *Sandbox) Start() portal.World { return s.start }

// View is a sandbox as people may look at it.
type View struct {
	Sandbox  string              `json:"sandbox"`
	Scenario string              `json:"scenario"`
	Seed     uint64              `json:"seed"`
	Now      time.Time           `json:"now"`
	EpochMs  int64               `json:"epochMs"`
	Mode     scenarios.ClockMode `json:"mode"`
	World    portal.View         `json:"world"`
}

// View returns the sandbox's state, without passwords and tokens.
func (s *Sandbox) View() (View, error) {
	var v View
	var err error
	s.Turn(func(t *Turn) {
		v = View{Sandbox: s.ID, Scenario: s.Scenario.Name, Seed: s.Scenario.Seed, Now: t.Now.UTC(), EpochMs: t.Now.UnixMilli(), Mode: s.clock.mode}
		v.World, err = t.World().View(t.Now)
	})
	return v, err
}
