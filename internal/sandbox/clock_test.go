package sandbox_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

func TestParseClock(t *testing.T) {
	t.Parallel()
	at := func(text string) scenario.Clock {
		moment, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return scenario.Clock{Mode: scenario.Frozen, At: moment.UTC()}
	}
	for text, want := range map[string]scenario.Clock{
		"":                          {},
		"frozen":                    {Mode: scenario.Frozen},
		"running":                   {Mode: scenario.Running},
		"wall":                      {Mode: scenario.Wall},
		"2016-07-22T16:48:37Z":      at("2016-07-22T16:48:37Z"),
		"2016-07-22T18:48:37+02:00": at("2016-07-22T16:48:37Z"),
		"2016-07-22T16:48:37.5Z":    at("2016-07-22T16:48:37.5Z"),
	} {
		got, err := sandbox.ParseClock(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
		if got.At.Location() != time.UTC {
			t.Errorf("%q is in %v", text, got.At.Location())
		}
	}
}

func TestParseClockRefuses(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"frozn": ` (did you mean "frozen"?)`, "Wall": ` (did you mean "wall"?)`, "runnin": ` (did you mean "running"?)`,
		"2016-07-22": "", "16:48": "", "2016-07-22 16:48:37": "", "1469206117000": "", "30d": "", "now": "",
	} {
		got, err := sandbox.ParseClock(text)
		if err == nil {
			t.Errorf("%q is %+v", text, got)
			continue
		}
		want := `no clock "` + text + `"` + hint + ": allowed are frozen, running, wall, and a time such as 2016-07-22T16:48:37Z"
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestModes checks the portal's time at the start and an hour later, and the end of the trial.
func TestModes(t *testing.T) {
	t.Parallel()
	const trial = 2591999 * time.Second // from clock.at to the end of the trial
	wall := time.Date(2030, 1, 1, 0, 0, 0, 123456789, time.UTC)
	at := time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, tt := range []struct {
		name       string
		source     string
		setting    scenario.Clock
		now, later time.Time
		end        time.Time
		mode       scenario.ClockMode
	}{
		{"frozen, by default", "", scenario.Clock{}, start, start, start.Add(trial), scenario.Frozen},
		{"frozen at another time", "", scenario.Clock{Mode: scenario.Frozen, At: at}, at, at, start.Add(trial), scenario.Frozen},
		{"frozen at another time, mode left out", "", scenario.Clock{At: at}, at, at, start.Add(trial), scenario.Frozen},
		{
			"wall by the scenario", "clock: { mode: wall }\n",
			scenario.Clock{},
			wall, wall.Add(time.Hour),
			wall.Truncate(time.Second).Add(trial), scenario.Wall,
		},
		{
			"wall by setting", "",
			scenario.Clock{Mode: scenario.Wall},
			wall, wall.Add(time.Hour),
			wall.Truncate(time.Second).Add(trial), scenario.Wall,
		},
		{
			"wall in the scenario, frozen by setting", "clock: { mode: wall }\n",
			scenario.Clock{Mode: scenario.Frozen},
			start, start, start.Add(trial), scenario.Frozen,
		},
	} {
		clock := &hand{at: wall}
		b := box(t, sandbox.Options{Scenario: written(t, tt.source), Clock: tt.setting, Wall: clock.now})
		b.Turn(func(turn *sandbox.Turn) {
			if !turn.Now.Equal(tt.now) || !turn.Wall.Equal(wall) {
				t.Errorf("%s: it is %v, wall %v", tt.name, turn.Now, turn.Wall)
			}
		})
		clock.set(wall.Add(time.Hour))
		view := b.View()
		if !view.Now.Equal(tt.later) || view.EpochMs != tt.later.UnixMilli() || view.Mode != tt.mode {
			t.Errorf("%s: an hour later it is %v, %d, mode %s", tt.name, view.Now, view.EpochMs, view.Mode)
		}
		boundaries := b.World().Boundaries()
		if end := boundaries[len(boundaries)-1]; !end.Equal(tt.end) {
			t.Errorf("%s: the trial ends %v, want %v", tt.name, end.UTC(), tt.end)
		}
	}
}

// TestShiftIsRoundedDown: at any wall time, dates on whole seconds stay on whole seconds, and the trial has begun.
func TestShiftIsRoundedDown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ wall, want time.Time }{
		"later, on a second":             {start.Add(3 * time.Second), start.Add(3 * time.Second)},
		"later, within a second":         {start.Add(3*time.Second + 1), start.Add(3 * time.Second)},
		"later, at the end of a second":  {start.Add(4*time.Second - 1), start.Add(3 * time.Second)},
		"at the same time":               {start, start},
		"earlier, on a second":           {start.Add(-3 * time.Second), start.Add(-3 * time.Second)},
		"earlier, within a second":       {start.Add(-3*time.Second - 1), start.Add(-4 * time.Second)},
		"earlier, by less than a second": {start.Add(-1), start.Add(-time.Second)},
	} {
		b := box(t, sandbox.Options{Clock: scenario.Clock{Mode: scenario.Wall}, Wall: (&hand{at: tt.wall}).now})
		if first := b.World().Boundaries()[0]; !first.Equal(tt.want) {
			t.Errorf("%s: the trial begins %v, want %v", name, first.UTC(), tt.want)
		}
	}
}

