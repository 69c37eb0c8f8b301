package record_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// model is a journal as one would write it first: a slice, from the front of which is cut what does not fit.
type model struct {
	maxCalls, maxBytes int
	forgotten          int // the number of the last call that was cleared
	dropped, calls     []journal.Call
	sizes              []int
}

// overhead is what a call takes beside its texts, as the journal itself says by what it holds.
func overhead() int {
	const room = 1 << 20
	j := record.New(room, room)
	for range room / 100 {
		j.Append(recordOf(journal.Call{}))
	}
	return room / j.Find(journal.Query{Limit: 1}).Total
}

func (m *model) last() int { return m.forgotten + len(m.dropped) + len(m.calls) }

func (m *model) append(c journal.Call, size int) int {
	c.Number, c.Params, c.ParamsIn = m.last()+1, map[string]any{}, []journal.ParamIn{} // as a call without any is read
	c.Violations = append([]openapi.Violation{}, c.Violations...)
	m.calls, m.sizes = append(m.calls, c), append(m.sizes, size)
	for len(m.calls) > 1 && (len(m.calls) > m.maxCalls || sum(m.sizes) > m.maxBytes) {
		m.dropped = append(m.dropped, m.calls[0])
		m.calls, m.sizes = m.calls[1:], m.sizes[1:]
	}
	return c.Number
}

// forget begins again behind a number.
func (m *model) forget(number int) {
	m.forgotten, m.dropped, m.calls, m.sizes = number, nil, nil, nil
}

// matching returns the calls held that a query wants, whatever their numbers.
func (m *model) matching(q journal.Query) []journal.Call {
	return slices.DeleteFunc(slices.Clone(m.calls), func(c journal.Call) bool { return !wanted(q, c) })
}

func wanted(q journal.Query, c journal.Call) bool {
	return (len(q.Operations) == 0 || slices.Contains(q.Operations, c.Operation)) && (q.Member == "" || q.Member == c.Member) &&
		(q.Kind == "" || q.Kind == c.Kind) && (q.Outcome == "" || q.Outcome == c.Outcome) &&
		(q.Violations == nil || *q.Violations == (len(c.Violations) > 0))
}

func (m *model) find(q journal.Query) journal.Page {
	matching := m.matching(q)
	page := journal.Page{Calls: []journal.Call{}, Total: len(matching), Dropped: len(m.dropped), Complete: len(m.dropped) == 0}
	for _, c := range matching {
		if c.Number > q.After {
			page.Calls = append(page.Calls, c)
		}
	}
	if q.Limit > 0 && len(page.Calls) > q.Limit {
		page.Calls = page.Calls[:q.Limit]
		page.Next = page.Calls[q.Limit-1].Number
	}
	return page
}

// concerns is which calls an expectation looks at.
func concerns(e scenario.Expectation, c journal.Call) bool {
	if e.When.Operation == "" {
		return c.Kind == openapi.Licensing || e.When.Violations == scenario.WithViolations
	}
	return c.Operation == e.When.Operation
}

// counts is what an expectation without parameters counts.
func counts(e scenario.Expectation, c journal.Call) bool {
	w := e.When
	return concerns(e, c) && (w.Member == "" || w.Member == c.Member) &&
		(w.Outcome == "" || w.Outcome == c.Outcome) &&
		(w.Violations == "" || (w.Violations == scenario.WithViolations) == (len(c.Violations) > 0))
}

// judge returns the places of the expectations that are unmet, and how many calls each of them counts.
func (m *model) judge(all scenario.Expectations) map[int]int {
	unmet := map[int]int{}
	begin := 0 // where in calls the next required one is looked for
	for i, e := range all.Expect {
		seen := 0
		for _, c := range m.calls {
			if counts(e, c) {
				seen++
			}
		}
		unclear := e.AtMost != scenario.NoLimit && slices.ContainsFunc(m.dropped, func(c journal.Call) bool { return concerns(e, c) })
		next, found := m.follow(e, begin)
		switch {
		case seen < e.AtLeast, e.AtMost != scenario.NoLimit && seen > e.AtMost, unclear, all.InOrder && !found:
			unmet[i+1] = seen
		}
		if found {
			begin = next
		}
	}
	return unmet
}

// follow looks for the calls that an expectation requires from a place on, and returns the place behind them.
func (m *model) follow(e scenario.Expectation, begin int) (next int, found bool) {
	missing := e.AtLeast
	for next = begin; missing > 0 && next < len(m.calls); next++ {
		if counts(e, m.calls[next]) {
			missing--
		}
	}
	return next, missing == 0
}

func sum(all []int) int {
	total := 0
	for _, n := range all {
		total += n
	}
	return total
}

// both are a journal and its model, which are asked the same.
type both struct {
	model *model
	*record.Journal
	overhead int
}

var (
	words      = rapid.SampledFrom([]string{"", "a", "b"})
	kinds      = rapid.SampledFrom([]openapi.Kind{openapi.Licensing, openapi.Support})
	outcomes   = rapid.SampledFrom([]journal.Outcome{journal.OK, journal.Error})
	violations = rapid.SampledFrom([][]openapi.Violation{nil, {{Name: "f"}}})
)

func someCall(t *rapid.T) journal.Call {
	return journal.Call{
		Operation: words.Draw(t, "operation"), Kind: kinds.Draw(t, "kind"), Member: words.Draw(t, "member"),
		Outcome: outcomes.Draw(t, "outcome"), Violations: violations.Draw(t, "violations"),
	}
}

func (b both) append(c journal.Call, size int) (want, got int) {
	r := recordOf(c)
	r.Bytes = size
	return b.model.append(c, size+b.overhead), b.Append(r)
}

