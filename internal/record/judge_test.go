package record_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

func same(t *testing.T, name string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// unmetOf returns the places of what is unmet.
func unmetOf(v journal.Verdict) []int {
	var all []int
	for _, u := range v.Unmet {
		all = append(all, u.Expectation)
	}
	return all
}

// kindOf is licensing for the operations a to m, and support for the others.
func kindOf(operation string) openapi.Kind {
	if operation <= "m" {
		return openapi.Licensing
	}
	return openapi.Support
}

// journalOf has a call per word, of the operation with that name.
func journalOf(maxCalls int, operations string) *record.Journal {
	j := record.New(maxCalls, 0)
	for o := range strings.FieldsSeq(operations) {
		j.Append(recordOf(journal.Call{Operation: o, Kind: kindOf(o), Method: "GET", Path: "/" + o, Outcome: journal.OK}))
	}
	return j
}

// TestCounts holds every kind of expectation against numbers of calls around its bounds.
func TestCounts(t *testing.T) {
	t.Parallel()
	between := scenario.Expectation{When: scenario.Matcher{Operation: "a"}, AtLeast: 1, AtMost: 2}
	for _, row := range []struct {
		expect  scenario.Expectation
		calls   string
		seen    int
		message string // "": it is met
	}{
		{exactly(0, "a"), "b z", 0, ""},
		{exactly(0, "a"), "b a", 1, "exactly 0 calls of a; 1 came"},
		{exactly(1, "a"), "", 0, "exactly 1 call of a; none came"},
		{exactly(1, "a"), "a b", 1, ""},
		{exactly(1, "a"), "a a", 2, "exactly 1 call of a; 2 came"},
		{exactly(2, "a"), "a", 1, "exactly 2 calls of a; 1 came"},
		{atLeast(2, "a"), "a b", 1, "at least 2 calls of a; 1 came"},
		{atLeast(2, "a"), "a a", 2, ""},
		{atLeast(2, "a"), "a a a", 3, ""},
		{atLeast(0, "a"), "", 0, ""},
		{atMost(1, "a"), "", 0, ""},
		{atMost(1, "a"), "a", 1, ""},
		{atMost(1, "a"), "a a", 2, "at most 1 call of a; 2 came"},
		{between, "", 0, "at least 1 and at most 2 calls of a; none came"},
		{between, "a", 1, ""},
		{between, "a a", 2, ""},
		{between, "a a a", 3, "at least 1 and at most 2 calls of a; 3 came"},
		{exactly(2, ""), "a b", 2, ""},
		{exactly(2, ""), "a z b", 2, ""},
		{exactly(1, ""), "z", 0, "exactly 1 call of any licensing operation; none came"},
		{exactly(1, "z"), "z", 1, ""},
	} {
		v := journalOf(0, row.calls).Judge(within(0, row.expect))
		message, seen := "", row.seen
		if !v.Met() {
			message, seen = v.Unmet[0].Message, v.Unmet[0].Seen
		}
		same(
			t, row.expect.String()+" of "+row.calls, []any{row.message, row.seen, true, 0, 1},
			[]any{message, seen, v.Complete, v.Dropped, v.Expectations},
		)
	}
}

// TestHonesty holds expectations against a journal of three calls that has dropped some: what may depend on those is
// unmet and says why, what does not is judged by the others.
func TestHonesty(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		expect  scenario.Expectation
		calls   string // of which the last three are held
		message string // "": it is met
	}{
		{exactly(1, "a"), "b a c d", ""},
		{exactly(1, "a"), "a a c d", "exactly 1 call of a; 1 came, but 1 call is no longer held that it may count, so nobody can tell"},
		{exactly(0, "a"), "a b c d", "exactly 0 calls of a; none came, but 1 call is no longer held that it may count, so nobody can tell"},
		{atMost(5, "a"), "a a a c d", "at most 5 calls of a; 1 came, but 2 calls are no longer held that it may count, so nobody can tell"},
		{atMost(1, "a"), "a a a d", "at most 1 call of a; 2 came"},
		{atMost(1, "a"), "z b c d", ""},
		{atLeast(1, "a"), "a a b c", ""},
		{atLeast(1, "a"), "a b c d", "at least 1 call of a; none came, and 1 call is no longer held that it may count"},
		{atLeast(1, "a"), "b b c d", "at least 1 call of a; none came"},
		{exactly(2, "a"), "a a c d", "exactly 2 calls of a; 1 came, and 1 call is no longer held that it may count"},
		{exactly(3, ""), "z b c d", ""},
		{
			exactly(3, ""), "a b c d",
			"exactly 3 calls of any licensing operation; 3 came, but 1 call is no longer held that it may count, so nobody can tell",
		},
		{exactly(0, "z"), "z b c d", "exactly 0 calls of z; none came, but 1 call is no longer held that it may count, so nobody can tell"},
		{exactly(0, "z"), "a b c d", ""},
	} {
		v := journalOf(3, row.calls).Judge(within(0, row.expect))
		message := ""
		if !v.Met() {
			message = v.Unmet[0].Message
		}
		dropped := len(strings.Fields(row.calls)) - 3
		same(t, row.expect.String()+" of "+row.calls, []any{row.message, false, dropped}, []any{message, v.Complete, v.Dropped})
		if !strings.Contains(v.String(), "not complete") {
			t.Errorf("%s of %s does not say that it is not complete: %s", row.expect, row.calls, v)
		}
	}
}

