package sandbox

import (
	"errors"
	"fmt"
	"time"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/scenarios"
)

// ErrNotPlayed is wrapped by the refusal of a scenario that asks for something this version does not play.
var ErrNotPlayed = errors.New("not played by this version")

// ClockSetting overrides the clock of a scenario. The zero value overrides nothing.
type ClockSetting struct {
	Mode scenarios.ClockMode // "": the scenario's, or frozen when At is set
	At   time.Time           // zero: the scenario's
}

// ParseClock reads what --clock takes: frozen, running, wall, or an RFC 3339 time at which the clock stands still. "" overrides nothing.
func ParseClock(text string) (ClockSetting, error) {
	modes := []string{string(scenarios.Frozen), string(scenarios.Running), string(scenarios.Wall)}
	switch mode := scenarios.ClockMode(text); mode {
	case "", scenarios.Frozen, scenarios.Running, scenarios.Wall:
		return ClockSetting{Mode: mode}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return ClockSetting{}, fmt.Errorf("no clock %q%s: allowed are frozen, running, wall, and a time such as 2016-07-22T16:48:37Z", text, nearest.Suggest(text, modes))
	}
	return ClockSetting{Mode: scenarios.Frozen, At: at.UTC()}, nil
}

// clock tells the portal's time. A frozen one stands still, the other follows the wall clock.
type clock struct {
	mode scenarios.ClockMode
	at   time.Time
}

// start returns the clock at the start of a scenario and by how much the world's dates shift with it: in mode wall by whole seconds,
// rounded down, so that dates on whole seconds stay there.
func start(written scenarios.Clock, setting ClockSetting, wall time.Time) (clock, time.Duration, error) {
	c := clock{mode: written.Mode, at: written.At}
	if setting.Mode != "" {
		c.mode = setting.Mode
	}
	if !setting.At.IsZero() {
		c.at = setting.At
	}
	switch c.mode {
	case scenarios.Frozen:
		return c, 0, nil
	case scenarios.Wall:
		return c, floorSecond(wall.Sub(c.at)), nil
	}
	return c, 0, fmt.Errorf("clock mode %q: %w, which plays frozen and wall", c.mode, ErrNotPlayed)
}

// floorSecond rounds down, also below zero, where Truncate would round up.
func floorSecond(d time.Duration) time.Duration {
	if r := d % time.Second; r < 0 {
		return d - r - time.Second
	}
	return d.Truncate(time.Second)
}

func (c clock) now(wall time.Time) time.Time {
	if c.mode == scenarios.Wall {
		return wall
	}
	return c.at
}
