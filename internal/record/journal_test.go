package record_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	j := record.New(3, 0)
	for want := 1; want <= 200; want++ {
		if got := j.Append(recordOf(journal.Call{})); got != want {
			t.Fatalf("call %d got the number %d", want, got)
		}
	}
	page := j.Find(journal.Query{})
	if diff := cmp.Diff([]int{198, 199, 200}, numbers(page.Calls)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if page.Total != 3 || page.Dropped != 197 || page.Complete || page.Next != 0 {
		t.Errorf("got %+v", page)
	}
}

func TestNothingDropped(t *testing.T) {
	t.Parallel()
	page := filled(3, 3).Find(journal.Query{})
	if page.Total != 3 || page.Dropped != 0 || !page.Complete {
		t.Errorf("at the bound: %+v", page)
	}
	page = record.New(0, 0).Find(journal.Query{})
	if diff := cmp.Diff(journal.Page{Calls: []journal.Call{}, Complete: true}, page); diff != "" {
		t.Errorf("empty (-want +got):\n%s", diff)
	}
}

func TestBytes(t *testing.T) {
	t.Parallel()
	j := record.New(0, 100_000)
	add := func(bytes int) {
		r := recordOf(journal.Call{})
		r.Bytes = bytes
		j.Append(r)
	}
	held := func() []int { return numbers(j.Find(journal.Query{}).Calls) }
	for range 3 {
		add(30_000)
	}
	if diff := cmp.Diff([]int{1, 2, 3}, held()); diff != "" {
		t.Errorf("below the bound (-want +got):\n%s", diff)
	}
	add(30_000)
	if diff := cmp.Diff([]int{2, 3, 4}, held()); diff != "" {
		t.Errorf("over the bound (-want +got):\n%s", diff)
	}
	add(500_000)
	if diff := cmp.Diff([]int{5}, held()); diff != "" {
		t.Errorf("the newest is kept, however large (-want +got):\n%s", diff)
	}
	add(30_000)
	if diff := cmp.Diff([]int{6}, held()); diff != "" {
		t.Errorf("the large one goes first (-want +got):\n%s", diff)
	}
}

// TestSmallCallsAreBoundToo holds that a record costs something even when it holds no text.
func TestSmallCallsAreBoundToo(t *testing.T) {
	t.Parallel()
	j := record.New(0, 10_000)
	for range 1000 {
		j.Append(recordOf(journal.Call{}))
	}
	if total := j.Find(journal.Query{}).Total; total == 0 || total > 100 {
		t.Errorf("%d calls are held in 10,000 bytes", total)
	}
}

