package control_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// clock is what a clock shows.
type clock struct {
	Now     time.Time
	EpochMs int64
	Mode    string
}

// TestClock proves how a clock that shows 2016-07-22T16:48:37Z and stands still is moved.
func TestClock(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ body, want string }{
		{`{"advance":"31d"}`, "2016-08-22T16:48:37Z"},
		{`{"advance":"1d12h30m"}`, "2016-07-24T05:18:37Z"},
		{`{"advance":"50ms"}`, "2016-07-22T16:48:37.05Z"},
		{`{"advance":"0s"}`, "2016-07-22T16:48:37Z"},
		{`{"at":"2016-07-22T16:48:37Z"}`, "2016-07-22T16:48:37Z"},
		{`{"at":"2016-07-22T18:48:37.001+02:00"}`, "2016-07-22T16:48:37.001Z"},
		{`{"mode":"frozen"}`, "2016-07-22T16:48:37Z"},
	} {
		t.Run(row.body, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t)
			got := good[clock](t, s, "changeClock", boxes+"/default/clock", row.body)
			now, err := time.Parse(time.RFC3339Nano, row.want)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "answer", clock{now, now.UnixMilli(), "frozen"}, got)
			diff(t, "afterwards", got, good[clock](t, s, "getClock", boxes+"/default/clock", ""))
		})
	}
}

// TestClockModes proves that a mode is taken on, and that mode wall shows the wall clock.
func TestClockModes(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	start := good[clock](t, s, "getClock", boxes+"/default/clock", "")
	running := good[clock](t, s, "changeClock", boxes+"/default/clock", `{"mode":"running"}`)
	diff(
		t, "running, goes on from where it was", []any{"running", true, true},
		[]any{running.Mode, !running.Now.Before(start.Now), running.Now.Before(start.Now.Add(time.Hour))},
	)
	before := time.Now().Add(-time.Minute)
	wall := good[clock](t, s, "changeClock", boxes+"/default/clock", `{"mode":"wall"}`)
	diff(
		t, "wall, shows the wall clock", []any{"wall", true, true},
		[]any{wall.Mode, wall.Now.After(before), wall.Now.Before(before.Add(time.Hour))},
	)
	diff(t, "expired trial", http.StatusOK, provision(t, s, s.URL, "admin-token").status)
}

// TestClockRefused proves what a clock does not do, and that it stands where it stood.
func TestClockRefused(t *testing.T) {
	t.Parallel()
	const one = "body: must be an object with exactly one of at, advance and mode, got an "
	const back = "the clock cannot do that: it shows 2016-07-22T16:48:37Z and never goes back; a reset starts over"
	const when = "body /at: must be a time such as 2016-07-22T16:48:37Z, got text of "
	for _, row := range []struct {
		body   string
		status int
		detail string
	}{
		{`{}`, 400, one + "empty object"},
		{`{"at":"2017-01-01T00:00:00Z","mode":"wall"}`, 400, one + "object with 2 keys"},
		{`{"advance":"1s","mode":"wall"}`, 400, one + "object with 2 keys"},
		{`{"at":"2017-01-01T00:00:00Z","advance":"1s","mode":"wall"}`, 400, one + "object with 3 keys"},
		{`{"at":"2016-07-22T16:48:36.999Z"}`, 409, back},
		{`{"at":"2016-01-01T00:00:00Z"}`, 409, back},
		{`{"at":"tomorrow"}`, 400, when + "8 characters"},
		{`{"at":""}`, 400, ""},
		{`{"at":"2017-01-01"}`, 400, when + "10 characters"},
		{`{"at":"2017-02-30T00:00:00Z"}`, 400, when + "20 characters"},
		{`{"at":"0001-01-01T00:00:00Z"}`, 400, "at must be a time such as 2016-07-22T16:48:37Z"},
		{`{"advance":"-1s"}`, 400, "body /advance: must be a duration of 0 or more, such as 50ms, 1m30s or 31d, got text of 3 characters"},
		{`{"advance":"soon"}`, 400, "body /advance: must be a duration of 0 or more, such as 50ms, 1m30s or 31d, got text of 4 characters"},
		{`{"advance":"3"}`, 400, "body /advance: must be a duration of 0 or more, such as 50ms, 1m30s or 31d, got text of 1 character"},
		{`{"advance":"99999999d"}`, 400, "body /advance: must be a duration of 0 or more, such as 50ms, 1m30s or 31d, got text of 9 characters"},
		{`{"advance":"9999999h"}`, 400, `"9999999h" must be a duration of 0 or more, such as 50ms, 1m30s or 31d`},
		{`{"advance":""}`, 400, "body /advance: must be a duration of 0 or more, such as 50ms, 1m30s or 31d, got empty text"},
		{`{"advance":31}`, 400, "body /advance: must be a duration of 0 or more, such as 50ms, 1m30s or 31d, got 31"},
		{`{"advance":null}`, 400, "body /advance: must be a duration of 0 or more, such as 50ms, 1m30s or 31d, got null"},
		{`{"mode":"frosen"}`, 400, "body /mode: must be frozen, running or wall, got text of 6 characters"},
		{`{"advanced":"1s"}`, 400, `body /advanced: is not in the contract (did you mean "advance"?)`},
	} {
		t.Run(row.body, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t)
			start := good[clock](t, s, "getClock", boxes+"/default/clock", "")
			detail := bad(t, s, row.status, "changeClock", boxes+"/default/clock", row.body).Detail
			if row.detail != "" {
				diff(t, "detail", row.detail, detail)
			}
			diff(t, "clock", start, good[clock](t, s, "getClock", boxes+"/default/clock", ""))
		})
	}
}

// TestClockMovesTheWorld proves that a trial ends and a reset brings it back.
func TestClockMovesTheWorld(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	accepted := func(want bool) {
		t.Helper()
		body := provision(t, s, s.URL, "admin-token").body
		diff(t, "accepted: "+body, want, !strings.Contains(body, `"error"`))
	}
	accepted(true)
	good[clock](t, s, "changeClock", boxes+"/default/clock", `{"advance":"31d"}`)
	accepted(false)
	good[summary](t, s, "resetSandbox", boxes+"/default/reset", "")
	accepted(true)
}
