package journal

import (
	"context"
	"fmt"

	"github.com/mockportal/mockportal/scenarios"
)

// Verdict is what a journal says to expectations.
type Verdict struct {
	Expectations int     `json:"expectations"` // how many there were
	Complete     bool    `json:"complete"`     // nothing was dropped
	Dropped      int     `json:"dropped"`      // how many calls are no longer held
	Unmet        []Unmet `json:"unmet"`
}

// Unmet is an expectation that the calls do not meet, and what came instead.
type Unmet struct {
	Expectation int    `json:"expectation"` // its place, from 1
	Message     string `json:"message"`     // what was expected, and what came
	Seen        int    `json:"seen"`        // how many of the calls that are held it counts
	AtLeast     int    `json:"atLeast"`
	AtMost      int    `json:"atMost"`         // -1: no limit
	Hint        string `json:"hint,omitempty"` // where there is no call to point at
	Nearest     []Near `json:"nearest"`        // the calls that come closest, best first; of too many those that are too many
}

// Near is a call that is not what an expectation asks for, or one too many.
type Near struct {
	Call        Call         `json:"call"`
	Differences []Difference `json:"differences"` // by pointer
	Hint        string       `json:"hint"`        // what probably happened, in words; often empty
}

// Met reports whether every expectation is met.
func (v Verdict) Met() bool { return len(v.Unmet) == 0 }

// Judge holds the calls against expectations as they are now. Where calls were dropped that an expectation may have counted, an upper bound
// fails: nobody can tell whether it was kept.
func (j *Journal) Judge(e scenarios.Expectations) Verdict {
	all, lost := j.snapshot()
	v := Verdict{Expectations: len(e.Expect), Complete: lost.all == 0, Dropped: lost.all, Unmet: []Unmet{}}
	counted := make([][]*candidate, len(e.Expect))
	for i, one := range e.Expect {
		counted[i] = countedBy(one, all)
	}
	var late []*Unmet
	if e.InOrder {
		late = outOfOrder(e.Expect, counted)
	}
	for i, one := range e.Expect {
		switch reason := unmetBy(one, len(counted[i]), lost.concerning(one)); {
		case reason != "":
			u := Unmet{Expectation: i + 1, Message: one.String() + "; " + reason, Seen: len(counted[i]), AtLeast: one.AtLeast, AtMost: one.AtMost}
			u.explain(one, all, counted[i])
			v.Unmet = append(v.Unmet, u)
		case e.InOrder && late[i] != nil:
			v.Unmet = append(v.Unmet, *late[i])
		}
	}
	return v
}

// unmetBy says why so many calls do not meet an expectation; nothing when they do. lost calls may have counted too.
func unmetBy(e scenarios.Expectation, seen, lost int) string {
	bounded := e.AtMost != scenarios.NoLimit
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

// Verify holds the calls against expectations, and waits up to e.Within, or until ctx or the journal ends, for calls that are still to come. It
// answers as soon as nothing that may come changes the verdict: an upper bound is kept only when the whole time is over.
func (j *Journal) Verify(ctx context.Context, e scenarios.Expectations) Verdict {
	ctx, cancel := context.WithTimeout(ctx, e.Within)
	defer cancel()
	watch := watch{expectations: e, seen: make([][]int, len(e.Expect))}
	for tail := j.Tail(0); ; {
		s := tail.look(batch)
		watch.take(s)
		if !s.more && watch.decided(&s.lost) || s.wait(ctx) != nil {
			return j.Judge(e)
		}
	}
}

// watch counts the calls of expectations as they come.
type watch struct {
	expectations scenarios.Expectations
	seen         [][]int // the numbers of the calls that each counts
}

func (w *watch) take(s step) {
	for i, e := range w.expectations.Expect {
		if s.restarted {
			w.seen[i] = nil
		}
		for _, r := range s.records {
			if c := (&candidate{record: r}); e.Counts(c.result()) {
				w.seen[i] = append(w.seen[i], r.Call.Number)
			}
		}
		w.seen[i] = held(w.seen[i], s.first)
	}
}

// decided reports whether no call that may still come changes the verdict: all is met and nothing bounded above, or something is exceeded.
func (w *watch) decided(lost *tally) bool {
	open := false
	last := 0
	for i, e := range w.expectations.Expect {
		bounded := e.AtMost != scenarios.NoLimit
		if bounded && (len(w.seen[i]) > e.AtMost || lost.concerning(e) > 0) {
			return true
		}
		required := w.seen[i]
		if w.expectations.InOrder {
			required = held(required, last+1)
		}
		open = open || bounded || len(required) < e.AtLeast
		if e.AtLeast > 0 && len(required) >= e.AtLeast {
			last = required[e.AtLeast-1]
		}
	}
	return !open
}
