package mock_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// What the documented provision has, in milliseconds.
const (
	trialStart = 1469206117000
	trialEnd   = 1471798116000
)

type provisionReply struct {
	StartDate, EndDate, Created, Modified int64
	OrgEntitlements                       struct{ EntitlementsModified int64 }
}

func provisioned(tb testing.TB, a answer) provisionReply {
	tb.Helper()
	var p provisionReply
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		tb.Fatal(err)
	}
	return p
}

// TestClockAt proves that the clock stands where an option puts it, that a call is stamped with it to the second, and that
// a trial ends at its endDate: not a millisecond before, and no later.
func TestClockAt(t *testing.T) {
	t.Parallel()
	at := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano) }
	for _, row := range []struct {
		name    string
		clock   string
		message string
		stamp   int64
	}{
		{"the scenario's", "", "", trialStart},
		{"frozen", "frozen", "", trialStart},
		{"the first instant", at(trialStart), "", trialStart},
		{"before the first instant", at(trialStart - 1), "item not provisioned", 0},
		{"in another zone", "2016-07-23T00:00:00+02:00", "", 1469224800000},
		{"between two seconds", at(trialStart + 1999), "", trialStart + 1000},
		{"the last instant", at(trialEnd - 1), "", trialEnd - 1000},
		{"the end", at(trialEnd), "item not provisioned", 0},
		{"long after", "2030-01-01T00:00:00Z", "item not provisioned", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := portal(t, mock.WithClock(row.clock))
			a := call(t, p, provision())
			diff(t, "message", row.message, errorOf(t, a).Message)
			if row.message != "" {
				return
			}
			want := provisionReply{StartDate: trialStart, EndDate: trialEnd, Created: 1469206116000, Modified: row.stamp}
			want.OrgEntitlements.EntitlementsModified = row.stamp
			diff(t, "dates", want, provisioned(t, a))
			diff(t, "portal time", row.stamp, callsOf(t, p)[0].PortalTime.Truncate(time.Second).UnixMilli())
		})
	}
}

// TestClockWall proves that with the wall clock all dates of the world shift along by whole seconds, so that a trial which the scenario
// has is active today, and runs as long as it is written.
func TestClockWall(t *testing.T) {
	t.Parallel()
	before := time.Now()
	p := portal(t, mock.WithClock("wall"))
	got := provisioned(t, call(t, p, provision()))
	after := time.Now()
	if got.Modified < before.Truncate(time.Second).UnixMilli() || got.Modified > after.UnixMilli() {
		t.Errorf("modified %d is not between %d and %d", got.Modified, before.UnixMilli(), after.UnixMilli())
	}
	shift := got.StartDate - trialStart
	if want := before.UnixMilli() - trialStart; shift < want-1000 || shift > after.UnixMilli()-trialStart {
		t.Errorf("the dates shift by %d ms, the clock by %d", shift, want)
	}
	diff(t, "shift modulo a second", int64(0), shift%1000)
	diff(t, "shift of endDate", shift, got.EndDate-trialEnd)
	diff(t, "shift of created", shift, got.Created-1469206116000)
	var reply struct{ UserTypes []struct{ StartDate int64 } }
	if err := json.Unmarshal([]byte(call(t, p, license()).body), &reply); err != nil {
		t.Fatal(err)
	}
	diff(t, "shift of the licence", shift, reply.UserTypes[0].StartDate-1603225394000)
}

// TestClockExpires proves that the time at which a token ends is wall time, since clients compare it with theirs, whatever the portal's
// clock.
func TestClockExpires(t *testing.T) {
	t.Parallel()
	for _, clock := range []string{"frozen", "wall", "2040-01-01T00:00:00Z"} {
		t.Run(clock, func(t *testing.T) {
			t.Parallel()
			before := time.Now()
			a := call(t, portal(t, mock.WithClock(clock), mock.WithScenario("purchased")), successes()["generateToken"].with("expiration", "10"))
			var token struct{ Expires int64 }
			if err := json.Unmarshal([]byte(a.body), &token); err != nil {
				t.Fatal(err)
			}
			low, high := before.Add(10*time.Minute).UnixMilli(), time.Now().Add(10*time.Minute).UnixMilli()
			if token.Expires < low || token.Expires > high {
				t.Errorf("expires %d is not between %d and %d", token.Expires, low, high)
			}
		})
	}
}

// TestClockMoves proves what moves a clock, and with which words a refused change fails a test.
func TestClockMoves(t *testing.T) {
	t.Parallel()
	test := &tester{}
	s := mock.NewServer(test)
	defer test.end()
	clock, start := s.Clock(), time.UnixMilli(trialStart).UTC()
	at := func(what string, want time.Time) { t.Helper(); diff(t, what, want, clock.Now()) }
	at("at the start", start)
	clock.Advance(36 * time.Hour)
	at("advanced", start.Add(36*time.Hour))
	clock.AdvanceTo(start.Add(48 * time.Hour))
	at("advanced to", start.Add(48*time.Hour))
	clock.Advance(0)
	clock.AdvanceTo(start.Add(48 * time.Hour))
	at("not advanced", start.Add(48*time.Hour))
	diff(t, "failures", []string(nil), test.fatals)

	const never = "mock: the clock cannot do that: it shows 2016-07-24T16:48:37Z and never goes back; a reset starts over"
	clock.Advance(-1)
	clock.AdvanceTo(start)
	clock.AdvanceTo(time.Time{})
	clock.SetMode("frosen")
	clock.SetMode("")
	const mode = "mock: no clock mode %q: allowed are frozen, running and wall"
	diff(t, "failures", []string{never, never, never, fmt.Sprintf(mode, "frosen"), fmt.Sprintf(mode, "")}, test.fatals)
	at("after what is refused", start.Add(48*time.Hour))
	s.Reset()
	at("after Reset", start)
}

