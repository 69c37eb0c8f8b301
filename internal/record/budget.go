package record

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// ErrSpent is wrapped by the error of a charge that does not fit in a budget.
var ErrSpent = errors.New("the memory that this server may use is spent")

// DefaultBudget is how many bytes a budget has that asks for none.
const DefaultBudget = 256 << 20

// Budget bounds how many bytes the journals of a server take, and what is charged beside them, all together. The bytes are counted, not
// measured. When it is spent, the oldest calls of the largest journal are dropped. It is safe for concurrent use. The nil Budget has no
// bound.
type Budget struct {
	max  int64
	used atomic.Int64

	mu       sync.Mutex // guards what follows; it is locked before that of a journal
	charged  int64      // beside the journals
	journals map[*Journal]bool
}

// NewBudget returns a budget of so many bytes; 0 or less stands for the default.
func NewBudget(bytes int) *Budget {
	if bytes <= 0 {
		bytes = DefaultBudget
	}
	return &Budget{max: int64(bytes), journals: map[*Journal]bool{}}
}

// Bytes returns how many bytes are used, and how many may be.
func (b *Budget) Bytes() (used, most int64) { return b.used.Load(), b.max }

// Add makes a journal a part of the budget, until it is closed.
func (b *Budget) Add(j *Journal) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.journals[j] = true
	j.mu.Lock()
	defer j.mu.Unlock()
	j.budget = b
	b.used.Add(int64(j.bytes))
}

func (b *Budget) remove(j *Journal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.journals, j)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.budget == nil { // somebody else has closed it at the same time
		return
	}
	j.budget = nil
	b.used.Add(-int64(j.bytes))
}

// Charge counts bytes that something else takes, until they are released; calls are dropped in favour of it. The error wraps [ErrSpent]
// when the bytes do not fit even without any call.
func (b *Budget) Charge(bytes int) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	charged := b.charged
	fits := charged+int64(bytes) <= b.max
	if fits {
		b.charged += int64(bytes)
	}
	b.mu.Unlock()
	if !fits {
		const format = "%w: of %d bytes %d are taken, beside calls, and this needs %d; delete sandboxes or rules, or raise --max-memory"
		return fmt.Errorf(format, ErrSpent, b.max, charged, bytes)
	}
	b.used.Add(int64(bytes))
	b.reclaim()
	return nil
}

// Release gives bytes back that were charged.
func (b *Budget) Release(bytes int) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.charged -= int64(bytes)
	b.used.Add(-int64(bytes))
}

// reclaim drops calls when the budget is spent. It drops a little more than it must, so that not every call looks for the largest journal.
func (b *Budget) reclaim() {
	if b == nil || b.used.Load() <= b.max {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.used.Load() > b.max-b.max/64 {
		var largest *Journal
		most := 0
		for j := range b.journals {
			if bytes := j.droppable(); bytes > most {
				largest, most = j, bytes
			}
		}
		if largest == nil {
			return
		}
		largest.drop()
	}
}

// droppable returns how many bytes the calls take; 0 when none can be dropped, since the newest one always stays.
func (j *Journal) droppable() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.records) < 2 {
		return 0
	}
	return j.bytes
}

// drop drops the oldest eighth of the calls, at least one.
func (j *Journal) drop() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for n := max(1, len(j.records)/8); n > 0 && len(j.records) > 1; n-- {
		j.dropLocked()
	}
	j.wakeLocked()
}