// TestForgottenIsNotDropped proves that calls which were forgotten on request make nothing incomplete.
func TestForgottenIsNotDropped(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*record.Journal){
		"Clear": func(j *record.Journal) {
			j.Clear()
		}, "Reset": (*record.Journal).Reset,
	} {
		j := journalOf(2, "a a a a")
		forget(j)
		j.Append(recordOf(journal.Call{Operation: "a"}))
		v := j.Judge(within(0, exactly(1, "a")))
		same(t, name, []any{true, true, 0}, []any{v.Met(), v.Complete, v.Dropped})
	}
}

// TestOrder holds expectations in order against calls: those that are required must be found one after the other,
// whatever stands between.
func TestOrder(t *testing.T) {
	t.Parallel()
	all := func(e ...scenario.Expectation) []scenario.Expectation { return e }
	ab := all(atLeast(1, "a"), atLeast(1, "b"))
	for _, row := range []struct {
		name    string
		expect  []scenario.Expectation
		calls   string
		unmet   []int
		message string // of the last that is unmet
	}{
		{"one after the other", ab, "a b", nil, ""},
		{"others between", ab, "c b a c a c b b", nil, ""},
		{"the other way round", ab, "b a", []int{2}, "at least 1 call of b, after call 2; 1 came, 0 after it"},
		{"twice the other way round", ab, "b a b", nil, ""},
		{"two of each", all(atLeast(2, "a"), atLeast(2, "b")), "a b a b b", nil, ""},
		{
			"one of two too early", all(atLeast(2, "a"), atLeast(2, "b")), "a b a b",
			[]int{2},
			"at least 2 calls of b, after call 3; 2 came, 1 after it",
		},
		{"a call is taken once", all(atLeast(1, "a"), atLeast(1, "a")), "a", []int{2}, "at least 1 call of a, after call 1; 1 came, 0 after it"},
		{"two calls for two", all(atLeast(1, "a"), atLeast(1, "a")), "a a", nil, ""},
		{"as early as can be", all(atLeast(1, "a"), atLeast(1, "b"), atLeast(1, "a")), "a b a", nil, ""},
		{
			"three, the last too early", all(atLeast(1, "a"), atLeast(1, "b"), atLeast(1, "c")), "c a b",
			[]int{3},
			"at least 1 call of c, after call 3; 1 came, 0 after it",
		},
		{
			"three, the middle too early", all(atLeast(1, "a"), atLeast(1, "b"), atLeast(1, "c")), "b a c",
			[]int{2},
			"at least 1 call of b, after call 2; 1 came, 0 after it",
		},
		{
			"one is missing", all(atLeast(1, "a"), atLeast(1, "b"), atLeast(1, "c")), "c a",
			[]int{2, 3},
			"at least 1 call of c, after call 2; 1 came, 0 after it",
		},
		{"nothing required between", all(atLeast(1, "a"), atMost(1, "b"), atLeast(1, "c")), "b a c", nil, ""},
		{"a bound counts everywhere", all(atLeast(1, "a"), exactly(1, "b")), "b a b", []int{2}, "exactly 1 call of b; 2 came"},
		{"any licensing operation", all(atLeast(1, "z"), atLeast(1, "")), "z a", nil, ""},
	} {
		v := journalOf(0, row.calls).Judge(scenario.Expectations{Expect: row.expect, InOrder: true})
		same(t, row.name, row.unmet, unmetOf(v))
		if !v.Met() {
			same(t, row.name, row.message, v.Unmet[len(v.Unmet)-1].Message)
		}
	}
}

// TestOrderHints proves what is said of a call that came too early.
func TestOrderHints(t *testing.T) {
	t.Parallel()
	again := atLeast(1, "a")
	for _, row := range []struct {
		calls  string
		second scenario.Expectation
		want   string
	}{
		{"b a", atLeast(1, "b"), `1 of 2 expectations are unmet
expectation 2: at least 1 call of b, after call 2; 1 came, 0 after it
    call 1: GET /b by nobody, ok
        it came before call 2, which expectation 1 counts`},
		{"c a", again, `1 of 2 expectations are unmet
expectation 2: at least 1 call of a, after call 2; 1 came, 0 after it
    call 2: GET /a by nobody, ok
        expectation 1 counts it already`},
		{"a b a", atLeast(1, "b"), `1 of 2 expectations are unmet (not complete: 1 call is no longer held)
expectation 2: at least 1 call of b, after call 3; 1 came, 0 after it, but calls are no longer held ` +
			`that may have come in order, so nobody can tell
    call 2: GET /b by nobody, ok
        it came before call 3, which expectation 1 counts`},
		{"c b a", atLeast(1, "b"), `1 of 2 expectations are unmet (not complete: 1 call is no longer held)
expectation 2: at least 1 call of b, after call 3; 1 came, 0 after it
    call 2: GET /b by nobody, ok
        it came before call 3, which expectation 1 counts`},
	} {
		v := journalOf(2, row.calls).Judge(scenario.Expectations{Expect: []scenario.Expectation{again, row.second}, InOrder: true})
		same(t, row.calls, row.want, v.String())
	}
}
