package record

import (
	"maps"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// tally counts calls that are no longer held.
type tally struct {
	all       int
	violating int            // those that violated the contract
	of        map[string]int // by operation; those of no operation do not count here
	licensing int
}

func (t *tally) add(c *journal.Call) {
	t.all++
	if len(c.Violations) > 0 {
		t.violating++
	}
	if c.Kind == openapi.Licensing {
		t.licensing++
	}
	if c.Operation == "" {
		return
	}
	if t.of == nil {
		t.of = map[string]int{}
	}
	t.of[c.Operation]++
}

func (t tally) clone() tally {
	t.of = maps.Clone(t.of)
	return t
}

// concerning returns how many of them an expectation may have counted.
func (t *tally) concerning(e scenario.Expectation) int {
	if e.When.Operation != "" {
		return t.of[e.When.Operation]
	}
	return t.licensing
}