// TestClockModes proves, on the bubble's clock, that a clock stands still, runs, or follows the wall clock.
func TestClockModes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := portal(t)
		clock := p.Clock(t)
		start, hour := clock.Now(), time.Hour
		pass := func() { <-time.After(hour) }
		pass()
		diff(t, "frozen", start, clock.Now())
		clock.SetMode("running")
		pass()
		diff(t, "running", start.Add(hour), clock.Now())
		clock.Advance(hour)
		pass()
		diff(t, "advanced and running", start.Add(3*hour), clock.Now())
		clock.SetMode("frozen")
		pass()
		diff(t, "frozen again", start.Add(3*hour), clock.Now())
		clock.SetMode("wall")
		pass()
		diff(t, "wall", time.Now().UTC(), clock.Now())
		shift := provisioned(t, call(t, p, provision())).EndDate - trialEnd
		diff(t, "the world's dates shift along", time.Since(start.Add(3*hour)).Truncate(time.Second).Milliseconds()-hour.Milliseconds(), shift)
	})
}

// TestTrialEnds proves, as the clock moves, that a trial that is provisioned at the scenario's start is accepted to the last millisecond
// before its endDate and refused at it.
func TestTrialEnds(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("purchased"))
	box := s.Sandbox(t, "trial")
	first := provisioned(t, askSandbox(t, box, provision()))
	diff(t, "endDate", int64(trialEnd), first.EndDate)
	diff(t, "created is a second before the clock's start", box.Clock().Now().UnixMilli()-1000, first.Created)
	end := time.UnixMilli(first.EndDate)
	box.Clock().AdvanceTo(end.Add(-time.Millisecond))
	last := provisioned(t, askSandbox(t, box, provision()))
	diff(t, "modified at endDate − 1 ms", int64(trialEnd-1000), last.Modified)
	diff(t, "endDate at endDate − 1 ms", int64(trialEnd), last.EndDate)
	box.Clock().Advance(time.Millisecond)
	diff(
		t, "at endDate", wireError{Code: 400, Message: "item not provisioned", Details: []string{}},
		errorOf(t, askSandbox(t, box, provision())),
	)
	diff(t, "the server's clock", int64(trialStart), s.Clock().Now().UnixMilli())
	box.Reset()
	diff(t, "after Reset", 0, errorOf(t, askSandbox(t, box, provision())).Code)
}

// TestFuturePartTakesEffect proves that a future part of the licence stays one to the last millisecond before its effect date, and is
// none from then on, also when the reply was asked for before the clock moved.
func TestFuturePartTakesEffect(t *testing.T) {
	t.Parallel()
	p := portal(t, mock.WithScenario("future-entitlements"))
	dates := effectDates(t, p)
	if len(dates) == 0 {
		t.Fatal("the scenario has no future part")
	}
	for _, at := range slices.Compact(slices.Sorted(maps.Values(dates))) {
		must(t, p.AdvanceTo(time.UnixMilli(at).Add(-time.Millisecond)))
		diff(t, "a millisecond before an effect date", dates, effectDates(t, p))
		must(t, p.Advance(time.Millisecond))
		maps.DeleteFunc(dates, func(_ string, effect int64) bool { return effect == at })
		diff(t, "at the effect date", dates, effectDates(t, p))
	}
}

// effectDates returns the effect dates, by id, of what a future licence brings.
func effectDates(tb testing.TB, p *mock.Portal) map[string]int64 {
	tb.Helper()
	var reply map[string][]struct {
		ID                       string
		MaximumRegisteredMembers int64
		StartDate                int64
	}
	if err := json.Unmarshal([]byte(call(tb, p, license()).body), &reply); err != nil {
		tb.Fatal(err)
	}
	found := map[string]int64{}
	for _, entry := range slices.Concat(slices.Collect(maps.Values(reply))...) {
		if entry.MaximumRegisteredMembers > 0 {
			found[entry.ID] = entry.StartDate
		}
	}
	return found
}

// TestTokenExpires proves that a token ends as the clock moves, and that a client which signs in again goes on.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("purchased"))
	signIns := 0
	signIn := func() string {
		signIns++
		token, _ := decoded(t, ask(t, s, successes()["generateToken"].with("expiration", "60")).body).(map[string]any)["token"].(string)
		return token
	}
	token := signIn()
	provisionOrSignIn := func() int { // what real clients do
		code := errorOf(t, ask(t, s, provision().with("token", token))).Code
		if code == 498 {
			token = signIn()
			code = errorOf(t, ask(t, s, provision().with("token", token))).Code
		}
		return code
	}
	diff(t, "at once", 0, provisionOrSignIn())
	s.Clock().Advance(time.Hour - time.Millisecond)
	diff(t, "a millisecond before the end", 0, provisionOrSignIn())
	diff(t, "sign-ins before the end", 1, signIns)
	s.Clock().Advance(time.Millisecond)
	diff(t, "at the end", 0, provisionOrSignIn())
	diff(t, "sign-ins", 2, signIns)
	var codes []int
	for _, c := range s.Calls(mock.ProvisionOrgEntitlements) {
		codes = append(codes, c.ErrorCode)
	}
	diff(t, "codes", []int{0, 0, 498, 0}, codes)
}
