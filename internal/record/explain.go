package record

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// mostNear is how many calls an explanation points at.
const mostNear = 3

// explain finds the calls that come closest to an expectation: the ones too many, or those that differ least.
func explain(u *journal.Unmet, e scenario.Expectation, all, counted []*Record) {
	switch {
	case u.AtMost != scenario.NoLimit && u.Seen > u.AtMost:
		for i := u.AtMost; i < min(len(counted), u.AtMost+mostNear); i++ {
			near := journal.Near{Call: counted[i].Read(), Differences: []journal.Difference{}, Hint: repeats(counted[:i], counted[i])}
			u.Nearest = append(u.Nearest, near)
		}
	case u.Seen >= u.AtLeast: // only what was dropped could tell more
	case len(all) == 0:
		u.Hint = "no call came at all"
	default:
		u.Nearest = closest(e, all)
	}
}

// closest returns the calls that come closest, best first: of those that an expectation concerns, else of those with a
// misspelt path, else of the rest. Fewer differences are nearer; of equals the earlier call is.
func closest(e scenario.Expectation, all []*Record) []journal.Near {
	type candidate struct {
		record      *Record
		differences int
	}
	near := []journal.Near{}
	for _, likely := range []func(*journal.Call) bool{
		func(c *journal.Call) bool { return e.Concerns(c.Operation, c.Kind) },
		func(c *journal.Call) bool { return c.Kind == journal.KindUnknown && len(c.Violations) > 0 },
		func(*journal.Call) bool { return true },
	} {
		var missed []candidate
		for _, r := range all {
			if subject := r.subject(); likely(&r.Call) && !e.Counts(subject) {
				missed = append(missed, candidate{r, differences(e, subject, func([]string, any, any, map[string]any) {})})
			}
		}
		slices.SortStableFunc(missed, func(a, b candidate) int { return cmp.Compare(a.differences, b.differences) })
		for _, m := range missed[:min(len(missed), mostNear)] {
			near = append(near, compare(e, m.record))
		}
		if len(near) > 0 {
			break
		}
	}
	return near
}

// mostEarlier is how far back a repeated call is looked for: a client repeats at once what it repeats, and reading
// calls takes time.
const mostEarlier = 100

// repeats says which earlier call came with the same parameters; nothing when none of the last ones did.
func repeats(earlier []*Record, r *Record) string {
	own := r.Read()
	for _, e := range slices.Backward(earlier[max(0, len(earlier)-mostEarlier):]) {
		call := e.Read()
		same := call.Method == own.Method && call.Path == own.Path && call.Member == own.Member
		if same && reflect.DeepEqual(call.Params, own.Params) {
			return fmt.Sprintf("it repeats call %d, which %s", call.Number, ending(&call))
		}
	}
	return ""
}
