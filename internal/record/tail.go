package record

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/mockportal/mockportal/mock/journal"
)

// Close ends all waiting, now and later, and leaves the budget. The journal can still be written and read; closing it again does no harm.
func (j *Journal) Close() {
	j.mu.Lock()
	j.closed = true
	j.wakeLocked()
	budget := j.budget
	j.mu.Unlock()
	if budget != nil {
		budget.remove(j)
	}
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

// News is what a tail brings.
type News struct {
	Calls     []*Record
	Missed    int  // so many calls before these were dropped before they could be read
	Restarted bool // the calls before these were forgotten on request: the journal was cleared, or its sandbox reset

	first   int             // the number of the oldest call that is held
	lost    tally           // all that is no longer held
	changed <-chan struct{} // closed at the next change
	closed  bool
}

// look returns what came since the last look. What it says of the journal is of one moment, so no change is ever missed.
func (t *Tail) look() News {
	j := t.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	n := News{first: j.last - len(j.records) + 1, lost: maps.Clone(j.lost), closed: j.closed}
	if t.era != j.era {
		n.Restarted, t.era, t.last = true, j.era, j.forgottenLocked()
	}
	if t.last < n.first-1 {
		n.Missed = n.first - 1 - t.last
		t.last = n.first - 1
	}
	n.Calls = slices.Clone(j.records[t.last-n.first+1:])
	t.last = j.last
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	n.changed = j.changed
	return n
}

// Next blocks until there are calls that match, or other news. Of the query Limit and After mean nothing. The error is
// [journal.ErrClosed], or that of a context that ended first.
func (t *Tail) Next(ctx context.Context, q journal.Query) (News, error) {
	return t.follow(ctx, func(n *News) bool {
		n.Calls = matching(q, n.Calls)
		return len(n.Calls) > 0 || n.Missed > 0 || n.Restarted
	})
}

// wait blocks until the journal is no longer as it was.
func (n *News) wait(ctx context.Context) error {
	if n.closed {
		return journal.ErrClosed
	}
	select {
	case <-n.changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wait blocks as Await does, and reads all calls of the page.
func (j *Journal) Wait(ctx context.Context, q journal.Query, count int) (journal.Page, error) {
	found, err := j.Await(ctx, q, count)
	return found.Read(), err
}

// Await blocks until so many calls after q.After match, and returns those that match at that moment; with a count of 0 it does not block.
// The error is [journal.ErrClosed], or that of a context that ended first; the page is good then too. A call that was dropped no longer
// counts.
func (j *Journal) Await(ctx context.Context, q journal.Query, count int) (Selection, error) {
	var seen []*Record
	news, err := j.Tail(0).follow(ctx, func(n *News) bool {
		seen = append(n.kept(seen), matching(q, n.Calls)...)
		return len(after(seen, q.After)) >= count
	})
	return selectionOf(q, seen, news.lost.all()), err
}

// follow passes on what comes, until enough says so. It looks once more when the waiting has ended, because the call may have come in the
// last moment. The error says why the waiting has ended.
func (t *Tail) follow(ctx context.Context, enough func(*News) bool) (News, error) {
	for ended := error(nil); ; {
		news := t.look()
		if enough(&news) {
			return news, nil
		}
		if ended != nil {
			return news, ended
		}
		ended = news.wait(ctx)
	}
}

// kept returns those of some records, oldest first, that are still held, and lets go of the others.
func (n *News) kept(records []*Record) []*Record {
	if n.Restarted {
		return nil
	}
	held := after(records, n.first-1)
	clear(records[:len(records)-len(held)])
	return held
}

// after returns those of some records, oldest first, that have a higher number.
func after(records []*Record, number int) []*Record {
	i, _ := slices.BinarySearchFunc(records, number+1, func(r *Record, n int) int { return cmp.Compare(r.Call.Number, n) })
	return records[i:]
}
