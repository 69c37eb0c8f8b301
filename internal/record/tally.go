package record

import (
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/openapi"
)

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
