package journal

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/mockportal/mockportal/openapi"
)

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

// never returns the names of those that no call exercised.
func never(counts []Count) []string {
	var names []string
	for _, c := range counts {
		if c.Calls == 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// String writes the coverage for people: how much was exercised, a table of the operations that were called, and what
// of each licensing operation never was. The rest is in the report's fields.
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
			writeNever(&b, o.Operation+" was never sent ", o.Params)
			writeNever(&b, o.Operation+" never answered ", o.Outcomes)
		}
	}
	return fmt.Sprintf("coverage: %d of %d licensing and %d of %d support operations, %s scenarios",
		called[openapi.Licensing], all[openapi.Licensing], called[openapi.Support], all[openapi.Support], share(r.Scenarios)) + b.String()
}

// share is how many of the counts are above 0.
func share(counts []Count) string {
	return fmt.Sprintf("%d of %d", len(counts)-len(never(counts)), len(counts))
}

func writeNever(b *strings.Builder, what string, counts []Count) {
	if names := never(counts); len(names) > 0 {
		b.WriteString("\n  " + what + strings.Join(names, ", "))
	}
}
