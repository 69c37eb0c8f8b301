package sandbox_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
)

// TestJudged: a scenario is judged when it ends and was called since it began, once, and only if it expects something.
func TestJudged(t *testing.T) {
	t.Parallel()
	const expects = "expect: [{ when: { operation: user }, exactly: 1 }]\n"
	once, plain := written(t, expects), written(t, "")
	once.Name, plain.Name = "once", "plain"
	for _, row := range []struct {
		name  string
		steps string // c: a call, p: another scenario is played, o: the one that expects, r: reset
		want  []int  // of each verdict how much is unmet, the open one last
	}{
		{"never called", "", []int{1}},
		{"called", "c", []int{0}},
		{"replaced without a call", "po", []int{1}},
		{"replaced after a call", "cp", []int{0}},
		{"replaced after a call, and back without another", "cpo", []int{0}},
		{"replaced after a call, and called again", "cpoc", []int{0, 1}},
		{"reset after two calls", "ccr", []int{1}},
		{"reset after two calls, and one more", "ccrc", []int{1, 0}},
		{"played again: it goes on", "coc", []int{1}},
		{"a scenario that expects nothing is not judged", "pco", []int{0}},
	} {
		history := sandbox.NewHistory(0, 0)
		b := box(t, sandbox.Options{Scenario: once, History: history})
		set := sandbox.NewSet(b, 0, 0)
		for _, step := range row.steps {
			var err error
			switch step {
			case 'c':
				b.Append(&record.Record{Call: journal.Call{Operation: "user"}})
			case 'p':
				err = b.Play(plain)
			case 'o':
				err = b.Play(once)
			case 'r':
				err = b.Reset()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		var got []int
		past := set.Past(t.Context())
		for _, v := range past.Verdicts {
			got = append(got, len(v.Unmet))
		}
		if came := strings.Count(row.steps, "c"); past.Calls.Total != came {
			t.Errorf("%s: the history has %d calls, and %d came", row.name, past.Calls.Total, came)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
		set.Close()
	}
}

// TestHistoryKeepsNoWorld: a verdict on a scenario that has ended does not hold its world, which may be large.
func TestHistoryKeepsNoWorld(t *testing.T) {
	t.Parallel()
	played := written(t, "expect: [{ when: { operation: user }, exactly: 1 }]\n")
	b := box(t, sandbox.Options{Scenario: played, History: sandbox.NewHistory(0, 0)})
	set := sandbox.NewSet(b, 0, 0)
	b.Append(&record.Record{Call: journal.Call{Operation: "user"}})
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	kept := set.Past(t.Context()).Verdicts[0].Scenario
	if kept.Name != played.Name || len(kept.Expect) != 1 || len(kept.World.Members) != 0 || len(kept.Document()) != 0 {
		t.Errorf("a verdict holds %d members and a document of %d bytes", len(kept.World.Members), len(kept.Document()))
	}
}
