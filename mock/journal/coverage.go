package journal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/openapi"
)

// Coverage counts what of the portal's contract calls exercised: operations, their parameters and documented outcomes, and scenarios. Several
// portals may share one. It is safe for concurrent use, and never holds what was sent.
type Coverage struct {
	counts []atomic.Int64

	mu        sync.RWMutex // guards what follows
	scenarios map[string]*atomic.Int64
}

// NewCoverage returns a coverage in which nothing was exercised yet.
func NewCoverage() *Coverage {
	return &Coverage{counts: make([]atomic.Int64, places().size), scenarios: map[string]*atomic.Int64{}}
}

// place is where the counts of an operation stand.
type place struct {
	operation *contract.Operation
	calls     int
	params    map[string]int
	outcomes  map[string]int
}

// layout says where each count stands.
type layout struct {
	size  int
	byID  map[string]*place
	order []*place // as the contract orders its operations
}

// places is laid out once per process and never changed.
var places = sync.OnceValue(func() layout {
	l := layout{byID: map[string]*place{}}
	next := func() int { l.size++; return l.size - 1 }
	for _, o := range contract.BuiltIn().Operations() {
		p := &place{operation: o, calls: next(), params: map[string]int{}, outcomes: map[string]int{}}
		for _, name := range o.ParameterNames() {
			p.params[name] = next()
		}
		for _, outcome := range outcomesOf(o) {
			p.outcomes[outcome] = next()
		}
		l.byID[o.ID] = p
		l.order = append(l.order, p)
	}
	return l
})

// outcomesOf returns what an operation may answer: ok, and the errors that the contract names.
func outcomesOf(o *contract.Operation) []string { return append([]string{string(OK)}, o.Errors...) }

// Covered is what a call exercised.
type Covered struct {
	Operation string
	Scenario  string
	Outcome   string // ok, or the id of the error; another counts as none
	Values    []contract.Value
}

// Add counts a call. A parameter that came twice counts once more each time.
func (c *Coverage) Add(covered Covered) {
	p := places().byID[covered.Operation]
	if p == nil {
		return
	}
	c.counts[p.calls].Add(1)
	for i := range covered.Values {
		if at, ok := p.params[covered.Values[i].Name]; ok {
			c.counts[at].Add(1)
		}
	}
	if at, ok := p.outcomes[covered.Outcome]; ok {
		c.counts[at].Add(1)
	}
	c.scenario(covered.Scenario).Add(1)
}

// scenario returns the count of a scenario, a new one where there is none yet.
func (c *Coverage) scenario(name string) *atomic.Int64 {
	c.mu.RLock()
	n := c.scenarios[name]
	c.mu.RUnlock()
	if n != nil {
		return n
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.scenarios[name] == nil {
		c.scenarios[name] = new(atomic.Int64)
	}
	return c.scenarios[name]
}

// CoverageReport is a coverage to look at. What was never exercised is there with 0 calls.
type CoverageReport struct {
	Operations []OperationCoverage `json:"operations"` // licensing before support, then by name
	Scenarios  []Count             `json:"scenarios"`  // by name
}

// OperationCoverage is what of an operation was exercised.
type OperationCoverage struct {
	Operation string       `json:"operation"`
	Kind      openapi.Kind `json:"kind"`
	Calls     int          `json:"calls"`
	Params    []Count      `json:"params"`
	Outcomes  []Count      `json:"outcomes"` // ok, then the documented errors by their fixtures' names
}

// Count is how many calls exercised something.
type Count struct {
	Name  string `json:"name"`
	Calls int    `json:"calls"`
}

// Report returns the counts so far; of the scenarios those that there are, and others that were played.
func (c *Coverage) Report(scenarios []string) CoverageReport {
	r := CoverageReport{Operations: []OperationCoverage{}, Scenarios: []Count{}}
	for _, p := range places().order {
		o := OperationCoverage{Operation: p.operation.ID, Kind: p.operation.Kind, Calls: c.at(p.calls), Params: []Count{}, Outcomes: []Count{}}
		for _, name := range p.operation.ParameterNames() {
			o.Params = append(o.Params, Count{name, c.at(p.params[name])})
		}
		for _, name := range outcomesOf(p.operation) {
			o.Outcomes = append(o.Outcomes, Count{name, c.at(p.outcomes[name])})
		}
		r.Operations = append(r.Operations, o)
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	names := slices.AppendSeq(slices.Clone(scenarios), maps.Keys(c.scenarios))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		count := Count{Name: name}
		if n := c.scenarios[name]; n != nil {
			count.Calls = int(n.Load())
		}
		r.Scenarios = append(r.Scenarios, count)
	}
	return r
}

func (c *Coverage) at(place int) int { return int(c.counts[place].Load()) }

// Never returns the names of those that no call exercised.
func Never(counts []Count) []string {
	var names []string
	for _, c := range counts {
		if c.Calls == 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// String writes the coverage for people: how much was exercised, a table of the operations that were called, and what of each licensing
// operation never was. The rest is in the report's fields.
func (r CoverageReport) String() string {
	all, called := map[openapi.Kind]int{}, map[openapi.Kind]int{}
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	// Nothing can go wrong in writing to a Builder.
	_, _ = fmt.Fprint(table, "\n  operation\tcalls\tparameters\toutcomes")
	for _, o := range r.Operations {
		all[o.Kind]++
		if o.Calls > 0 {
			called[o.Kind]++
		}
		if o.Calls > 0 || o.Kind == openapi.Licensing {
			_, _ = fmt.Fprintf(table, "\n  %s\t%d\t%s\t%s", o.Operation, o.Calls, share(o.Params), share(o.Outcomes))
		}
	}
	_ = table.Flush()
	if len(called) == 0 {
		return "coverage: no operation was called"
	}
	for _, o := range r.Operations {
		if o.Kind == openapi.Licensing && o.Calls > 0 {
			writeNever(&b, o.Operation+" was never sent", Never(o.Params))
			writeNever(&b, o.Operation+" never answered", Never(o.Outcomes))
		}
	}
	return fmt.Sprintf("coverage: %d of %d licensing and %d of %d support operations, %s scenarios", called[openapi.Licensing], all[openapi.Licensing],
		called[openapi.Support], all[openapi.Support], share(r.Scenarios)) + b.String()
}

// share is how many of the counts are above 0.
func share(counts []Count) string {
	return fmt.Sprintf("%d of %d", len(counts)-len(Never(counts)), len(counts))
}

// writeNever lists names in lines that fit a terminal.
func writeNever(b *strings.Builder, what string, names []string) {
	if len(names) == 0 {
		return
	}
	const width, indent = 80, "\n  "
	line := indent + what
	for _, name := range names {
		if len(strings.TrimPrefix(line, "\n"))+len(name)+2 > width {
			b.WriteString(line)
			line = indent + " "
		}
		line += " " + name + ","
	}
	b.WriteString(strings.TrimSuffix(line, ","))
}
