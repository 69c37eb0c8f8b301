package record

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/mockportal/mockportal/mock/journal"
)

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

// Newest is the place behind the newest call, for Tail.
const Newest = -1

// Tail returns a tail that begins behind the call with this number; 0 is before all. Where the calls were forgotten on
// request since that call came, or it is still to come, which can only be after a reset, the tail begins with the calls
// that came since and says that it has restarted.
func (j *Journal) Tail(after int) *Tail {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := &Tail{journal: j, era: j.era, last: after}
	switch forgotten := j.forgottenLocked(); {
	case after < 0:
		t.last = j.last
	case after > j.last, after > 0 && after < forgotten:
		t.era, t.last = -1, -1 // of none, so that the first look begins again
	default:
		t.last = max(after, forgotten)
	}
	return t
}

// After returns the number of the last call that the tail has looked at, behind which another tail would go on; below 0
// where it is still to say that it has restarted.
func (t *Tail) After() int { return t.last }

// forgottenLocked returns the number of the last call that was forgotten on request.
func (j *Journal) forgottenLocked() int { return j.last - len(j.records) - j.lost.all() }

// step is what a tail finds when it looks.
type step struct {
	records   []*Record
	missed    int             // calls that were dropped before the tail could look at them
	first     int             // the number of the oldest call that is held
	lost      tally           // all that is no longer held
	restarted bool            // calls were forgotten on request since the last look; the tail begins again with those that came since
	changed   <-chan struct{} // closed at the next change
	closed    bool
}

// look returns what came since the last look. What it says of the journal is of one moment, so no change is ever missed.
func (t *Tail) look() step {
	j := t.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	s := step{first: j.last - len(j.records) + 1, lost: maps.Clone(j.lost), closed: j.closed}
	if t.era != j.era {
		s.restarted, t.era, t.last = true, j.era, j.forgottenLocked()
	}
	if t.last < s.first-1 {
		s.missed = s.first - 1 - t.last
		t.last = s.first - 1
	}
	s.records = slices.Clone(j.records[t.last-s.first+1:])
	t.last = j.last
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	s.changed = j.changed
	return s
}

// News is what a tail brings.
type News struct {
	Calls     []*Record
	Missed    int  // so many calls before these were dropped before they could be read
	Restarted bool // the calls before these were forgotten on request: the journal was cleared, or its sandbox reset
}

// Next blocks until there are calls that match, or other news. Of the query Limit and After mean nothing. The error is
// [journal.ErrClosed], or that of a context that ended first.
func (t *Tail) Next(ctx context.Context, q journal.Query) (News, error) {
	for {
		s := t.look()
		news := News{Calls: matching(q, s.records), Missed: s.missed, Restarted: s.restarted}
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
	if s.closed {
		return journal.ErrClosed
	}
	select {
	case <-s.changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wait blocks until so many calls after q.After match, and returns them as Find does at that moment. The error is
// [journal.ErrClosed], or that of a context that ended first; the page is good then too. A call that was dropped no
// longer counts.
func (j *Journal) Wait(ctx context.Context, q journal.Query, count int) (journal.Page, error) {
	var seen []*Record
	s, err := j.follow(ctx, func(s *step) bool {
		seen = append(s.kept(seen), matching(q, s.records)...)
		return len(after(seen, q.After)) >= count
	})
	return pageOf(q, seen, s.lost.all()), err
}

// follow passes on what the journal holds and what comes, until enough says so. The error is that of [step.wait]. It
// looks once more when the waiting has ended, because the call may have come in the last moment.
func (j *Journal) follow(ctx context.Context, enough func(*step) bool) (step, error) {
	var ended error
	for tail := j.Tail(0); ; {
		s := tail.look()
		if enough(&s) {
			return s, nil
		}
		if ended != nil {
			return s, ended
		}
		ended = s.wait(ctx)
	}
}

// kept returns those of some records, oldest first, that are still held at this step, and lets go of the others.
func (s *step) kept(records []*Record) []*Record {
	if s.restarted {
		return nil
	}
	held := after(records, s.first-1)
	clear(records[:len(records)-len(held)])
	return held
}

// after returns those of some records, oldest first, that have a higher number.
func after(records []*Record, number int) []*Record {
	i, _ := slices.BinarySearchFunc(records, number+1, func(r *Record, n int) int { return cmp.Compare(r.Call.Number, n) })
	return records[i:]
}