func (b both) appendSome(t *rapid.T) {
	size := rapid.IntRange(0, 3000).Draw(t, "size")
	for range rapid.IntRange(1, 60).Draw(t, "times") {
		if want, got := b.append(someCall(t), size); want != got {
			t.Fatalf("Append is %d, want %d", got, want)
		}
	}
}

func someQuery(t *rapid.T) journal.Query {
	q := journal.Query{
		Operations: rapid.SliceOfN(words, 0, 2).Draw(t, "operations"), Member: words.Draw(t, "member"),
		After: rapid.SampledFrom([]int{0, 0, 3, 40, 300}).Draw(t, "after"), Limit: rapid.IntRange(0, 20).Draw(t, "limit"),
	}
	if rapid.Bool().Draw(t, "more") {
		with := rapid.Bool().Draw(t, "with violations")
		q.Kind, q.Outcome, q.Violations = kinds.Draw(t, "kind"), outcomes.Draw(t, "outcome"), &with
	}
	return q
}

func (b both) findSome(t *rapid.T) {
	q := someQuery(t)
	if diff := cmp.Diff(b.model.find(q), b.Find(q)); diff != "" {
		t.Fatalf("%+v (-model +journal):\n%s", q, diff)
	}
}

// waitNoLonger waits with a context that is over: it tells by the error whether what is wanted is there.
func (b both) waitNoLonger(t *rapid.T) {
	q, count := someQuery(t), rapid.IntRange(0, 20).Draw(t, "count")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	page, err := b.Wait(ctx, q, count)
	want := b.model.find(q)
	if diff := cmp.Diff(want, page); diff != "" {
		t.Fatalf("%+v (-model +journal):\n%s", q, diff)
	}
	q.Limit = 0
	if enough := len(b.model.find(q).Calls) >= count; enough != (err == nil) || !enough && !errors.Is(err, context.Canceled) {
		t.Fatalf("%d calls of %+v: %v", count, q, err)
	}
}

func someExpectations(t *rapid.T) scenario.Expectations {
	one := rapid.Custom(func(t *rapid.T) scenario.Expectation {
		when := scenario.Matcher{Operation: words.Draw(t, "operation"), Member: words.Draw(t, "member")}
		e := scenario.Expectation{When: when, AtMost: scenario.NoLimit}
		if rapid.Bool().Draw(t, "more") {
			e.When.Outcome = outcomes.Draw(t, "outcome")
			e.When.Violations = rapid.SampledFrom([]scenario.Violating{scenario.WithViolations, scenario.WithoutViolations}).Draw(t, "violations")
		}
		e.AtLeast = rapid.IntRange(0, 4).Draw(t, "at least")
		if rapid.Bool().Draw(t, "bounded") {
			e.AtMost = e.AtLeast + rapid.IntRange(0, 30).Draw(t, "room")
		}
		return e
	})
	return scenario.Expectations{Expect: rapid.SliceOfN(one, 1, 4).Draw(t, "expect"), InOrder: rapid.Bool().Draw(t, "in order")}
}

// judge asks the journal three ways, which must be one.
func (b both) judge(t *rapid.T) {
	e := someExpectations(t)
	v := b.Judge(e)
	got := map[int]int{}
	for _, u := range v.Unmet {
		got[u.Expectation] = u.Seen
	}
	if diff := cmp.Diff(b.model.judge(e), got); diff != "" {
		t.Fatalf("%v (-model +journal):\n%s", e, diff)
	}
	if v.Dropped != len(b.model.dropped) || v.Complete != (v.Dropped == 0) || v.Expectations != len(e.Expect) || v.Met() != (len(got) == 0) {
		t.Fatalf("%v: %v", e, v)
	}
	if diff := cmp.Diff(v, b.Verify(t.Context(), e)); diff != "" {
		t.Fatalf("%v (-Judge +Verify):\n%s", e, diff)
	}
}

func (b both) getOne(t *rapid.T) {
	number := rapid.IntRange(-1, 300).Draw(t, "number")
	held := slices.ContainsFunc(b.model.calls, func(c journal.Call) bool { return c.Number == number })
	call, dropped, ok := b.Get(number)
	if ok != held || dropped != (number > 0 && number <= b.model.last()-len(b.model.calls)) || ok && call.Number != number {
		t.Fatalf("Get(%d) is %d, dropped %t, %t; %d are dropped", number, call.Number, dropped, ok, len(b.model.dropped))
	}
}

func (b both) clear(t *rapid.T) {
	if want, got := len(b.model.calls), b.Clear(); want != got {
		t.Fatalf("%d were cleared, want %d", got, want)
	}
	b.model.forget(b.model.last())
}

func (b both) reset(*rapid.T) {
	b.Reset()
	b.model.forget(0)
}

func (b both) compare(t *rapid.T) {
	if diff := cmp.Diff(b.model.find(journal.Query{}), b.Find(journal.Query{})); diff != "" {
		t.Fatalf("(-model +journal):\n%s", diff)
	}
}

func someBoth(t *rapid.T, overhead int) both {
	m := &model{maxCalls: rapid.IntRange(1, 150).Draw(t, "calls"), maxBytes: rapid.IntRange(1, 300_000).Draw(t, "bytes")}
	return both{m, record.New(m.maxCalls, m.maxBytes), overhead}
}

func TestJournalIsItsModel(t *testing.T) {
	t.Parallel()
	each := overhead()
	rapid.Check(t, func(t *rapid.T) {
		b := someBoth(t, each)
		t.Repeat(map[string]func(*rapid.T){
			"append": b.appendSome, "append more": b.appendSome, "find": b.findSome, "wait": b.waitNoLonger, "judge": b.judge, "get": b.getOne,
			"clear": b.clear, "reset": b.reset, "": b.compare,
		})
	})
}
