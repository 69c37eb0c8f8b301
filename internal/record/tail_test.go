package record_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/mock/journal"
)

// reader is a tail that is held against what it should bring.
type reader struct {
	both

	tail   *record.Tail
	query  journal.Query
	behind int // the number behind which it goes on
	era    int // how often the calls were forgotten
	told   int // the era that it knows of
}

// readAll returns the calls of news; nil if there are none.
func readAll(n record.News) (calls []journal.Call) {
	for _, r := range n.Calls {
		calls = append(calls, r.Read())
	}
	return calls
}

// over is a context that lets nobody wait.
func over() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// next reads once; false when there is nothing to read.
func (r *reader) next(t *rapid.T) bool {
	news, err := r.tail.Next(over(), r.query)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		r.behind = r.tail.After()
		return false
	}
	if news.Restarted != (r.told != r.era) {
		t.Fatalf("restarted %t, and the calls were forgotten %d times of which %d were told", news.Restarted, r.era, r.told)
	}
	if news.Restarted {
		r.told, r.behind = r.era, r.model.forgotten
	}
	if missed := max(0, r.model.forgotten+len(r.model.dropped)-r.behind); missed != news.Missed {
		t.Fatalf("missed %d, want %d", news.Missed, missed)
	}
	r.behind += news.Missed
	q := r.query
	q.After, q.Limit = r.behind, 0
	var want []journal.Call
	for _, c := range r.model.find(q).Calls {
		if c.Number <= r.tail.After() {
			want = append(want, c)
		}
	}
	if diff := cmp.Diff(want, readAll(news)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	r.behind = r.tail.After()
	return true
}

func (r *reader) readAll(t *rapid.T) {
	for r.next(t) {
	}
	if r.behind != r.model.last() {
		t.Fatalf("everything is read up to call %d of %d", r.behind, r.model.last())
	}
}

// reconnect goes on with another tail behind the last call that was read, as a client does that was cut off.
func (r *reader) reconnect(*rapid.T) {
	r.tail = r.Tail(r.behind)
	if r.behind == 0 || r.behind >= r.model.forgotten && r.behind <= r.model.last() {
		r.told, r.behind = r.era, max(r.behind, r.model.forgotten) // the number does not tell that it is one of before
	}
}

// TestTailIsItsModel proves that a tail brings every call that matches once and in order, and says of all that it does
// not bring why.
func TestTailIsItsModel(t *testing.T) {
	t.Parallel()
	each := overhead()
	rapid.Check(t, func(t *rapid.T) {
		b := someBoth(t, each)
		r := &reader{both: b, tail: b.Tail(0), query: someQuery(t)}
		t.Repeat(map[string]func(*rapid.T){
			"append": r.appendSome, "append more": r.appendSome, "reconnect": r.reconnect,
			"clear": func(t *rapid.T) { r.era++; r.clear(t) },
			"reset": func(t *rapid.T) { r.era++; r.reset(t) },
			"next":  func(t *rapid.T) { r.next(t) },
			"read":  r.readAll,
		})
		r.readAll(t)
	})
}

// TestTailBegins proves where a tail begins in a journal that dropped calls 5 and 6, after calls 1 to 4 were cleared;
// it holds 7 to 9.
func TestTailBegins(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		after     int
		want      []int
		missed    int
		restarted bool
	}{
		{"at the newest", record.Newest, nil, 0, false},
		{"at the beginning", 0, []int{7, 8, 9}, 2, false},
		{"behind a call that was cleared", 2, []int{7, 8, 9}, 2, true},
		{"behind the last that was cleared", 4, []int{7, 8, 9}, 2, false},
		{"behind one that was dropped", 5, []int{7, 8, 9}, 1, false},
		{"behind one that is held", 7, []int{8, 9}, 0, false},
		{"behind the last", 9, nil, 0, false},
		{"behind one that is still to come", 10, []int{7, 8, 9}, 2, true},
	} {
		j := filled(3, 4)
		j.Clear()
		for range 5 {
			j.Append(recordOf(journal.Call{}))
		}
		tail := j.Tail(row.after)
		if tail.After() > 9 || row.restarted != (tail.After() < 0) {
			t.Errorf("%s: it is behind call %d", row.name, tail.After())
		}
		news, err := tail.Next(over(), journal.Query{})
		quiet := row.want == nil && row.missed == 0 && !row.restarted
		if quiet != errors.Is(err, context.Canceled) || !quiet && err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		diff := cmp.Diff(append([]int{}, row.want...), numbers(readAll(news)))
		if diff != "" || news.Missed != row.missed || news.Restarted != row.restarted {
			t.Errorf("%s: missed %d, restarted %t, calls (-want +got):\n%s", row.name, news.Missed, news.Restarted, diff)
		}
	}
}

// TestTailWaits proves in virtual time that news come in the moment in which they are there, and how waiting ends.
func TestTailWaits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(*record.Journal)
		want record.News
		err  error
	}{
		{
			"a call", func(j *record.Journal) { j.Append(recordOf(journal.Call{Member: "admin"})) },
			record.News{Calls: []*record.Record{{Call: journal.Call{Number: 2, Member: "admin"}}}},
			nil,
		},
		{"a call that does not match", func(j *record.Journal) { j.Append(recordOf(journal.Call{})) }, record.News{}, context.DeadlineExceeded},
		{"cleared", func(j *record.Journal) { j.Clear() }, record.News{Restarted: true}, nil},
		{"reset", func(j *record.Journal) { j.Reset() }, record.News{Restarted: true}, nil},
		{"closed", func(j *record.Journal) { j.Close() }, record.News{}, journal.ErrClosed},
		{"nothing", func(*record.Journal) {}, record.News{}, context.DeadlineExceeded},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := filled(0, 1)
			tail := j.Tail(record.Newest)
			time.AfterFunc(time.Second, func() { row.do(j) })
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			begin := time.Now()
			news, err := tail.Next(ctx, journal.Query{Member: "admin"})
			same := cmp.Options{cmpopts.IgnoreFields(record.Record{}, "Bytes"), cmpopts.IgnoreUnexported(record.News{}, record.Sent{})}
			if diff := cmp.Diff(row.want, news, same); diff != "" || !errors.Is(err, row.err) {
				t.Errorf("%s: %v (-want +got):\n%s", row.name, err, diff)
			}
			want := time.Second
			if errors.Is(row.err, context.DeadlineExceeded) {
				want = time.Minute
			}
			if took := time.Since(begin); took != want {
				t.Errorf("%s: it took %s", row.name, took)
			}
		})
	}
}
