package record_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// waiter waits for calls, and keeps what it got.
type waiter struct {
	query journal.Query
	count int
	page  journal.Page
	err   error
}

// crowd is waiters and those who append at the same time.
type crowd struct {
	maxCalls int
	waiters  []*waiter
	pieces   [][]journal.Call // of each appender
	pause    []time.Duration  // between two calls of each appender
	history  []journal.Call   // as they were numbered
}

func someCrowd(t *rapid.T) *crowd {
	c := &crowd{maxCalls: rapid.SampledFrom([]int{1, 5, 40, 1000}).Draw(t, "calls")}
	for range rapid.IntRange(1, 30).Draw(t, "waiters") {
		c.waiters = append(c.waiters, &waiter{query: someQuery(t), count: rapid.IntRange(1, 12).Draw(t, "count")})
	}
	for range rapid.IntRange(1, 4).Draw(t, "appenders") {
		c.pieces = append(c.pieces, rapid.SliceOfN(rapid.Custom(someCall), 0, 50).Draw(t, "piece"))
		c.pause = append(c.pause, time.Duration(rapid.IntRange(0, 2).Draw(t, "pause"))*time.Millisecond)
	}
	return c
}

// run lets all of them go at once, and closes the journal when nobody can go on. Who then still waits is a deadlock.
func (c *crowd) run() {
	j := record.New(c.maxCalls, 0)
	var waiting, appending sync.WaitGroup
	for _, w := range c.waiters {
		waiting.Go(func() { w.page, w.err = j.Wait(context.Background(), w.query, w.count) })
	}
	var mu sync.Mutex
	numbered := map[int]journal.Call{}
	for i, piece := range c.pieces {
		appending.Go(func() {
			for _, call := range piece {
				number := j.Append(recordOf(call))
				mu.Lock()
				call.Number = number
				numbered[number] = call
				mu.Unlock()
				time.Sleep(c.pause[i])
			}
		})
	}
	appending.Wait()
	synctest.Wait()
	j.Close()
	waiting.Wait()
	for number := range len(numbered) {
		c.history = append(c.history, numbered[number+1])
	}
}

// fault says what is wrong with a waiter's answer: whoever has a page must have the journal's of one moment, with
// enough calls; who was sent away has the last one, without.
func (c *crowd) fault(w *waiter) string {
	m := model{maxCalls: c.maxCalls, maxBytes: 1 << 30}
	unlimited := w.query
	unlimited.Limit = 0
	for i := 0; ; i++ {
		enough := len(m.find(unlimited).Calls) >= w.count
		switch last := i == len(c.history); {
		case last && enough != (w.err == nil), last && !enough && !errors.Is(w.err, journal.ErrClosed):
			return fmt.Sprintf("in the end there are enough: %t, and the answer is %v", enough, w.err)
		case (last || w.err == nil) && enough == (w.err == nil) && cmp.Equal(m.find(w.query), w.page):
			return ""
		case last:
			return "the page is of no moment: " + cmp.Diff(m.find(w.query), w.page)
		}
		m.append(c.history[i], 0)
	}
}

// TestWaitersAmongAppenders proves that whoever waits while others append is never forgotten, and is answered by one
// moment of the journal.
func TestWaitersAmongAppenders(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := someCrowd(rt)
		synctest.Test(t, func(*testing.T) { c.run() })
		for _, w := range c.waiters {
			if fault := c.fault(w); fault != "" {
				rt.Fatalf("%d of %+v: %s", w.count, w.query, fault)
			}
		}
	})
}

// queue is waiters for the operation a, and how many of them have returned, by the call that they wait for.
type queue struct {
	journal  *record.Journal
	mu       sync.Mutex // guards what follows
	returned []int
}

func (q *queue) done(k int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.returned[k]++
}

func (q *queue) wait(t *testing.T, k int) {
	defer q.done(k)
	page, err := q.journal.Wait(t.Context(), journal.Query{Operations: []string{"a"}}, k)
	if err != nil || page.Total != k {
		t.Errorf("who waits for %d calls gets %d, %v", k, page.Total, err)
	}
}

func (q *queue) verify(t *testing.T, k int) {
	defer q.done(k)
	if v := q.journal.Verify(t.Context(), within(time.Hour, atLeast(k, "a"))); !v.Met() {
		t.Errorf("who verifies %d calls hears %s", k, v)
	}
}

// TestThousandsOfWaiters proves that each of 5,000 who wait and 1,000 who verify is let go by the very call that it
// waits for.
func TestThousandsOfWaiters(t *testing.T) {
	t.Parallel()
	const each, calls = 200, 25
	synctest.Test(t, func(t *testing.T) {
		q := &queue{journal: record.New(0, 0), returned: make([]int, calls+1)}
		want := make([]int, calls+1)
		for i := range each * calls {
			go q.wait(t, i%calls+1)
		}
		for i := range each * calls / 5 {
			go q.verify(t, i%calls+1)
		}
		for k := range calls + 1 {
			if k > 0 {
				want[k] = each + each/5
				q.journal.Append(recordOf(journal.Call{Operation: "b"}))
				q.journal.Append(recordOf(journal.Call{Operation: "a"}))
			}
			synctest.Wait()
			if diff := cmp.Diff(want, q.returned); diff != "" {
				t.Fatalf("after %d calls (-want +returned):\n%s", k, diff)
			}
		}
	})
}

func atLeast(n int, operation string) scenario.Expectation {
	return scenario.Expectation{When: scenario.Matcher{Operation: operation}, AtLeast: n, AtMost: scenario.NoLimit}
}

func atMost(n int, operation string) scenario.Expectation {
	return scenario.Expectation{When: scenario.Matcher{Operation: operation}, AtMost: n}
}

func exactly(n int, operation string) scenario.Expectation {
	return scenario.Expectation{When: scenario.Matcher{Operation: operation}, AtLeast: n, AtMost: n, Exact: true}
}

func within(wait time.Duration, all ...scenario.Expectation) scenario.Expectations {
	return scenario.Expectations{Expect: all, Within: wait}
}

// BenchmarkAppendWithWaiters appends while a thousand wait for a call that does not come. The ratio is to an append for
// which nobody waits.
func BenchmarkAppendWithWaiters(b *testing.B) {
	const waiters, alone = 1000, 10000
	j := record.New(0, 0)
	begin := time.Now()
	for range alone {
		j.Append(recordOf(journal.Call{}))
	}
	each := time.Since(begin).Nanoseconds() / alone
	var group sync.WaitGroup
	for range waiters {
		group.Go(func() { _, _ = j.Wait(b.Context(), journal.Query{Operations: []string{"a"}}, 1) })
	}
	for b.Loop() {
		j.Append(recordOf(journal.Call{}))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(each), "ratio")
	j.Close()
	group.Wait()
}
