package scenarios

import "github.com/mockportal/mockportal/openapi"

// Result is how a call ended, as far as expectations ask for it.
type Result struct {
	Subject

	Kind       openapi.Kind
	Outcome    Outcome
	ErrorCode  int
	Violations int // how many
}

// Counts reports whether a call is one of those that the expectation counts. Calls that only support the licensing ones count when their
// operation is named.
func (e Expectation) Counts(r Result) bool {
	w := e.When
	return (w.Operation != "" || r.Kind == openapi.Licensing) &&
		(w.Outcome == "" || w.Outcome == r.Outcome) &&
		(w.ErrorCode == 0 || w.ErrorCode == r.ErrorCode) &&
		(w.Violations == "" || (w.Violations == WithViolations) == (r.Violations > 0)) &&
		w.Matches(r.Subject)
}

// Met reports whether so many calls are as many as there should be.
func (e Expectation) Met(seen int) bool {
	return seen >= e.AtLeast && (e.AtMost == NoLimit || seen <= e.AtMost)
}
