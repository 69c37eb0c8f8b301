package record

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// mostNear is how many calls an explanation points at.
const mostNear = 3

// mostExplained is how many unmet expectations of a verdict are explained by calls; nobody reads more.
const mostExplained = 20

// explain finds the calls that come closest to each unmet expectation: the ones too many, or those that differ least. It stops when ctx
// ends, because then nobody reads it.
func (w *watch) explain(ctx context.Context, unmet []journal.Unmet) {
	var open []*search
	for i := range unmet[:min(len(unmet), mostExplained)] {
		u := &unmet[i]
		e, counted := w.Expect[u.Expectation-1], w.seen[u.Expectation-1]
		switch {
		case len(u.Nearest) > 0: // that came too early
		case u.AtMost != scenario.NoLimit && u.Seen > u.AtMost:
			for i := u.AtMost; i < min(len(counted), u.AtMost+mostNear); i++ {
				near := journal.Near{Call: counted[i].Brief(), Differences: []journal.Difference{}, Hint: repeats(counted[:i], counted[i])}
				u.Nearest = append(u.Nearest, near)
			}
		case u.Seen >= u.AtLeast: // only what was dropped could tell more
		case len(w.all) == 0:
			u.Hint = "no call came at all"
		default:
			open = append(open, &search{unmet: u, expectation: e})
		}
	}
	for _, r := range w.all {
		if len(open) == 0 || ctx.Err() != nil {
			return
		}
		subject := r.subject() // decoded once for all expectations
		for _, s := range open {
			s.look(r, subject)
		}
	}
	briefs := map[*Record]journal.Call{} // a call may be near to many expectations
	for _, s := range open {
		s.unmet.Nearest = s.nearest(briefs)
	}
}

// search finds the calls that come closest to an expectation.
type search struct {
	unmet       *journal.Unmet
	expectation scenario.Expectation
	missed      [3][]candidate // the closest, best first: of calls that it concerns, of those with a misspelt path, of the rest
}

type candidate struct {
	record      *Record
	differences int
}

// look compares a call that the expectation does not count. Fewer differences are nearer; of equals the earlier call is.
func (s *search) look(r *Record, subject *scenario.Subject) {
	class, fewest := 2, 0
	switch c := &r.Call; {
	case s.expectation.Concerns(c.Operation, c.Kind):
		class, fewest = 0, 1 // or it would be counted
	case c.Kind == journal.KindUnknown && len(c.Violations) > 0:
		class = 1
	}
	best := s.missed[class]
	switch {
	case len(best) == mostNear && best[mostNear-1].differences <= fewest: // no call is nearer
		return
	case class == 2 && len(s.missed[0])+len(s.missed[1]) > 0, s.expectation.Counts(subject):
		return
	}
	best = append(best, candidate{r, differences(s.expectation, subject, func([]string, any, any, map[string]any) {})})
	slices.SortStableFunc(best, func(a, b candidate) int { return cmp.Compare(a.differences, b.differences) })
	s.missed[class] = best[:min(len(best), mostNear)]
}

// nearest explains the closest calls, best first.
func (s *search) nearest(briefs map[*Record]journal.Call) []journal.Near {
	near := []journal.Near{}
	for _, missed := range s.missed {
		for _, m := range missed {
			if _, ok := briefs[m.record]; !ok {
				briefs[m.record] = m.record.Brief()
			}
			near = append(near, compare(s.expectation, m.record, briefs[m.record]))
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
