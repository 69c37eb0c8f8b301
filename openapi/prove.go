package openapi

import (
	"errors"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// ErrOffSpec is wrapped by every OffSpecError.
var ErrOffSpec = errors.New("off-spec")

// OffSpecError says how a JSON text departs from the contract.
type OffSpecError struct {
	Violations []Violation // at least one, by pointer
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

// prove checks a JSON text against a schema; nil when it fits, otherwise an *OffSpecError.
func prove(schema *openapi3.Schema, body []byte) error {
	if schema == nil {
		return &OffSpecError{[]Violation{{Kind: Unknown, Message: "is not foreseen by the contract"}}}
	}
	value, violations := decodeJSON(body)
	if value != nil || len(violations) == 0 {
		violations = append(violations, visit(schema, value)...)
	}
	if len(violations) == 0 {
		return nil
	}
	return &OffSpecError{violations}
}
