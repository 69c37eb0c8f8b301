package journal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/openapi"
)

// candidate is a call that expectations look at. Its parameters are made readable when one asks for more than its outcome, and all of it when an
// explanation points at it: there are few of those, and replies are large.
type candidate struct {
	record *Record
	params map[string]any
	call   *Call
}

func (c *candidate) firstParams() map[string]any {
	if c.params == nil {
		c.params = firstOf(c.record.params())
	}
	return c.params
}

func (c *candidate) read() *Call {
	if c.call == nil {
		call := c.record.read()
		c.call = &call
	}
	return c.call
}

func (c *candidate) result() scenario.Result {
	r := &c.record.Call
	return scenario.Result{
		Subject: scenario.Subject{
			Operation: r.Operation, Member: r.Member, Params: c.firstParams,
		},
		Kind: r.Kind, Outcome: scenario.Outcome(r.Outcome), ErrorCode: r.ErrorCode, Violations: len(r.Violations),
	}
}

// mostNear is how many calls an explanation points at.
const mostNear = 3

// explain finds the calls that come closest to an expectation: the ones too many, or those that differ least.
func (u *Unmet) explain(e scenario.Expectation, all []*candidate, counted []*Record) {
	u.Nearest = []Near{}
	switch {
	case u.AtMost != scenario.NoLimit && u.Seen > u.AtMost:
		for i := u.AtMost; i < min(len(counted), u.AtMost+mostNear); i++ {
			u.Nearest = append(u.Nearest, Near{Call: counted[i].read(), Differences: []Difference{}, Hint: repeats(counted[:i], counted[i])})
		}
	case u.Seen >= u.AtLeast: // only what was dropped could tell more
	case len(all) == 0:
		u.Hint = "no call came at all"
	default:
		u.Nearest = closest(e, all)
	}
}

// closest returns the calls that come closest, best first: of those that an expectation concerns, else of those with a misspelt path, else
// of the other licensing calls, else of the rest. Fewer differences are nearer; of equals the earlier call is.
func closest(e scenario.Expectation, all []*candidate) []Near {
	var best []missed // sorted, at most mostNear
	least := rest
	for _, c := range all {
		if e.Counts(c.result()) {
			continue
		}
		own := classOf(e, &c.record.Call)
		if own < least {
			least, best = own, nil
		}
		if own == least {
			best = append(best, missed{c, e.Differences(c.result())})
			slices.SortStableFunc(best, func(a, b missed) int { return cmp.Compare(len(a.differences), len(b.differences)) })
			best = best[:min(len(best), mostNear)]
		}
	}
	near := []Near{}
	for _, m := range best {
		if least > strayed {
			m.differences = m.differences[:min(1, len(m.differences))] // what another operation is called with says nothing
		}
		near = append(near, Near{Call: *m.read(), Differences: differences(m.differences), Hint: hint(m.read(), m.differences)})
	}
	return near
}

// missed is a call that an expectation does not count.
type missed struct {
	*candidate

	differences []scenario.Difference
}

// class is how likely a call is meant to be the expected one.
type class int

const (
	concerned class = iota
	strayed         // of no operation, and its path is almost that of one
	licensing
	rest
)

func classOf(e scenario.Expectation, c *Call) class {
	switch {
	case e.Concerns(c.Operation, c.Kind):
		return concerned
	case c.Kind == KindUnknown && len(c.Violations) > 0:
		return strayed
	case c.Kind == openapi.Licensing:
		return licensing
	}
	return rest
}

// mostEarlier is how far back a repeated call is looked for: a client repeats at once what it repeats, and reading calls takes time.
const mostEarlier = 100

// repeats says which earlier call came with the same parameters; nothing when none of the last ones did.
func repeats(earlier []*Record, r *Record) string {
	call := r.read()
	own := sent(&call)
	for _, e := range slices.Backward(earlier[max(0, len(earlier)-mostEarlier):]) {
		if other := e.read(); sent(&other) == own {
			return fmt.Sprintf("it repeats call %d, which %s", other.Number, ending(&other))
		}
	}
	return ""
}

// sent writes what makes two calls the same call again.
func sent(c *Call) string {
	return strings.Join([]string{c.Method, c.Path, c.Member, jsonText(c.Params)}, "\n")
}
