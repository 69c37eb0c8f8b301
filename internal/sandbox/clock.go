package sandbox

import (
	"errors"
	"fmt"
	"time"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/scenario"
)

// ErrClock is wrapped by the refusal of a change that a clock cannot make.
var ErrClock = errors.New("the clock cannot do that")

// ClockSetting overrides the clock of a scenario. The zero value overrides nothing.
type ClockSetting struct {
	Mode scenario.ClockMode // "": the scenario's, or frozen when At is set
	At   time.Time          // zero: the scenario's
}

// modes are what a clock can do by itself.
func modes() []string {
	return []string{string(scenario.Frozen), string(scenario.Running), string(scenario.Wall)}
}

// ParseClock reads what --clock takes: frozen, running, wall, or an RFC 3339 time at which the clock stands still. "" overrides nothing.
func ParseClock(text string) (ClockSetting, error) {
	switch mode := scenario.ClockMode(text); mode {
	case "", scenario.Frozen, scenario.Running, scenario.Wall:
		return ClockSetting{Mode: mode}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return ClockSetting{}, fmt.Errorf("no clock %q%s: allowed are frozen, running, wall, and a time such as 2016-07-22T16:48:37Z", text, nearest.Suggest(text, modes()))
	}
	return ClockSetting{Mode: scenario.Frozen, At: at.UTC()}, nil
}

// clock tells the portal's time: at, and unless it is frozen, what has passed on the wall clock since then.
type clock struct {
	mode  scenario.ClockMode
	at    time.Time
	since time.Time // of the wall clock
}

// start returns the clock at the start of a scenario and by how much the world's dates shift with it: in mode wall by whole seconds,
// rounded down, so that dates on whole seconds stay there.
func start(written scenario.Clock, setting ClockSetting, wall time.Time) (clock, time.Duration) {
	c := clock{mode: written.Mode, at: written.At, since: wall}
	if setting.Mode != "" {
		c.mode = setting.Mode
	}
	if !setting.At.IsZero() {
		c.at = setting.At
	}
	return c.follow(wall)
}

// follow makes a clock in mode wall show the wall clock, and returns by how much the world's dates have to move for that.
func (c clock) follow(wall time.Time) (clock, time.Duration) {
	if c.mode != scenario.Wall {
		return c, 0
	}
	shift := floorSecond(wall.Sub(c.at))
	c.at = wall
	return c, shift
}

// floorSecond rounds down, also below zero, where Truncate would round up.
func floorSecond(d time.Duration) time.Duration {
	if r := d % time.Second; r < 0 {
		return d - r - time.Second
	}
	return d.Truncate(time.Second)
}

func (c clock) now(wall time.Time) time.Time {
	if c.mode == scenario.Frozen {
		return c.at
	}
	return c.at.Add(wall.Sub(c.since))
}

// maxYear is the last one that RFC 3339 can write.
const maxYear = 9999

// ClockChange is one change of a clock: exactly one of the three.
type ClockChange struct {
	At      time.Time          // not before the present
	Advance time.Duration      // 0: not asked for
	Mode    scenario.ClockMode // "": not asked for
}

// changed returns the clock after a change, and by how much the world's dates shift with it. A clock never goes back: what has ended could not begin again.
func (c clock) changed(change ClockChange, wall time.Time) (clock, time.Duration, error) {
	now := c.now(wall)
	next := clock{mode: c.mode, at: now, since: wall}
	switch {
	case change.Advance < 0 || !change.At.IsZero() && change.At.Before(now):
		return c, 0, fmt.Errorf("%w: it shows %s and never goes back; a reset starts over", ErrClock, now.UTC().Format(time.RFC3339Nano))
	case !change.At.IsZero():
		next.at = change.At.UTC()
	case change.Mode != "":
		next.mode = change.Mode
	default:
		next.at = now.Add(change.Advance)
	}
	if next.at.Year() > maxYear {
		return c, 0, fmt.Errorf("%w: it would show the year %d, and ends with %d", ErrClock, next.at.Year(), maxYear)
	}
	if change.Mode == scenario.Wall && c.mode != scenario.Wall {
		next, shift := next.follow(wall)
		return next, shift, nil
	}
	return next, 0, nil
}
