package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// overflown returns a journal of three calls, all with violations, that has dropped two more.
func overflown() *record.Journal {
	j := record.New(3, 0)
	for range 5 {
		j.Append(recordOf(journal.Call{Violations: []openapi.Violation{{Name: "f"}}}))
	}
	return j
}

// TestForget: Clear and Reset leave nothing, not even dropped calls; numbers go on after Clear and start over after
// Reset.
func TestForget(t *testing.T) {
	t.Parallel()
	cleared, reset := overflown(), overflown()
	if held := cleared.Clear(); held != 3 {
		t.Errorf("%d were held", held)
	}
	reset.Reset()
	for name, tt := range map[string]struct {
		journal *record.Journal
		first   int
	}{"Clear": {cleared, 6}, "Reset": {reset, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			holdEmpty(t, tt.journal, tt.first)
			holdGoesOn(t, tt.journal, tt.first)
		})
	}
	if held := record.New(0, 0).Clear(); held != 0 {
		t.Errorf("of an empty journal %d were held", held)
	}
}

// holdEmpty holds that a journal has nothing, and that the next call gets the number first.
func holdEmpty(t *testing.T, j *record.Journal, first int) {
	t.Helper()
	if diff := cmp.Diff(journal.Page{Calls: []journal.Call{}, Complete: true}, j.Find(journal.Query{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := j.DroppedViolating(); n != 0 {
		t.Errorf("%d dropped calls have violations", n)
	}
	for number := range 7 {
		if _, dropped, ok := j.Get(number); ok || dropped != (number > 0 && number < first) {
			t.Errorf("call %d is there: %t, was there: %t", number, ok, dropped)
		}
	}
}

// holdGoesOn appends four calls to a journal of three.
func holdGoesOn(t *testing.T, j *record.Journal, first int) {
	t.Helper()
	for want := first; want < first+4; want++ {
		if got := j.Append(recordOf(journal.Call{})); got != want {
			t.Errorf("a call has the number %d, want %d", got, want)
		}
	}
	page := j.Find(journal.Query{})
	if diff := cmp.Diff([]int{first + 1, first + 2, first + 3}, numbers(page.Calls)); diff != "" || page.Dropped != 1 || page.Complete {
		t.Errorf("%d dropped, calls (-want +got):\n%s", page.Dropped, diff)
	}
	if c, _, ok := j.Get(first + 2); !ok || c.Number != first+2 {
		t.Errorf("call %d is %d, %t", first+2, c.Number, ok)
	}
}

// TestForgetMakesRoom: the bytes of forgotten calls no longer count.
func TestForgetMakesRoom(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*record.Journal){
		"Clear": func(j *record.Journal) {
			j.Clear()
		}, "Reset": (*record.Journal).Reset,
	} {
		j := record.New(0, 100_000)
		add := func() {
			r := recordOf(journal.Call{})
			r.Bytes = 30_000
			j.Append(r)
		}
		add()
		add()
		add()
		forget(j)
		add()
		add()
		add()
		if page := j.Find(journal.Query{}); page.Total != 3 || page.Dropped != 0 {
			t.Errorf("%s: %d held, %d dropped", name, page.Total, page.Dropped)
		}
	}
}
