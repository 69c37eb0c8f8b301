package record

import (
	"maps"
	"slices"
	"sync"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock/journal"
)

// Coverage counts what of the portal's contract calls exercised: operations, their parameters and documented outcomes,
// and scenarios. Several portals may share one. It is safe for concurrent use, and never holds what was sent.
type Coverage struct {
	mu         sync.Mutex // guards what follows
	operations map[string]exercised
	scenarios  map[string]int
}

// exercised is what of an operation was exercised, by name. Names that its contract does not have are not there, so
// that no request adds any.
type exercised struct {
	calls            *int
	params, outcomes map[string]*int
}

// NewCoverage returns a coverage in which nothing was exercised yet.
func NewCoverage() *Coverage {
	return &Coverage{operations: map[string]exercised{}, scenarios: map[string]int{}}
}

// Covered is what a call exercised.
type Covered struct {
	Operation *contract.Operation // nil: none
	Scenario  string
	Outcome   string // ok, or the id of the error; another does not count
	Values    []contract.Value
}

// Add counts a call. A parameter that came twice counts twice.
func (c *Coverage) Add(covered Covered) {
	if covered.Operation == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.operations[covered.Operation.ID]
	if !ok {
		e = exercised{new(int), zeros(covered.Operation.ParameterNames()), zeros(outcomesOf(covered.Operation))}
		c.operations[covered.Operation.ID] = e
	}
	*e.calls++
	for i := range covered.Values {
		if n := e.params[covered.Values[i].Name]; n != nil {
			*n++
		}
	}
	if n := e.outcomes[covered.Outcome]; n != nil {
		*n++
	}
	c.scenarios[covered.Scenario]++
}

func zeros(names []string) map[string]*int {
	counts := map[string]*int{}
	for _, name := range names {
		counts[name] = new(int)
	}
	return counts
}

// outcomesOf returns what an operation may answer: ok, and the errors that the contract names.
func outcomesOf(o *contract.Operation) []string {
	return append([]string{string(journal.OK)}, o.Errors...)
}

// Report returns the counts so far, of the operations of a contract, and of scenarios: those that are named and others
// that were played.
func (c *Coverage) Report(of *contract.Contract, scenarios []string) journal.CoverageReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := journal.CoverageReport{Operations: []journal.OperationCoverage{}, Scenarios: []journal.Count{}}
	for _, o := range of.Operations() {
		e := c.operations[o.ID]
		r.Operations = append(r.Operations, journal.OperationCoverage{
			Operation: o.ID, Kind: o.Kind, Calls: value(e.calls),
			Params: counts(o.ParameterNames(), e.params), Outcomes: counts(outcomesOf(o), e.outcomes),
		})
	}
	names := slices.AppendSeq(slices.Clone(scenarios), maps.Keys(c.scenarios))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		r.Scenarios = append(r.Scenarios, journal.Count{Name: name, Calls: c.scenarios[name]})
	}
	return r
}

func counts(names []string, of map[string]*int) []journal.Count {
	all := []journal.Count{}
	for _, name := range names {
		all = append(all, journal.Count{Name: name, Calls: value(of[name])})
	}
	return all
}

func value(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
