package record_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// event is something that happens to a journal at a virtual time.
type event struct {
	at time.Duration
	do func(*record.Journal)
}

// come is calls of these operations at a time.
func come(at time.Duration, operations ...string) event {
	return event{at, func(j *record.Journal) {
		for _, o := range operations {
			j.Append(recordOf(journal.Call{Operation: o}))
		}
	}}
}

func cleared(at time.Duration) event { return event{at, func(j *record.Journal) { j.Clear() }} }
func reset(at time.Duration) event   { return event{at, (*record.Journal).Reset} }
func closed(at time.Duration) event  { return event{at, (*record.Journal).Close} }

// resetAndCome leaves nobody time to look in between.
func resetAndCome(j *record.Journal) {
	j.Reset()
	come(0, "a").do(j)
}

// played returns how long f took in a journal of five calls to which all this happened.
func played(events []event, f func(*record.Journal)) time.Duration {
	j := record.New(5, 0)
	for _, e := range events {
		if e.at == 0 {
			e.do(j)
			continue
		}
		defer time.AfterFunc(e.at, func() { e.do(j) }).Stop()
	}
	begin := time.Now()
	f(j)
	return time.Since(begin)
}

// s is a second of virtual time.
const s = time.Second

// TestWait proves in virtual time when waiting for calls of the operation a ends, and with what. Nobody waits longer
// than a minute.
func TestWait(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	for _, row := range []struct {
		name   string
		events []event
		after  int
		count  int
		took   time.Duration
		err    error
		total  int
	}{
		{"nothing to wait for", nil, 0, 0, 0, nil, 0},
		{"it is there", []event{come(0, "a", "a")}, 0, 2, 0, nil, 2},
		{"nothing comes", nil, 0, 1, minute, context.DeadlineExceeded, 0},
		{"others come", []event{come(s, "b", "b")}, 0, 1, minute, context.DeadlineExceeded, 0},
		{"too few come", []event{come(s, "a")}, 0, 2, minute, context.DeadlineExceeded, 1},
		{"it comes", []event{come(s, "b"), come(2*s, "a")}, 0, 1, 2 * s, nil, 1},
		{"the last of three comes", []event{come(s, "a"), come(2*s, "a"), come(3*s, "a"), come(4*s, "a")}, 0, 3, 3 * s, nil, 3},
		{"more come at once", []event{come(s, "a", "a", "a")}, 0, 2, s, nil, 3},
		{"those before do not count", []event{come(0, "a", "a"), come(s, "a")}, 2, 1, s, nil, 3},
		{"behind one that is still to come", []event{come(0, "a"), come(s, "a"), come(2*s, "a")}, 2, 1, 2 * s, nil, 3},
		{"cleared", []event{come(s, "a"), cleared(2 * s), come(3*s, "a"), come(4*s, "a")}, 0, 2, 4 * s, nil, 2},
		{"reset", []event{come(s, "a"), reset(2 * s), come(3*s, "a"), come(4*s, "a")}, 0, 2, 4 * s, nil, 2},
		{"reset, and as many came at once", []event{come(s, "a"), {2 * s, resetAndCome}}, 0, 2, minute, context.DeadlineExceeded, 1},
		{"closed", []event{come(s, "a"), closed(2 * s)}, 0, 2, 2 * s, journal.ErrClosed, 1},
		{"closed before", []event{come(0, "a"), closed(0)}, 0, 2, 0, journal.ErrClosed, 1},
		{"closed, and it is there", []event{come(0, "a"), closed(0)}, 0, 1, 0, nil, 1},
		{
			"dropped before the rest came",
			[]event{come(s, "a", "a"), come(2*s, "b", "b", "b", "b"), come(3*s, "a"), come(4*s, "a")},
			0, 3, minute,
			context.DeadlineExceeded, 2,
		},
		{
			"dropped, and as many came again",
			[]event{come(s, "a", "a"), come(2*s, "b", "b", "b", "b", "a"), come(3*s, "a"), come(4*s, "a")},
			0, 3, 4 * s, nil,
			3,
		},
		{"more than a journal holds", []event{come(s, "a", "a", "a", "a", "a", "a", "a")}, 0, 6, minute, context.DeadlineExceeded, 5},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), minute)
			defer cancel()
			var page journal.Page
			var err error
			took := played(row.events, func(j *record.Journal) {
				page, err = j.Wait(ctx, journal.Query{Operations: []string{"a"}, After: row.after}, row.count)
			})
			if took != row.took || !errors.Is(err, row.err) || page.Total != row.total || page.Complete != (page.Dropped == 0) {
				t.Errorf("%s: after %s: %v, %+v", row.name, took, err, page)
			}
		})
	}
}

// TestWaitEndsWithItsContext proves that whoever no longer waits is let go at once, unless it is there already.
func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := record.New(0, 0)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(s, cancel)
		begin := time.Now()
		_, err := j.Wait(ctx, journal.Query{}, 1)
		v := j.Verify(ctx, within(time.Hour, atLeast(1, "a")))
		if took := time.Since(begin); took != s || !errors.Is(err, context.Canceled) || v.Met() {
			t.Errorf("after %s: %v, %v", took, err, v)
		}
		j.Append(recordOf(journal.Call{}))
		if page, err := j.Wait(ctx, journal.Query{}, 1); err != nil || page.Total != 1 {
			t.Errorf("what is there: %v, %+v", err, page)
		}
	})
}

