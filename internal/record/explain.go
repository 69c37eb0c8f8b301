package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// mostNear is how many calls an explanation points at.
const mostNear = 3

// explain finds the calls that come closest to an expectation: the ones too many, or those that differ least.
func explain(u *journal.Unmet, e scenario.Expectation, all, counted []*Record) {
	u.Nearest = []journal.Near{}
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
// misspelt path, else of the other licensing calls, else of the rest. Fewer differences are nearer; of equals the
// earlier call is.
func closest(e scenario.Expectation, all []*Record) []journal.Near {
	type missed struct {
		record      *Record
		differences int
	}
	var best []missed // sorted, at most mostNear
	least := rest
	for _, r := range all {
		own := classOf(e, &r.Call)
		if own > least {
			continue
		}
		subject := r.subject()
		if e.Counts(subject) {
			continue
		}
		if own < least {
			least, best = own, nil
		}
		m := missed{record: r}
		e.When.Compare(subject, func([]string, any, any, map[string]any) bool { m.differences++; return m.differences < maxDifferences })
		best = append(best, m)
		slices.SortStableFunc(best, func(a, b missed) int { return cmp.Compare(a.differences, b.differences) })
		best = best[:min(len(best), mostNear)]
	}
	most := maxDifferences
	if least > strayed {
		most = 1 // what another operation is called with says nothing
	}
	near := []journal.Near{}
	for _, m := range best {
		near = append(near, compare(e, m.record, most))
	}
	return near
}

// class is how likely a call is meant to be the expected one.
type class int

const (
	concerned class = iota
	strayed         // of no operation, and its path is almost that of one
	licensing
	rest
)

func classOf(e scenario.Expectation, c *journal.Call) class {
	switch {
	case e.Concerns(c.Operation, c.Kind):
		return concerned
	case c.Kind == journal.KindUnknown && len(c.Violations) > 0:
		return strayed
	case c.Kind == openapi.Licensing:
		return licensing
	}
	return rest
}

// mostEarlier is how far back a repeated call is looked for: a client repeats at once what it repeats, and reading
// calls takes time.
const mostEarlier = 100

// repeats says which earlier call came with the same parameters; nothing when none of the last ones did.
func repeats(earlier []*Record, r *Record) string {
	own := sent(r)
	for _, e := range slices.Backward(earlier[max(0, len(earlier)-mostEarlier):]) {
		if sent(e) == own {
			call := e.Read()
			return fmt.Sprintf("it repeats call %d, which %s", call.Number, ending(&call))
		}
	}
	return ""
}

// sent writes what makes two calls the same call again.
func sent(r *Record) string {
	return strings.Join([]string{r.Call.Method, r.Call.Path, r.Call.Member, jsonText(r.Sent.params(maskNames))}, "\n")
}
