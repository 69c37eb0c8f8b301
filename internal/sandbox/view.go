package sandbox

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
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

// Differences says how the sandbox differs from one that is made of the options: in what it plays now, and in the clock and the seed that
// it started with. It returns "" for no difference.
func (s *Sandbox) Differences(o Options) string {
	var all []string
	differ := func(what, is, wanted string) {
		if is != wanted {
			all = append(all, fmt.Sprintf("its %s is %s, not %s", what, is, wanted))
		}
	}
	plays := s.Scenario()
	differ("scenario", strconv.Quote(plays.Name), strconv.Quote(o.Scenario.Name))
	if plays.Name == o.Scenario.Name && !bytes.Equal(plays.Document(), o.Scenario.Document()) {
		all = append(all, "its scenario of that name has another text")
	}
	from := func(c scenario.Clock) string { return string(c.Mode) + " from " + c.At.Format(time.RFC3339Nano) }
	differ("clock", from(over(plays.Clock, s.options.Clock)), from(over(o.Scenario.Clock, o.Clock)))
	wanted := o.Scenario.Seed
	if o.Seed != nil {
		wanted = *o.Seed
	}
	differ("seed", strconv.FormatUint(plays.Seed, 10), strconv.FormatUint(wanted, 10))
	return strings.Join(all, ", ")
}