func TestDefaultBounds(t *testing.T) {
	t.Parallel()
	for _, bound := range []int{0, -1} {
		j := record.New(bound, bound)
		for range record.DefaultMaxCalls + 1 {
			j.Append(recordOf(journal.Call{}))
		}
		if page := j.Find(journal.Query{Limit: 1}); page.Total != record.DefaultMaxCalls || page.Dropped != 1 {
			t.Errorf("bound %d: %d held, %d dropped", bound, page.Total, page.Dropped)
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	j := record.New(0, 0)
	for _, c := range []journal.Call{
		{Operation: "getFutureLicense", Kind: openapi.Licensing, Member: "admin", Outcome: journal.OK},
		{Operation: "getFutureLicense", Kind: openapi.Licensing, Member: "viewer", Outcome: journal.Error},
		{
			Operation: "provisionOrgEntitlements", Kind: openapi.Licensing, Member: "admin", Outcome: journal.Error,
			Violations: []openapi.Violation{{Name: "f"}},
		},
		{Operation: "generateToken", Kind: openapi.Support, Outcome: journal.OK, Violations: []openapi.Violation{}},
		{Kind: journal.KindUnknown, Outcome: journal.Error},
		{Operation: "portalSelf", Kind: openapi.Support, Member: "admin", Outcome: journal.Fault},
	} {
		j.Append(recordOf(c))
	}
	with, without := true, false
	for _, tt := range []struct {
		name  string
		query journal.Query
		want  []int
	}{
		{"everything", journal.Query{}, []int{1, 2, 3, 4, 5, 6}},
		{"an operation", journal.Query{Operations: []string{"getFutureLicense"}}, []int{1, 2}},
		{"two operations", journal.Query{Operations: []string{"portalSelf", "generateToken"}}, []int{4, 6}},
		{"no operation", journal.Query{Operations: []string{""}}, []int{5}},
		{"operations nobody called", journal.Query{Operations: []string{"user"}}, []int{}},
		{"a kind", journal.Query{Kind: openapi.Support}, []int{4, 6}},
		{"unknown paths", journal.Query{Kind: journal.KindUnknown}, []int{5}},
		{"a member", journal.Query{Member: "admin"}, []int{1, 3, 6}},
		{"an outcome", journal.Query{Outcome: journal.Error}, []int{2, 3, 5}},
		{"faults", journal.Query{Outcome: journal.Fault}, []int{6}},
		{"with violations", journal.Query{Violations: &with}, []int{3}},
		{"without violations", journal.Query{Violations: &without}, []int{1, 2, 4, 5, 6}},
		{
			"all filters at once",
			journal.Query{
				Operations: []string{"getFutureLicense"}, Kind: openapi.Licensing, Member: "viewer", Outcome: journal.Error,
				Violations: &without, After: 1,
			},
			[]int{2},
		},
		{"filters that contradict", journal.Query{Operations: []string{"getFutureLicense"}, Kind: openapi.Support}, []int{}},
	} {
		page := j.Find(tt.query)
		if diff := cmp.Diff(tt.want, numbers(page.Calls)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if tt.query.After == 0 && page.Total != len(tt.want) || !page.Complete {
			t.Errorf("%s: total %d, complete %t", tt.name, page.Total, page.Complete)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	j := filled(8, 10) // 3 to 10 are held
	for _, tt := range []struct {
		name        string
		after, most int
		want        []int
		next        int
	}{
		{"all", 0, 0, []int{3, 4, 5, 6, 7, 8, 9, 10}, 0},
		{"the first page", 0, 3, []int{3, 4, 5}, 5},
		{"the second page", 5, 3, []int{6, 7, 8}, 8},
		{"the last page", 8, 3, []int{9, 10}, 0},
		{"a page that ends at the end", 7, 3, []int{8, 9, 10}, 0},
		{"as many as there are", 0, 8, []int{3, 4, 5, 6, 7, 8, 9, 10}, 0},
		{"one fewer", 0, 7, []int{3, 4, 5, 6, 7, 8, 9}, 9},
		{"after a call that was dropped", 1, 2, []int{3, 4}, 4},
		{"after the last", 10, 3, []int{}, 0},
		{"after what is still to come", 99, 3, []int{}, 0},
	} {
		page := j.Find(journal.Query{After: tt.after, Limit: tt.most})
		if diff := cmp.Diff(tt.want, numbers(page.Calls)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if page.Next != tt.next || page.Total != 8 || page.Dropped != 2 || page.Complete {
			t.Errorf("%s: next %d, want %d; total %d, dropped %d, complete %t", tt.name, page.Next, tt.next, page.Total, page.Dropped, page.Complete)
		}
	}
}

// TestPagesOfAFilter: next is the number of a call that matched, and total counts all that match.
func TestPagesOfAFilter(t *testing.T) {
	t.Parallel()
	j := record.New(0, 0)
	for i := range 10 {
		j.Append(recordOf(journal.Call{Member: []string{"admin", "viewer"}[i%2]}))
	}
	page := j.Find(journal.Query{Member: "viewer", After: 2, Limit: 2})
	if diff := cmp.Diff([]int{4, 6}, numbers(page.Calls)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if page.Next != 6 || page.Total != 5 {
		t.Errorf("next %d, total %d", page.Next, page.Total)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	j := filled(2, 5) // 4 and 5 are held
	for number, want := range map[int][2]bool{-1: {}, 0: {}, 1: {true, false}, 3: {true, false}, 4: {false, true}, 5: {false, true}, 6: {}} {
		call, dropped, ok := j.Get(number)
		if got := [2]bool{dropped, ok}; got != want {
			t.Errorf("Get(%d) is dropped %t, ok %t", number, dropped, ok)
		}
		if ok && call.Number != number || !ok && call.Number != 0 {
			t.Errorf("Get(%d) has the number %d", number, call.Number)
		}
	}
}

// TestReaders: each reader gets a call of its own.
func TestReaders(t *testing.T) {
	t.Parallel()
	j := record.New(0, 0)
	j.Append(sent(contract.Value{In: "query", Name: "f", Text: "json"}))
	found := j.Find(journal.Query{Limit: 1}).Calls[0]
	found.Params["f"], found.ParamsIn[0].Value = "changed", "changed"
	got, _, _ := j.Get(1)
	want := journal.Call{
		Number: 1, Operation: "a", Params: map[string]any{"f": "json"}, Violations: []openapi.Violation{},
		ParamsIn: []journal.ParamIn{{In: "query", Name: "f", Value: "json"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestConcurrent is for the race detector: every number is given once, and readers see whole calls.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 200
	j := record.New(100, 0)
	given := make([]int, writers*each+1)
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				given[j.Append(recordOf(journal.Call{}))]++
			}
		})
		group.Go(func() {
			for range 50 {
				page := j.Find(journal.Query{})
				if fault := broken(page); fault != "" {
					t.Error(fault)
				}
				j.Get(page.Dropped + 50)
			}
		})
	}
	group.Wait()
	for number, times := range given[1:] {
		if times != 1 {
			t.Errorf("the number %d was given %d times", number+1, times)
		}
	}
}

// broken says what a page shows that no single moment of a journal of 100 calls has.
func broken(page journal.Page) string {
	if len(page.Calls) > 100 || len(page.Calls) != page.Total {
		return fmt.Sprintf("%d calls on the page, total %d", len(page.Calls), page.Total)
	}
	for i, c := range page.Calls {
		if c.Number != page.Dropped+i+1 {
			return fmt.Sprintf("call %d of a page with %d dropped has the number %d", i, page.Dropped, c.Number)
		}
	}
	return ""
}

// TestDroppedViolating: a violation is not forgotten with its call.
func TestDroppedViolating(t *testing.T) {
	t.Parallel()
	j := record.New(2, 0)
	bad := journal.Call{Violations: []openapi.Violation{{Name: "f"}}}
	for i, tt := range []struct {
		call journal.Call
		want int
	}{
		{bad, 0}, {bad, 0}, {journal.Call{}, 1}, {journal.Call{Violations: []openapi.Violation{}}, 2}, {bad, 2}, {bad, 2}, {journal.Call{}, 3},
	} {
		j.Append(recordOf(tt.call))
		if got := j.DroppedViolating(); got != tt.want {
			t.Errorf("after call %d: %d dropped calls violated the contract, want %d", i+1, got, tt.want)
		}
	}
}