// TestShiftMovesTokensToo: a token that expires an hour after clock.at expires an hour after the server's start.
func TestShiftMovesTokensToo(t *testing.T) {
	t.Parallel()
	s := written(t, "world: { members: { viewer: { tokenExpires: \"2016-07-22T17:48:37Z\" } } }\n")
	clock := &hand{at: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	end := clock.at.Add(time.Hour)
	b := box(t, sandbox.Options{Scenario: s, Clock: scenario.Clock{Mode: scenario.Wall}, Wall: clock.now})
	for at, want := range map[time.Time]bool{clock.at: true, end.Add(-time.Millisecond): true, end: false} {
		clock.set(at)
		if got := turn(b, func(turn *sandbox.Turn) bool {
			_, ok := turn.World().Identify("viewer-token", "", turn.Now)
			return ok
		}); got != want {
			t.Errorf("at %v the token is good: %t", at, got)
		}
	}
}

// TestViewIsInUTC: the view does not depend on the machine's time zone.
func TestViewIsInUTC(t *testing.T) {
	t.Parallel()
	elsewhere := time.Date(2030, 1, 1, 5, 30, 0, 0, time.FixedZone("elsewhere", int((5*time.Hour+30*time.Minute)/time.Second)))
	b := box(t, sandbox.Options{Clock: scenario.Clock{Mode: scenario.Wall}, Wall: (&hand{at: elsewhere}).now})
	view := b.View()
	text, err := json.Marshal(view.Now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`"2030-01-01T00:00:00Z"`, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestClockStopsAtTheLastSecond proves that no clock shows what RFC 3339 cannot say, and that no date is moved by more than a duration has.
func TestClockStopsAtTheLastSecond(t *testing.T) {
	t.Parallel()
	wall := &hand{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	end := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	s := written(t, "clock: { at: \"9999-12-31T23:59:00Z\" }\nworld: { members: { viewer: { tokenExpires: \"9999-12-31T23:59:59Z\" } } }\n")
	b := box(t, sandbox.Options{Scenario: s, Clock: scenario.Clock{Mode: scenario.Running}, Wall: wall.now})
	wall.set(wall.at.Add(time.Hour))
	view := b.View()
	if _, err := json.Marshal(view); err != nil || !view.Now.Equal(end) {
		t.Errorf("an hour later it is %v: %v", view.Now, err)
	}
	if err := b.ChangeClock(sandbox.ClockChange{Advance: time.Second}); !errors.Is(err, sandbox.ErrClock) {
		t.Errorf("one second more: %v", err)
	}
	err := b.ChangeClock(sandbox.ClockChange{Mode: scenario.Wall})
	if !errors.Is(err, sandbox.ErrClock) || !strings.Contains(err.Error(), "292 years is the most") {
		t.Errorf("to the wall clock: %v", err)
	}
	_, err = sandbox.New(sandbox.Options{ID: "x", Scenario: s, Clock: scenario.Clock{Mode: scenario.Wall}, Wall: wall.now})
	if !errors.Is(err, sandbox.ErrClock) {
		t.Errorf("a sandbox that follows the wall clock from there: %v", err)
	}
	late := written(t, "world: { members: { viewer: { tokenExpires: \"9999-12-31T23:59:59Z\" } } }\n")
	moved := box(t, sandbox.Options{Scenario: late, Clock: scenario.Clock{Mode: scenario.Wall}, Wall: wall.now})
	if _, err := json.Marshal(moved.View()); err != nil {
		t.Errorf("dates that are moved on from the last year: %v", err)
	}
}
