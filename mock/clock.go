package mock

import (
	"fmt"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

// Clock is a sandbox's clock. Trials and purchases end, parts of the licence take effect and tokens expire as it moves. It never goes back;
// Reset starts it over. It is safe for concurrent use.
type Clock struct{ of *Sandbox }

// Clock returns the sandbox's clock.
func (s *Sandbox) Clock() Clock { return Clock{s} }

// Now returns the portal's time.
func (c Clock) Now() time.Time { return c.of.box.ReadClock().Now }

// Advance moves the clock on. A negative duration is an error, and fails the test where there is one.
func (c Clock) Advance(d time.Duration) error {
	return c.of.told(c.of.box.ChangeClock(sandbox.ClockChange{Advance: d}))
}

// AdvanceTo moves the clock on to an instant. One before the present is an error, and fails the test where there is one.
func (c Clock) AdvanceTo(at time.Time) error {
	if at.IsZero() {
		at = time.Unix(0, 0) // the zero change changes nothing, and this instant is an error like it
	}
	return c.of.told(c.of.box.ChangeClock(sandbox.ClockChange{At: at}))
}

// SetMode makes the clock stand still (scenario.Frozen), run (scenario.Running), or follow the wall clock with all dates of the world
// shifted along (scenario.Wall).
func (c Clock) SetMode(mode scenario.ClockMode) error {
	switch mode {
	case scenario.Frozen, scenario.Running, scenario.Wall:
	default:
		return c.of.told(fmt.Errorf("no clock mode %q: allowed are frozen, running and wall", mode))
	}
	return c.of.told(c.of.box.ChangeClock(sandbox.ClockChange{Mode: mode}))
}
