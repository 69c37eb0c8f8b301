package sandbox

import (
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/scenarios"
)

// Unmet is an expectation of the scenario that the calls in the journal do not meet.
type Unmet struct {
	Expectation int `json:"expectation"` // its place in the scenario, from 1
	Seen        int `json:"seen"`        // how many calls it counts
	AtLeast     int `json:"atLeast"`
	AtMost      int `json:"atMost"` // -1: no limit
}

// Unmet holds the calls in the journal against the scenario's expectations. Calls that the journal has dropped are not counted.
func (s *Sandbox) Unmet() []Unmet {
	expect := s.Scenario().Expect
	unmet := []Unmet{}
	if len(expect) == 0 {
		return unmet
	}
	calls := s.Journal.Find(journal.Query{}).Calls
	for i, e := range expect {
		seen := 0
		for j := range calls {
			if e.Counts(resultOf(&calls[j])) {
				seen++
			}
		}
		if !e.Met(seen) {
			unmet = append(unmet, Unmet{i + 1, seen, e.AtLeast, e.AtMost})
		}
	}
	return unmet
}

func resultOf(c *journal.Call) scenarios.Result {
	return scenarios.Result{
		Subject: scenarios.Subject{Operation: c.Operation, Member: c.Member, Params: c.FirstParams},
		Kind:    c.Kind, Outcome: scenarios.Outcome(c.Outcome), ErrorCode: c.ErrorCode, Violations: len(c.Violations),
	}
}
