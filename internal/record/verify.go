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
	waiting, cancel := context.WithTimeout(ctx, e.Within)
	defer cancel()
	w := watch{Expectations: e, seen: make([][]*Record, len(e.Expect))}
	news, _ := j.Tail(0).follow(waiting, func(n *News) bool {
		w.take(n)
		return w.decided(n.lost)
	})
	return w.verdict(ctx, news.lost)
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

func (w *watch) take(n *News) {
	w.all = append(n.kept(w.all), n.Calls...)
	for i := range w.seen {
		w.seen[i] = n.kept(w.seen[i])
	}
	for _, r := range n.Calls {
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

// verdict is what the calls say that were counted so far. It is not explained to the end if ctx ends.
func (w *watch) verdict(ctx context.Context, lost tally) journal.Verdict {
	v := journal.Verdict{Expectations: len(w.Expect), Complete: lost.all() == 0, Dropped: lost.all(), Unmet: []journal.Unmet{}}
	var last followed
	for i, e := range w.Expect {
		u := journal.Unmet{Expectation: i + 1, Seen: len(w.seen[i]), AtLeast: e.AtLeast, AtMost: e.AtMost, Nearest: []journal.Near{}}
		if reason := unmetBy(e, u.Seen, lost.concerning(e)); reason != "" {
			u.Message = e.String() + "; " + reason
		}
		if w.InOrder && e.AtLeast > 0 {
			last.lost = last.lost || lost.concerning(e) > 0
			last.follow(&u, e, w.seen[i])
		}
		if u.Message != "" {
			v.Unmet = append(v.Unmet, u)
		}
	}
	w.explain(ctx, v.Unmet)
	return v
}

// followed is the last of the calls that were found in order. The calls that are required are taken one after the other,
// as early as they can be; what comes beside them does not matter.
type followed struct {
	number      int
	expectation int  // the place of the one that counts it
	lost        bool // calls are no longer held that may have come before it, or in its place
}

// follow goes on to the calls of an expectation, or explains that they came too early, if it is not unmet anyway.
func (f *followed) follow(u *journal.Unmet, e scenario.Expectation, counted []*Record) {
	following := after(counted, f.number)
	if len(following) >= e.AtLeast {
		f.number, f.expectation = following[e.AtLeast-1].Call.Number, u.Expectation
		return
	}
	if u.Message != "" {
		return
	}
	u.Message = fmt.Sprintf("%s, after call %d; %s, %d after it", e, f.number, cameWords(len(counted)), len(following))
	if f.lost {
		u.Message += ", but calls are no longer held that may have come in order, so nobody can tell"
	}
	early := counted[len(counted)-len(following)-1].Brief()
	hint := fmt.Sprintf("it came before call %d, which expectation %d counts", f.number, f.expectation)
	if early.Number == f.number {
		hint = fmt.Sprintf("expectation %d counts it already", f.expectation)
	}
	u.Nearest = []journal.Near{{Call: early, Differences: []journal.Difference{}, Hint: hint}}
}
