package journal

import (
	"context"
	"errors"
)

// ErrClosed is the end of waiting for calls of a journal that was closed.
var ErrClosed = errors.New("the journal is closed")

// Close ends all waiting, now and later. The journal can still be written and read; closing it again does no harm.
func (j *Journal) Close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	j.wakeLocked()
}

func (j *Journal) wakeLocked() {
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// Tail reads a journal as it grows. It is for one goroutine.
type Tail struct {
	journal *Journal
	era     int
	last    int // the number of the last call that was looked at
}

// Tail returns a tail that begins behind the call with this number, or behind the newest one where that is lower.
func (j *Journal) Tail(after int) *Tail {
	j.mu.Lock()
	defer j.mu.Unlock()
	return &Tail{journal: j, era: j.era, last: min(max(after, 0), j.last)}
}

// step is what a tail finds when it looks.
type step struct {
	records   []*Record
	missed    int             // calls that were dropped before the tail could look at them
	first     int             // the number of the oldest call that is held
	lost      tally           // all that is no longer held
	restarted bool            // calls were forgotten on request since the last look; the tail begins again with those that came since
	more      bool            // there was more to look at
	changed   <-chan struct{} // closed at the next change
	closed    bool
}

// look returns what came since the last look, at most so many calls. What it says of the journal is of one moment, so no change is ever missed.
func (t *Tail) look(most int) step {
	j := t.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	s := step{first: j.last - j.lenLocked() + 1, lost: j.lost.clone(), closed: j.closed}
	if t.era != j.era {
		s.restarted, t.era = true, j.era
		t.last = s.first - 1 - j.lost.all
	}
	if t.last < s.first-1 {
		s.missed = s.first - 1 - t.last
		t.last = s.first - 1
	}
	begin := j.head + t.last - s.first + 1
	end := min(begin+most, len(j.records))
	s.records = append(s.records, j.records[begin:end]...)
	t.last += len(s.records)
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	s.changed, s.more = j.changed, end < len(j.records)
	return s
}

// News is what a tail brings.
type News struct {
	Calls     []Call
	Missed    int  // so many calls before these were dropped before they could be read
	Restarted bool // the calls before these were forgotten on request: the journal was cleared, or its sandbox reset
}

// batch is how many calls are made readable at once.
const batch = 100

// Next blocks until there are calls that match, or other news. Of the query Limit and After mean nothing. The error is ErrClosed, or that of
// a context that ended first.
func (t *Tail) Next(ctx context.Context, q Query) (News, error) {
	q.After = 0
	for {
		s := t.look(batch)
		news := News{Missed: s.missed, Restarted: s.restarted}
		for _, r := range s.records {
			if q.matches(&r.Call) {
				news.Calls = append(news.Calls, r.read())
			}
		}
		if len(news.Calls) > 0 || news.Missed > 0 || news.Restarted {
			return news, nil
		}
		if err := s.wait(ctx); err != nil {
			return News{}, err
		}
	}
}

// wait blocks until the journal is no longer as it was at this step.
func (s *step) wait(ctx context.Context) error {
	switch {
	case s.more:
		return ctx.Err()
	case s.closed:
		return ErrClosed
	}
	select {
	case <-s.changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wait blocks until so many calls after q.After match, and returns them as Find does. The error is ErrClosed, or that of a context that ended
// first; the page is good then too. A call that was dropped no longer counts.
func (j *Journal) Wait(ctx context.Context, q Query, count int) (Page, error) {
	tail := j.Tail(q.After)
	var seen []int
	for {
		s := tail.look(batch)
		if s.restarted {
			seen = nil
		}
		for _, r := range s.records {
			if q.matches(&r.Call) {
				seen = append(seen, r.Call.Number)
			}
		}
		if len(held(seen, s.first)) >= count {
			return j.Find(q), nil
		}
		if err := s.wait(ctx); err != nil {
			return j.Find(q), err
		}
	}
}

// held leaves out the numbers of calls that are no longer held; the numbers are sorted.
func held(numbers []int, first int) []int {
	for len(numbers) > 0 && numbers[0] < first {
		numbers = numbers[1:]
	}
	return numbers
}
