// Package memo remembers what was computed for texts that come again and again: where a path leads, what a token says.
package memo

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// Longest is how long a text may be, in bytes, to be remembered.
const Longest = 512

const slots = 64

// Memo remembers values by text. Each text has one of 64 slots, and takes it from the text that was there before, so that a memo never
// grows. The zero Memo is empty. It is safe for concurrent use, and nobody waits for another. Whoever reads a value must not change it.
type Memo[V any] struct {
	slots [slots]atomic.Pointer[entry[V]]
}

type entry[V any] struct {
	text  string
	value V
}

var seed = maphash.MakeSeed()

func (m *Memo[V]) slot(text string) *atomic.Pointer[entry[V]] {
	return &m.slots[maphash.String(seed, text)%slots]
}

// Get returns what is remembered for a text, and false for nothing.
func (m *Memo[V]) Get(text string) (value V, ok bool) {
	if e := m.slot(text).Load(); e != nil && e.text == text {
		return e.value, true
	}
	return value, false
}

// Put remembers a value. The value must not hold parts of a request, which would stay in memory with it; the text is copied.
func (m *Memo[V]) Put(text string, value V) {
	if len(text) <= Longest {
		m.slot(text).Store(&entry[V]{strings.Clone(text), value})
	}
}
