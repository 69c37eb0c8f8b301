package sandbox_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

var epoch = time.Date(2030, 1, 1, 0, 0, 0, 123456789, time.UTC)

// change is one change of the clock, and its time.
type change struct {
	after time.Duration // on the wall clock, since the start
	sandbox.ClockChange
}

// TestChangeClock checks what the clock shows after some changes, and an hour later.
func TestChangeClock(t *testing.T) {
	t.Parallel()
	const day, trial = 24 * time.Hour, 2591999 * time.Second
	mode := func(after time.Duration, m scenario.ClockMode) change {
		return change{after, sandbox.ClockChange{Mode: m}}
	}
	advance := func(after, by time.Duration) change { return change{after, sandbox.ClockChange{Advance: by}} }
	at := func(after time.Duration, at time.Time) change { return change{after, sandbox.ClockChange{At: at}} }
	for _, tt := range []struct {
		name       string
		starts     scenario.ClockMode
		changes    []change
		now, later time.Time
		mode       scenario.ClockMode
		end        time.Time // of the trial
	}{
		{
			"frozen, advanced", "",
			[]change{advance(0, 31*day), advance(time.Hour, time.Millisecond)},
			start.Add(31*day + 1e6), start.Add(31*day + 1e6), "frozen", start.Add(trial),
		},
		{"frozen, set", "", []change{at(time.Hour, start.Add(day))}, start.Add(day), start.Add(day), "frozen", start.Add(trial)},
		{
			"frozen, set elsewhere in the world", "",
			[]change{at(0, start.Add(day).In(time.FixedZone("elsewhere", 7200)))},
			start.Add(day), start.Add(day), "frozen", start.Add(trial),
		},
		{"frozen, set to the present", "", []change{at(0, start)}, start, start, "frozen", start.Add(trial)},
		{"frozen, nothing asked for", "", []change{{time.Hour, sandbox.ClockChange{}}}, start, start, "frozen", start.Add(trial)},
		{"set running", "", []change{mode(time.Hour, "running")}, start, start.Add(time.Hour), "running", start.Add(trial)},
		{
			"running", "running",
			[]change{advance(time.Hour, day)},
			start.Add(time.Hour + day), start.Add(2*time.Hour + day),
			"running", start.Add(trial),
		},
		{
			"running, set", "running",
			[]change{at(time.Hour, start.Add(day))},
			start.Add(day), start.Add(day + time.Hour),
			"running", start.Add(trial),
		},
		{
			"running, frozen", "running",
			[]change{mode(time.Hour, "frozen")},
			start.Add(time.Hour), start.Add(time.Hour),
			"frozen", start.Add(trial),
		},
		{
			"running, frozen, running", "running",
			[]change{mode(time.Hour, "frozen"), mode(5*time.Hour, "running")},
			start.Add(time.Hour), start.Add(2 * time.Hour), "running", start.Add(trial),
		},
		{"to wall", "", []change{mode(0, "wall")}, epoch, epoch.Add(time.Hour), "wall", epoch.Truncate(time.Second).Add(trial)},
		{
			"advanced, to wall", "",
			[]change{advance(0, day), mode(time.Hour, "wall")},
			epoch.Add(time.Hour),
			epoch.Add(2 * time.Hour), "wall", epoch.Truncate(time.Second).Add(trial - day + time.Hour),
		},
		{
			"to wall, which is earlier", "",
			[]change{at(0, epoch.Add(365*day+1)), mode(0, "wall")},
			epoch,
			epoch.Add(time.Hour), "wall", start.Add(trial - 365*day - time.Second),
		},
		{
			"wall, wall again", "wall",
			[]change{mode(time.Hour, "wall")},
			epoch.Add(time.Hour), epoch.Add(2 * time.Hour),
			"wall", epoch.Truncate(time.Second).Add(trial),
		},
		{
			"wall, advanced", "wall",
			[]change{advance(time.Hour, day)},
			epoch.Add(time.Hour + day),
			epoch.Add(2*time.Hour + day), "wall", epoch.Truncate(time.Second).Add(trial),
		},
		{
			"wall, advanced, wall again: it stays ahead", "wall",
			[]change{advance(0, day), mode(time.Hour, "wall")},
			epoch.Add(time.Hour + day), epoch.Add(2*time.Hour + day), "wall", epoch.Truncate(time.Second).Add(trial),
		},
		{
			"wall, frozen", "wall",
			[]change{mode(time.Hour, "frozen")},
			epoch.Add(time.Hour), epoch.Add(time.Hour), "frozen",
			epoch.Truncate(time.Second).Add(trial),
		},
		{
			"wall, frozen, running", "wall",
			[]change{mode(time.Hour, "frozen"), mode(3*time.Hour, "running")},
			epoch.Add(time.Hour), epoch.Add(2 * time.Hour), "running", epoch.Truncate(time.Second).Add(trial),
		},
		{
			"wall, frozen, wall: what stood still is made up for", "wall",
			[]change{mode(0, "frozen"), mode(90*time.Minute, "wall")},
			epoch.Add(90 * time.Minute),
			epoch.Add(150 * time.Minute), "wall", epoch.Truncate(time.Second).Add(trial + 90*time.Minute),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wall := &hand{at: epoch}
			b := box(t, sandbox.Options{Clock: scenario.Clock{Mode: tt.starts}, Wall: wall.now})
			for _, c := range tt.changes {
				wall.set(epoch.Add(c.after))
				mustChange(t, b, c.ClockChange)
			}
			if diff := cmp.Diff(sandbox.Clock{Now: tt.now, EpochMs: tt.now.UnixMilli(), Mode: tt.mode}, b.ReadClock()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			wall.set(wall.now().Add(time.Hour))
			if diff := cmp.Diff(tt.later, b.ReadClock().Now); diff != "" {
				t.Errorf("an hour later (-want +got):\n%s", diff)
			}
			if got := b.World().Boundaries()[1]; !got.Equal(tt.end) {
				t.Errorf("the trial ends %v, want %v", got.UTC(), tt.end)
			}
		})
	}
}

