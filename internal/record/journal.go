package record

import (
	"context"
	"slices"
	"sync"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// The bounds of a journal that asks for none.
const (
	DefaultMaxCalls = 10000
	DefaultMaxBytes = 32 << 20
)

// Journal is a bounded record of calls. It is safe for concurrent use.
type Journal struct {
	maxCalls, maxBytes int

	mu      sync.Mutex // guards what follows
	records []*Record  // that are held, oldest first; a record is never changed, so that it can be read without the lock
	bytes   int
	budget  *Budget       // nil: none
	last    int           // the number of the newest call
	era     int           // how often the calls were forgotten on request
	lost    tally         // what was dropped
	changed chan struct{} // closed at the next change; nil while nobody waits
	closed  bool
}

// New returns an empty journal. A bound of 0 or less is the default one; at least the newest call is always kept.
func New(maxCalls, maxBytes int) *Journal {
	if maxCalls <= 0 {
		maxCalls = DefaultMaxCalls
	}
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	return &Journal{maxCalls: maxCalls, maxBytes: maxBytes, lost: tally{}}
}

// Append keeps a call, drops the oldest ones that no longer fit, and returns its number: the next one, unless the call
// has one of another journal. The record is the journal's from then on.
func (j *Journal) Append(r *Record) int {
	j.mu.Lock()
	budget := j.budget
	defer func() { // in this order: a budget is locked before a journal
		j.mu.Unlock()
		budget.reclaim()
	}()
	j.last++
	if r.Call.Number == 0 {
		r.Call.Number = j.last
	}
	r.Bytes += recordBytes
	j.countLocked(r.Bytes)
	j.records = append(j.records, r)
	for len(j.records) > 1 && (len(j.records) > j.maxCalls || j.bytes > j.maxBytes) {
		j.dropLocked()
	}
	j.wakeLocked()
	return r.Call.Number
}

// countLocked adds to what the calls take, here and in the budget.
func (j *Journal) countLocked(bytes int) {
	j.bytes += bytes
	if j.budget != nil {
		j.budget.used.Add(int64(bytes))
	}
}

// recordBytes is what a record takes beside the texts that it holds on to.
const recordBytes = 640

// Clear forgets the calls so far, on request, and returns how many were held: nothing counts as dropped, and numbers go
// on.
func (j *Journal) Clear() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	held := len(j.records)
	j.forgetLocked()
	return held
}

// Reset forgets everything, numbers too.
func (j *Journal) Reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.forgetLocked()
	j.last = 0
}

func (j *Journal) forgetLocked() {
	j.countLocked(-j.bytes)
	j.records, j.lost = nil, tally{}
	j.era++
	j.wakeLocked()
}

func (j *Journal) dropLocked() {
	oldest := j.records[0]
	j.records[0] = nil // append moves the others when the array is used up
	j.records = j.records[1:]
	j.countLocked(-oldest.Bytes)
	c := &oldest.Call
	j.lost[traits{c.Operation, c.Kind, len(c.Violations) > 0}]++
}

// matches looks at everything but the call's number.
func matches(q journal.Query, c *journal.Call) bool {
	return (len(q.Operations) == 0 || slices.Contains(q.Operations, c.Operation)) &&
		(q.Kind == "" || q.Kind == c.Kind) &&
		(q.Member == "" || q.Member == c.Member) &&
		(q.Outcome == "" || q.Outcome == c.Outcome) &&
		(q.Violations == nil || *q.Violations == (len(c.Violations) > 0))
}

// Find returns the calls that match.
func (j *Journal) Find(q journal.Query) journal.Page {
	found, _ := j.Await(context.Background(), q, 0)
	return found.Read()
}

// matching returns the records that a query wants, whatever their numbers.
func matching(q journal.Query, records []*Record) (found []*Record) {
	for _, r := range records {
		if matches(q, &r.Call) {
			found = append(found, r)
		}
	}
	return found
}

// Selection is a page whose calls are still to be read.
type Selection struct {
	Records []*Record
	Page    journal.Page // without its calls
}

// selectionOf makes a page out of all records that match a query but for its number, of one moment and oldest first.
func selectionOf(q journal.Query, found []*Record, dropped int) Selection {
	s := Selection{Page: journal.Page{Calls: []journal.Call{}, Total: len(found), Dropped: dropped, Complete: dropped == 0}}
	s.Records = after(found, q.After)
	if q.Limit > 0 && len(s.Records) > q.Limit {
		s.Records = s.Records[:q.Limit]
		s.Page.Next = s.Records[q.Limit-1].Call.Number
	}
	return s
}

// Read reads all calls of the page.
func (s Selection) Read() journal.Page {
	for _, r := range s.Records {
		s.Page.Calls = append(s.Page.Calls, r.Read())
	}
	return s.Page
}

// Size returns how many calls the journal holds, and how many bytes they count as.
func (j *Journal) Size() (calls, bytes int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.records), j.bytes
}

// Dropped returns how many calls the journal has dropped since it was last cleared or reset.
func (j *Journal) Dropped() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lost.all()
}

// Last returns the number of the newest call, held or not; 0 when none came since the last Reset.
func (j *Journal) Last() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// DroppedViolating returns how many of the calls that are no longer held violated the contract.
func (j *Journal) DroppedViolating() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lost.count(func(t traits) bool { return t.violating })
}

// Get returns the call with this number. If the journal does not hold it, ok is false, and dropped says whether it once did.
func (j *Journal) Get(number int) (call journal.Call, dropped, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	i := number - j.last + len(j.records) - 1
	if i < 0 || i >= len(j.records) {
		return journal.Call{}, number > 0 && i < 0, false
	}
	return j.records[i].Read(), false, true
}

// tally counts calls that are no longer held.
type tally map[traits]int

// traits is what somebody still asks about calls that are no longer held.
type traits struct {
	operation string
	kind      openapi.Kind
	violating bool
}

func (t tally) count(counts func(traits) bool) int {
	n := 0
	for of, calls := range t {
		if counts(of) {
			n += calls
		}
	}
	return n
}

func (t tally) all() int { return t.count(func(traits) bool { return true }) }

// concerning returns how many of them an expectation may have counted.
func (t tally) concerning(e scenario.Expectation) int {
	return t.count(func(of traits) bool { return e.Concerns(of.operation, of.kind) })
}
