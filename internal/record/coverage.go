package record

import (
	"maps"
	"slices"
	"sync"

	"github.com/VictoriaMetrics/metrics"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// Coverage counts what of the portal's contract calls exercised: operations, their parameters and documented outcomes,
// and scenarios. Several portals may share one. It is safe for concurrent use, and never holds what was sent.
type Coverage struct {
	durations *metrics.Set
	duration  *metrics.PrometheusHistogram // of durations

	mu         sync.Mutex   // guards what follows
	params     map[part]int // only names that the contract has, so that no request adds any
	outcomes   map[part]int // each call has one, also a call of no operation, under ""
	violations map[openapi.ViolationKind]int
	scenarios  map[string]int
}

// part is a parameter or an outcome of an operation.
type part struct{ operation, name string }

// NewCoverage returns a coverage in which nothing was exercised yet.
func NewCoverage() *Coverage {
	c := &Coverage{
		params: map[part]int{}, outcomes: map[part]int{}, violations: map[openapi.ViolationKind]int{}, scenarios: map[string]int{},
	}
	c.durations, c.duration = newDurations()
	return c
}

// Covered is what a call exercised.
type Covered struct {
	Operation *contract.Operation // nil: none
	Scenario  string
	Outcome   string // ok, fault, or the id of the error
	Values    []contract.Value

	Violations []openapi.Violation
}

// Add counts a call. A parameter that came twice counts twice.
func (c *Coverage) Add(covered Covered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range covered.Violations {
		c.violations[covered.Violations[i].Kind]++
	}
	o := covered.Operation
	if o == nil {
		c.outcomes[part{"", covered.Outcome}]++
		return
	}
	for i := range covered.Values {
		name := covered.Values[i].Name
		if slices.ContainsFunc(o.Routes, func(r *contract.Route) bool { return r.Parameter(name) != nil }) {
			c.params[part{o.ID, name}]++
		}
	}
	c.outcomes[part{o.ID, covered.Outcome}]++
	c.scenarios[covered.Scenario]++
}

// Report returns the counts so far, of the operations and scenarios of a library, and of other scenarios that were played.
func (c *Coverage) Report(of *scenario.Library) journal.CoverageReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := journal.CoverageReport{Operations: []journal.OperationCoverage{}, Scenarios: []journal.Count{}}
	calls := map[string]int{}
	for outcome, n := range c.outcomes {
		calls[outcome.operation] += n
	}
	for _, o := range of.Contract().Operations() {
		r.Operations = append(r.Operations, journal.OperationCoverage{
			Operation: o.ID, Kind: o.Kind, Calls: calls[o.ID], Params: counts(o, o.ParameterNames(), c.params),
			Outcomes: counts(o, append([]string{string(journal.OK)}, o.Errors...), c.outcomes),
		})
	}
	names := slices.AppendSeq(of.Names(), maps.Keys(c.scenarios))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		r.Scenarios = append(r.Scenarios, journal.Count{Name: name, Calls: c.scenarios[name]})
	}
	return r
}

func counts(o *contract.Operation, names []string, calls map[part]int) []journal.Count {
	all := []journal.Count{}
	for _, name := range names {
		all = append(all, journal.Count{Name: name, Calls: calls[part{o.ID, name}]})
	}
	return all
}
