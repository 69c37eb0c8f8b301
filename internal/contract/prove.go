package contract

import (
	"errors"
	"strings"

	"github.com/mockportal/mockportal/openapi"
)

// ErrOffSpec is wrapped by every OffSpecError.
var ErrOffSpec = errors.New("off-spec")

// OffSpecError says how a JSON text departs from the contract.
type OffSpecError struct {
	Violations []openapi.Violation // at least one, by pointer
}

// Error returns the departures in one line, each with its JSON pointer.
func (e *OffSpecError) Error() string {
	lines := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		where := v.Pointer
		if where == "" {
			where = "the body"
		}
		lines[i] = where + " " + v.Message
		if v.Hint != "" {
			lines[i] += " (" + v.Hint + ")"
		}
	}
	return ErrOffSpec.Error() + ": " + strings.Join(lines, "; ")
}

// Unwrap returns ErrOffSpec.
func (e *OffSpecError) Unwrap() error { return ErrOffSpec }