// TestVerifyWithin proves in virtual time when verifying within ten seconds answers, and which expectations are unmet
// then.
func TestVerifyWithin(t *testing.T) {
	t.Parallel()
	one := func(e scenario.Expectation) scenario.Expectations { return within(10*s, e) }
	ordered := func(all ...scenario.Expectation) scenario.Expectations {
		return scenario.Expectations{Expect: all, InOrder: true, Within: 10 * s}
	}
	for _, row := range []struct {
		name   string
		expect scenario.Expectations
		events []event
		took   time.Duration
		unmet  []int
	}{
		{"at least, there", one(atLeast(1, "a")), []event{come(0, "a")}, 0, nil},
		{"at least, as it comes", one(atLeast(2, "a")), []event{come(s, "a"), come(2*s, "b"), come(3*s, "a"), come(4*s, "a")}, 3 * s, nil},
		{"at least, too few", one(atLeast(2, "a")), []event{come(s, "a")}, 10 * s, []int{1}},
		{"at least, too late", one(atLeast(1, "a")), []event{come(11*s, "a")}, 10 * s, []int{1}},
		{"exactly, kept", one(exactly(1, "a")), []event{come(s, "a", "b")}, 10 * s, nil},
		{"exactly, exceeded", one(exactly(1, "a")), []event{come(s, "a"), come(2*s, "a"), come(3*s, "a")}, 2 * s, []int{1}},
		{"exactly, exceeded before", one(exactly(1, "a")), []event{come(0, "a", "a")}, 0, []int{1}},
		{"exactly, too few", one(exactly(2, "a")), []event{come(s, "a")}, 10 * s, []int{1}},
		{"none, kept", one(atMost(0, "a")), []event{come(s, "b")}, 10 * s, nil},
		{"none, exceeded", one(atMost(0, "a")), []event{come(9*s, "a")}, 9 * s, []int{1}},
		{"several, as the last is met", within(10*s, atLeast(1, "a"), atLeast(1, "b")), []event{come(s, "b"), come(2*s, "a")}, 2 * s, nil},
		{"several, one of them bounded", within(10*s, atLeast(1, "a"), atMost(1, "b")), []event{come(s, "a")}, 10 * s, nil},
		{"several, one of them exceeded", within(10*s, atLeast(1, "a"), atMost(0, "b")), []event{come(s, "b")}, s, []int{1, 2}},
		{"in order, as it comes", ordered(atLeast(1, "a"), atLeast(1, "b")), []event{come(s, "a"), come(2*s, "b")}, 2 * s, nil},
		{
			"in order, and again in the right one", ordered(atLeast(1, "a"), atLeast(1, "b")),
			[]event{come(s, "b"), come(2*s, "a"), come(3*s, "b")},
			3 * s, nil,
		},
		{"out of order", ordered(atLeast(1, "a"), atLeast(1, "b")), []event{come(s, "b"), come(2*s, "a")}, 10 * s, []int{2}},
		{
			"out of order, and a bound keeps it so", ordered(atLeast(1, "a"), exactly(1, "b")),
			[]event{come(s, "b"), come(2*s, "a"), come(3*s, "b")},
			2 * s,
			[]int{2},
		},
		{"cleared", one(atLeast(2, "a")), []event{come(s, "a"), cleared(2 * s), come(3*s, "a"), come(4*s, "a")}, 4 * s, nil},
		{"reset", one(exactly(1, "a")), []event{come(s, "a"), reset(2 * s), come(3*s, "a")}, 10 * s, nil},
		{"closed", one(exactly(1, "a")), []event{closed(s)}, s, []int{1}},
		{"dropped, and a bound depends on it", one(atMost(3, "a")), []event{come(s, "a"), come(2*s, "b", "b", "b", "b", "b")}, 2 * s, []int{1}},
		{"dropped, and no bound depends on it", one(atMost(3, "a")), []event{come(s, "b"), come(2*s, "b", "b", "b", "b", "b")}, 10 * s, nil},
		{
			"dropped before it was enough", one(atLeast(2, "a")),
			[]event{come(s, "a"), come(2*s, "b", "b", "b", "b", "b"), come(3*s, "a"), come(4*s, "a")},
			4 * s, nil,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var v journal.Verdict
			took := played(row.events, func(j *record.Journal) { v = j.Verify(t.Context(), row.expect) })
			same(t, row.name, row.unmet, unmetOf(v))
			if took != row.took {
				t.Errorf("%s: after %s, want %s", row.name, took, row.took)
			}
		})
	}
}

// TestExpectationsLookAtParams holds expectations that name parameters against a call: of a repeated name the first
// value counts.
func TestExpectationsLookAtParams(t *testing.T) {
	t.Parallel()
	j := record.New(0, 0)
	j.Append(sent(contract.Value{In: "query", Name: "f", Text: "json"}, contract.Value{In: "query", Name: "f", Text: "html"}))
	for text, met := range map[string]bool{`"json"`: true, `"html"`: false} {
		e := atLeast(1, "a")
		e.When.Params = map[string]scenario.Param{"f": scenario.NewParam(json.RawMessage(text))}
		if v := j.Judge(within(0, e, e)); v.Met() != met {
			t.Errorf("%s: %s", text, v)
		}
	}
}