func mustChange(t *testing.T, b *sandbox.Sandbox, c sandbox.ClockChange) {
	t.Helper()
	if err := b.ChangeClock(c); err != nil {
		t.Fatal(err)
	}
}

// TestClockNeverGoesBack: a change that would set the clock back is refused and changes nothing.
func TestClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]sandbox.ClockChange{
		"at":           {At: start.Add(time.Hour - 1)},
		"at elsewhere": {At: start.Add(time.Hour - 1).In(time.FixedZone("elsewhere", 7200))},
		"advance":      {Advance: -1},
	} {
		for _, mode := range []scenario.ClockMode{scenario.Frozen, scenario.Running} {
			wall := &hand{at: epoch}
			b := box(t, sandbox.Options{Clock: scenario.Clock{Mode: mode}, Wall: wall.now})
			mustChange(t, b, sandbox.ClockChange{At: start.Add(30 * time.Minute)})
			mustChange(t, b, sandbox.ClockChange{Advance: 30 * time.Minute})
			before := b.ReadClock()
			const want = "the clock cannot do that: it shows 2016-07-22T17:48:37Z and never goes back; a reset starts over"
			refused(t, name+", "+string(mode), b.ChangeClock(c), sandbox.ErrClock, want)
			if diff := cmp.Diff(before, b.ReadClock()); diff != "" {
				t.Errorf("%s, %s: the clock (-before +after):\n%s", name, mode, diff)
			}
		}
	}
}

// TestTheTrialEnds: provisioning succeeds until the last millisecond of the trial, and is refused from then on.
func TestTheTrialEnds(t *testing.T) {
	t.Parallel()
	b := box(t, sandbox.Options{})
	ended := func() bool {
		return turn(b, func(turn *sandbox.Turn) bool {
			who, _ := turn.World().Identify("admin-token", "", turn.Now)
			_, _, problem := turn.World().Provision(turn.Now, who, portal.ProvisionRequest{ItemID: item, PurchaserOrgID: purchaser})
			return problem != nil
		})
	}
	end := time.UnixMilli(1471798116000)
	for _, tt := range []struct {
		at   time.Time
		want bool
	}{{end.Add(-time.Millisecond), false}, {end, true}} {
		if err := b.ChangeClock(sandbox.ClockChange{At: tt.at}); err != nil {
			t.Fatal(err)
		}
		if got := ended(); got != tt.want {
			t.Errorf("at %v it is refused: %t", tt.at.UTC(), got)
		}
	}
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	if ended() {
		t.Error("after the reset it is refused")
	}
}

// TestToWallMovesAllDates: the mode wall moves the dates of issued tokens too, and drops kept replies.
func TestToWallMovesAllDates(t *testing.T) {
	t.Parallel()
	wall := &hand{at: epoch}
	b := box(t, sandbox.Options{Scenario: builtIn(t, "no-future-entitlements"), Wall: wall.now})
	token := signIn(t, b)
	b.Turn(func(turn *sandbox.Turn) { turn.Keep("getFutureLicense", sandbox.Kept{Body: "kept"}) })
	kept := func() bool {
		return turn(b, func(turn *sandbox.Turn) bool { _, ok := turn.Kept("getFutureLicense"); return ok })
	}
	if err := b.ChangeClock(sandbox.ClockChange{Mode: scenario.Running}); err != nil {
		t.Fatal(err)
	}
	if !kept() {
		t.Error("the reply was dropped without a shift")
	}
	if err := b.ChangeClock(sandbox.ClockChange{Mode: scenario.Wall}); err != nil {
		t.Fatal(err)
	}
	if kept() {
		t.Error("the reply with the old dates is still kept")
	}
	end := epoch.Truncate(time.Second).Add(2 * time.Hour)
	for at, want := range map[time.Time]bool{epoch: true, end.Add(-time.Millisecond): true, end: false} {
		wall.set(at)
		if got := turn(b, func(turn *sandbox.Turn) bool { _, ok := turn.World().Identify(token, "", turn.Now); return ok }); got != want {
			t.Errorf("at %v the token is good: %t", at, got)
		}
	}
}
