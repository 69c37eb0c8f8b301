package record

import (
	"context"
	"fmt"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// Judge checks the calls against expectations as they are now. Where calls were dropped that an expectation may have
// counted, an upper bound fails: nobody can tell whether it was kept.
func (j *Journal) Judge(e scenario.Expectations) journal.Verdict {
	e.Within = 0
	return j.Verify(context.Background(), e)
}

// Verify checks the calls against expectations, and waits up to e.Within, or until ctx or the journal ends, for calls
// that are still to come. It answers as soon as no call that may come changes the verdict: an upper bound is kept only
// when the whole time is over.
func (j *Journal) Verify(ctx context.Context, e scenario.Expectations) journal.Verdict {
	ctx, cancel := context.WithTimeout(ctx, e.Within)
	defer cancel()
	w := watch{Expectations: e, seen: make([][]*Record, len(e.Expect))}
	s, _ := j.follow(ctx, func(s *step) bool {
		w.take(s)
		return w.decided(s.lost)
	})
	return w.verdict(s.lost)
}

// unmetBy says why so many calls do not meet an expectation; nothing when they do. lost calls may have counted too.
func unmetBy(e scenario.Expectation, seen, lost int) string {
	bounded := e.AtMost != scenario.NoLimit
	switch {
	case bounded && seen > e.AtMost, seen < e.AtLeast && lost == 0:
		return cameWords(seen)
	case seen < e.AtLeast:
		return fmt.Sprintf("%s, and %s no longer held that it may count", cameWords(seen), callsAre(lost))
	case bounded && lost > 0:
		return fmt.Sprintf("%s, but %s no longer held that it may count, so nobody can tell", cameWords(seen), callsAre(lost))
	}
	return ""
}

func cameWords(n int) string {
	if n == 0 {
		return "none came"
	}
	return fmt.Sprintf("%d came", n)
}

func callsAre(n int) string {
	if n == 1 {
		return "1 call is"
	}
	return fmt.Sprintf("%d calls are", n)
}

// watch counts the calls of expectations as they come.
type watch struct {
	scenario.Expectations

	all  []*Record   // that are held, oldest first
	seen [][]*Record // those that each expectation counts
}

func (w *watch) take(s *step) {
	w.all = append(s.kept(w.all), s.records...)
	for i := range w.seen {
		w.seen[i] = s.kept(w.seen[i])
	}
	for _, r := range s.records {
		subject := r.subject()
		for i, e := range w.Expect {
			if e.Counts(subject) {
				w.seen[i] = append(w.seen[i], r)
			}
		}
	}
}

// decided reports whether no call that may still come changes the verdict: all is met and nothing bounded above, or
// something is exceeded, or would be if what is missing came after what it should follow.
func (w *watch) decided(lost tally) bool {
	open := false
	last := 0
	for i, e := range w.Expect {
		required := w.seen[i]
		if w.InOrder {
			required = after(required, last)
		}
		missing := max(0, e.AtLeast-len(required))
		bounded := e.AtMost != scenario.NoLimit
		if bounded && (len(w.seen[i])+missing > e.AtMost || lost.concerning(e) > 0) {
			return true
		}
		open = open || bounded || missing > 0
		if e.AtLeast > 0 && missing == 0 {
			last = required[e.AtLeast-1].Call.Number
		}
	}
	return !open
}

// verdict is what the calls say that were counted so far.
func (w *watch) verdict(lost tally) journal.Verdict {
	v := journal.Verdict{Expectations: len(w.Expect), Complete: lost.all() == 0, Dropped: lost.all(), Unmet: []journal.Unmet{}}
	var late []*journal.Unmet
	if w.InOrder {
		late = outOfOrder(w.Expect, w.seen, lost)
	}
	for i, e := range w.Expect {
		switch reason := unmetBy(e, len(w.seen[i]), lost.concerning(e)); {
		case reason != "":
			u := journal.Unmet{
				Expectation: i + 1, Message: e.String() + "; " + reason, Seen: len(w.seen[i]), AtLeast: e.AtLeast, AtMost: e.AtMost,
			}
			explain(&u, e, w.all, w.seen[i])
			v.Unmet = append(v.Unmet, u)
		case w.InOrder && late[i] != nil:
			v.Unmet = append(v.Unmet, *late[i])
		}
	}
	return v
}
