package sandbox

import (
	"time"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/scenario"
)

// Clock is the time that a sandbox's clock shows, and its mode.
type Clock struct {
	Now     time.Time          `json:"now"`
	EpochMs int64              `json:"epochMs"`
	Mode    scenario.ClockMode `json:"mode"`
}

// View is a sandbox's state without its passwords, tokens and client secrets.
type View struct {
	Sandbox  string `json:"sandbox"`
	Scenario string `json:"scenario"`
	Seed     uint64 `json:"seed"`
	Clock
	World portal.View `json:"world"`
}

// View returns the sandbox's state for display.
func (s *Sandbox) View() (v View) {
	s.Turn(func(t *Turn) {
		v = View{Sandbox: s.ID, Scenario: t.Scenario.Name, Seed: t.Scenario.Seed, Clock: t.clock(), World: t.World().View(t.Now)}
	})
	return v
}

// ReadClock returns what the clock shows.
func (s *Sandbox) ReadClock() (c Clock) {
	s.Turn(func(t *Turn) { c = t.clock() })
	return c
}

func (t *Turn) clock() Clock {
	return Clock{Now: t.Now.UTC(), EpochMs: t.Now.UnixMilli(), Mode: t.box.state.clock.mode}
}
