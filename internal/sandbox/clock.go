package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/tree"
)

// ErrClock is wrapped by the error for a change that a clock cannot make.
var ErrClock = errors.New("the clock cannot do that")

// ParseClock reads the value of --clock: frozen, running, wall, or an RFC 3339 time at which the clock stands still.
// "" overrides nothing.
func ParseClock(text string) (scenario.Clock, error) {
	switch mode := scenario.ClockMode(text); mode {
	case "", scenario.Frozen, scenario.Running, scenario.Wall:
		return scenario.Clock{Mode: mode}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !tree.Shown(at) {
		modes := []string{string(scenario.Frozen), string(scenario.Running), string(scenario.Wall)}
		return scenario.Clock{}, fmt.Errorf("no clock %q%s: allowed are frozen, running, wall, and a time such as 2016-07-22T16:48:37Z",
			text, nearest.Suggest(text, modes))
	}
	return scenario.Clock{Mode: scenario.Frozen, At: at.UTC()}, nil
}

// clock shows the portal's time: at, plus the time that has passed on the wall clock since then unless the clock is frozen.
type clock struct {
	mode  scenario.ClockMode
	at    time.Time
	since time.Time // of the wall clock
}

// start returns the clock at the start of a scenario, and the shift of the world's dates. In mode wall the shift is rounded down to
// whole seconds, so that dates on whole seconds stay on whole seconds. The error wraps [ErrClock].
func start(written scenario.Clock, setting scenario.Clock, wall time.Time) (clock, time.Duration, error) {
	set := over(written, setting)
	return clock{mode: set.Mode, at: set.At, since: wall}.follow(wall)
}

// over returns the written clock with what the setting sets.
func over(written, setting scenario.Clock) scenario.Clock {
	if !setting.At.IsZero() {
		written.At = setting.At
	}
	return scenario.Clock{At: written.At, Mode: cmp.Or(setting.Mode, written.Mode)}
}

// follow makes a clock in mode wall show the wall clock, and returns the shift of the world's dates. The error wraps [ErrClock].
func (c clock) follow(wall time.Time) (clock, time.Duration, error) {
	if c.mode != scenario.Wall {
		return c, 0, nil
	}
	shift := wall.Sub(c.at)
	if !c.at.Add(shift).Equal(wall) { // a duration has no more than 292 years
		return c, 0, fmt.Errorf("%w: wall would move all dates from %d to %d, and 292 years is the most", ErrClock, c.at.Year(), wall.Year())
	}
	shift -= (shift%time.Second + time.Second) % time.Second // rounds down, below 0 too
	c.at = wall
	return c, shift, nil
}

// now returns what the clock shows. It stops at the last second that RFC 3339 can say.
func (c clock) now(wall time.Time) time.Time {
	now := c.at
	if c.mode != scenario.Frozen {
		now = now.Add(wall.Sub(c.since))
	}
	if latest := tree.Latest(); now.After(latest) {
		return latest
	}
	return now
}

// ClockChange is one change of a clock. Exactly one of its fields is set.
type ClockChange struct {
	At      time.Time // not before the time that the clock shows
	Advance time.Duration
	Mode    scenario.ClockMode
}

// changed returns the clock after a change, and the shift of the world's dates. A clock never goes back: the world cannot undo
// what has ended.
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
	if !tree.Shown(next.at) {
		return c, 0, fmt.Errorf("%w: it would show the year %d, and its last second is %s", ErrClock, next.at.Year(),
			tree.Latest().Format(time.RFC3339))
	}
	if change.Mode == scenario.Wall && c.mode != scenario.Wall {
		return next.follow(wall)
	}
	return next, 0, nil
}
