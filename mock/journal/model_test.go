package journal_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/mock/journal"
)

// model is a journal as one would write it first: a slice, from the front of which is cut what does not fit.
type model struct {
	maxCalls, maxBytes int
	calls              []journal.Call
	sizes              []int
	dropped            int
}

// overhead is what a call takes beside its texts, as the journal itself says by what it holds.
func overhead() int {
	const room = 1 << 20
	j := journal.New(room, room)
	for range room / 100 {
		j.Append(record(journal.Call{}))
	}
	return room / j.Find(journal.Query{Limit: 1}).Total
}

func (m *model) append(c journal.Call, size int) int {
	c.Number = m.dropped + len(m.calls) + 1
	m.calls, m.sizes = append(m.calls, c), append(m.sizes, size)
	for len(m.calls) > 1 && (len(m.calls) > m.maxCalls || sum(m.sizes) > m.maxBytes) {
		m.calls, m.sizes, m.dropped = m.calls[1:], m.sizes[1:], m.dropped+1
	}
	return c.Number
}

func (m *model) find(q journal.Query) journal.Page {
	matching := slices.DeleteFunc(slices.Clone(m.calls), func(c journal.Call) bool {
		return len(q.Operations) > 0 && !slices.Contains(q.Operations, c.Operation) || q.Member != "" && q.Member != c.Member
	})
	page := journal.Page{Calls: []journal.Call{}, Total: len(matching), Dropped: m.dropped, Complete: m.dropped == 0}
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
	*journal.Journal
	overhead int
}

var words = rapid.SampledFrom([]string{"", "a", "b"})

func (b both) appendSome(t *rapid.T) {
	size := rapid.IntRange(0, 3000).Draw(t, "size")
	for range rapid.IntRange(1, 60).Draw(t, "times") {
		r := record(journal.Call{Operation: words.Draw(t, "operation"), Member: words.Draw(t, "member")})
		r.Bytes = size
		if want, got := b.model.append(r.Call, size+b.overhead), b.Append(r); got != want {
			t.Fatalf("Append is %d, want %d", got, want)
		}
	}
}

func (b both) findSome(t *rapid.T) {
	q := journal.Query{
		Operations: rapid.SliceOfN(words, 0, 2).Draw(t, "operations"), Member: words.Draw(t, "member"),
		After: rapid.IntRange(0, 300).Draw(t, "after"), Limit: rapid.IntRange(0, 20).Draw(t, "limit"),
	}
	if diff := cmp.Diff(b.model.find(q), b.Find(q)); diff != "" {
		t.Fatalf("%+v (-model +journal):\n%s", q, diff)
	}
}

func (b both) getOne(t *rapid.T) {
	number := rapid.IntRange(-1, 300).Draw(t, "number")
	held := slices.ContainsFunc(b.model.calls, func(c journal.Call) bool { return c.Number == number })
	call, dropped, ok := b.Get(number)
	if ok != held || dropped != (number > 0 && number <= b.model.dropped) || ok && call.Number != number {
		t.Fatalf("Get(%d) is %d, dropped %t, %t; %d are dropped", number, call.Number, dropped, ok, b.model.dropped)
	}
}

func (b both) compare(t *rapid.T) {
	if diff := cmp.Diff(b.model.find(journal.Query{}), b.Find(journal.Query{})); diff != "" {
		t.Fatalf("(-model +journal):\n%s", diff)
	}
}

func TestJournalIsItsModel(t *testing.T) {
	t.Parallel()
	each := overhead()
	rapid.Check(t, func(t *rapid.T) {
		m := &model{maxCalls: rapid.IntRange(1, 150).Draw(t, "calls"), maxBytes: rapid.IntRange(1, 300_000).Draw(t, "bytes")}
		b := both{m, journal.New(m.maxCalls, m.maxBytes), each}
		t.Repeat(map[string]func(*rapid.T){"append": b.appendSome, "find": b.findSome, "get": b.getOne, "": b.compare})
	})
}
