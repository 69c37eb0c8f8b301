package sandbox_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

// TestClockStops proves that a clock which runs stops at the last second that RFC 3339 can say, and that the sandbox can still be read.
func TestClockStops(t *testing.T) {
	t.Parallel()
	wall := &hand{at: epoch}
	b := box(t, sandbox.Options{Scenario: written(t, `clock: { at: "9999-12-31T23:59:50Z", mode: running }`), Wall: wall.now})
	for _, row := range []struct {
		after time.Duration
		want  string
	}{
		{0, "9999-12-31T23:59:50Z"},
		{9 * time.Second, "9999-12-31T23:59:59Z"},
		{10 * time.Second, "9999-12-31T23:59:59Z"},
		{100000 * time.Hour, "9999-12-31T23:59:59Z"},
	} {
		wall.set(epoch.Add(row.after))
		text, err := json.Marshal(b.View())
		if err != nil || !strings.Contains(string(text), `"now":"`+row.want+`"`) {
			t.Errorf("after %s: no %s in %s, %v", row.after, row.want, text, err)
		}
	}
	if err := b.ChangeClock(sandbox.ClockChange{Advance: time.Second}); !errors.Is(err, sandbox.ErrClock) {
		t.Errorf("it advances: %v", err)
	}
}

// TestNoClock proves that a clock which cannot be shown is refused: at the start, by a setting, and by a change.
func TestNoClock(t *testing.T) {
	t.Parallel()
	wall := (&hand{at: epoch}).now
	late := written(t, `clock: { at: "9999-01-01T00:00:00Z" }`)
	_, err := sandbox.New(sandbox.Options{ID: "late", Scenario: late, Clock: scenario.Clock{Mode: scenario.Wall}, Wall: wall})
	if !errors.Is(err, sandbox.ErrClock) {
		t.Errorf("wall from 9999: %v", err)
	}
	b := box(t, sandbox.Options{Scenario: late, Wall: wall})
	before := b.World().Boundaries()
	if err := b.ChangeClock(sandbox.ClockChange{Mode: scenario.Wall}); !errors.Is(err, sandbox.ErrClock) {
		t.Errorf("it changes to wall: %v", err)
	}
	if after := b.World().Boundaries(); !after[0].Equal(before[0]) {
		t.Errorf("the world moved from %v to %v", before[0], after[0])
	}
	for _, text := range []string{"9999-12-31T23:59:59.5Z", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"} {
		if clock, err := sandbox.ParseClock(text); err == nil {
			t.Errorf("%s is %v", text, clock)
		}
	}
}
