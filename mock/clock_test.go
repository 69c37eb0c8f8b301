package mock_test

import (
	"encoding/json"
	"testing"
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
			diff(t, "portal time", row.stamp, p.Calls()[0].PortalTime.Truncate(time.Second).UnixMilli())
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

// TestClockExpires proves that the time at which a token ends is wall time, since clients compare it with theirs, whatever the portal's clock.
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

// TestFutureLicenseTakesEffect proves that an entry answers its count up to its effect date, and 0 with the expiration from then on.
func TestFutureLicenseTakesEffect(t *testing.T) {
	t.Parallel()
	future := futureEntries(t, "")
	if len(future) == 0 {
		t.Fatal("the scenario has no future entry")
	}
	for id, start := range future {
		at := time.UnixMilli(start).UTC()
		if _, ok := futureEntries(t, at.Add(-time.Millisecond).Format(time.RFC3339Nano))[id]; !ok {
			t.Errorf("%s has taken effect before %s", id, at)
		}
		if _, ok := futureEntries(t, at.Format(time.RFC3339Nano))[id]; ok {
			t.Errorf("%s has not taken effect at %s", id, at)
		}
	}
}

// futureEntries returns the effect dates of the entries with a count, by id.
func futureEntries(tb testing.TB, clock string) map[string]int64 {
	tb.Helper()
	var reply map[string][]struct {
		ID                       string
		MaximumRegisteredMembers int64
		StartDate                int64
	}
	a := call(tb, portal(tb, mock.WithScenario("future-entitlements"), mock.WithClock(clock)), license())
	if err := json.Unmarshal([]byte(a.body), &reply); err != nil {
		tb.Fatal(err)
	}
	found := map[string]int64{}
	for _, list := range reply {
		for _, entry := range list {
			if entry.MaximumRegisteredMembers > 0 {
				found[entry.ID] = entry.StartDate
			}
		}
	}
	return found
}
