package record_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/mock/journal"
)

// call is a call that counts as about so many bytes.
func callOf(bytes int) *record.Record {
	r := recordOf(journal.Call{})
	r.Bytes = bytes
	return r
}

func usedOf(b *record.Budget) int {
	used, _ := b.Bytes()
	return int(used)
}

// TestBudget proves that all journals together stay within the budget: the oldest calls of the largest one go, and it says so.
func TestBudget(t *testing.T) {
	t.Parallel()
	b := record.NewBudget(1 << 20)
	large, small := record.New(0, 0), record.New(0, 0)
	b.Add(large)
	b.Add(small)
	for range 20 {
		small.Append(callOf(1000))
	}
	for range 200 {
		large.Append(callOf(10_000))
	}
	held, bytes := large.Size()
	if used := usedOf(b); used > 1<<20 || held < 50 || bytes < 800_000 {
		t.Errorf("%d bytes are used, the large journal holds %d calls of %d bytes", used, held, bytes)
	}
	page := large.Find(journal.Query{})
	if page.Dropped != 200-held || page.Complete || page.Calls[held-1].Number != 200 {
		t.Errorf("%d calls were dropped, complete %t, the last is %d", page.Dropped, page.Complete, page.Calls[held-1].Number)
	}
	same(t, "dropped of the small one", 0, small.Find(journal.Query{}).Dropped)
	large.Close()
	_, bytes = small.Size()
	same(t, "used when the large one is closed", bytes, usedOf(b))
	small.Reset()
	same(t, "used when the small one is empty", 0, usedOf(b))
}

// TestCharge proves that what is charged comes before calls, and what does not fit is refused in words.
func TestCharge(t *testing.T) {
	t.Parallel()
	b := record.NewBudget(1 << 20)
	j := record.New(0, 0)
	b.Add(j)
	for range 80 {
		j.Append(callOf(10_000))
	}
	if err := b.Charge(1 << 19); err != nil {
		t.Fatal(err)
	}
	if held, _ := j.Size(); usedOf(b) > 1<<20 || held > 50 {
		t.Errorf("%d bytes are used, and %d calls are held", usedOf(b), held)
	}
	err := b.Charge(1<<19 + 1)
	if !errors.Is(err, record.ErrSpent) || !strings.Contains(err.Error(), "--max-memory") {
		t.Errorf("too much is answered with %v", err)
	}
	b.Release(1 << 19)
	if err := b.Charge(1 << 20); err != nil {
		t.Error(err)
	}
	if held, _ := j.Size(); held != 1 {
		t.Errorf("%d calls are held: the newest one always is", held)
	}
}

// TestBudgetCountsExactly holds the bytes of a budget against those of its journals, whatever happens to them.
func TestBudgetCountsExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, charged := record.NewBudget(100_000), 0
		open := map[*record.Journal]bool{record.New(5, 0): true, record.New(0, 30_000): true, record.New(0, 0): true}
		journals := slices.Collect(maps.Keys(open))
		for _, j := range journals {
			b.Add(j)
		}
		steps := map[string]func(j *record.Journal){
			"append":  func(j *record.Journal) { j.Append(callOf(rapid.IntRange(0, 20_000).Draw(t, "bytes"))) },
			"clear":   func(j *record.Journal) { j.Clear() },
			"reset":   func(j *record.Journal) { j.Reset() },
			"close":   func(j *record.Journal) { j.Close(); open[j] = false },
			"release": func(*record.Journal) { b.Release(charged); charged = 0 },
			"charge": func(*record.Journal) {
				if b.Charge(10_000) == nil {
					charged += 10_000
				}
			},
		}
		names := append(slices.Sorted(maps.Keys(steps)), "append", "append")
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			steps[rapid.SampledFrom(names).Draw(t, "step")](journals[rapid.IntRange(0, 2).Draw(t, "journal")])
			if got, want := usedOf(b), charged+bytesOf(open); got != want {
				t.Fatalf("%d bytes are used, and the parts take %d", got, want)
			}
		}
	})
}

// bytesOf is what the journals take that are open.
func bytesOf(open map[*record.Journal]bool) int {
	sum := 0
	for j := range open {
		if _, bytes := j.Size(); open[j] {
			sum += bytes
		}
	}
	return sum
}

// TestBudgetOfManyAtOnce: calls come, journals are closed and charges are made at once, without a deadlock or a race.
func TestBudgetOfManyAtOnce(t *testing.T) {
	t.Parallel()
	b := record.NewBudget(200_000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				j := record.New(0, 0)
				b.Add(j)
				for range 20 {
					j.Append(callOf(5_000))
				}
				if b.Charge(1000) == nil {
					b.Release(1000)
				}
				j.Close()
			}
		})
	}
	all.Wait()
	same(t, "used in the end", 0, usedOf(b))
}

// TestClosedByMany: a journal that many close at once leaves the budget once.
func TestClosedByMany(t *testing.T) {
	t.Parallel()
	b := record.NewBudget(1 << 30)
	for range 200 {
		j := record.New(0, 0)
		b.Add(j)
		j.Append(callOf(1000))
		var all sync.WaitGroup
		for range 8 {
			all.Go(j.Close)
		}
		all.Wait()
	}
	same(t, "used in the end", 0, usedOf(b))
}

// TestNoBudget: without a budget nothing is bounded.
func TestNoBudget(t *testing.T) {
	t.Parallel()
	var b *record.Budget
	j := record.New(0, 0)
	b.Add(j)
	j.Append(callOf(1 << 20))
	b.Release(1)
	if err := b.Charge(1 << 40); err != nil {
		t.Error(err)
	}
}
