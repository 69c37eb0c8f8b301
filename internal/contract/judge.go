package contract

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockportal/mockportal/openapi"
)

// judge checks JSON texts against one schema. The shape says yes quickly. If it is unsure, the text is decoded and visited.
// A nil judge has no schema, and accepts nothing.
type judge struct {
	Shape  *shape `json:",omitempty"`
	schema func() *openapi3.Schema
}

func newJudge(schema *openapi3.Schema) *judge {
	return &judge{compile(schema), func() *openapi3.Schema { return schema }}
}

// violations returns every violation of the schema.
func (j *judge) violations(text string) []openapi.Violation {
	switch {
	case j == nil:
		return []openapi.Violation{{Kind: openapi.Unknown, Message: "is not described by the contract"}}
	case j.Shape.accepts(text):
		return nil
	}
	value, violations := decodeJSON([]byte(text))
	if value != nil || len(violations) == 0 {
		violations = append(violations, visit(j.schema(), value)...)
	}
	return violations
}

// prove returns nil if the text fits the schema, otherwise an [OffSpecError].
func (j *judge) prove(text string) error {
	if violations := j.violations(text); len(violations) > 0 {
		return &OffSpecError{violations}
	}
	return nil
}

// OffSpecError says how a JSON text violates the contract.
type OffSpecError struct {
	Violations []openapi.Violation // at least one, by pointer
}

// Error returns the violations in one line.
func (e *OffSpecError) Error() string {
	lines := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		lines[i] = Describe(v)
		if v.Pointer == "" {
			lines[i] = "the body " + lines[i]
		}
	}
	return "off-spec: " + strings.Join(lines, "; ")
}

// Describe returns a violation in a JSON text as one line: its JSON pointer, message and hint.
func Describe(v openapi.Violation) string {
	line := strings.TrimSpace(v.Pointer + " " + v.Message)
	if v.Hint != "" {
		line += " (" + v.Hint + ")"
	}
	return line
}

// CheckBody checks a JSON body against the contract and returns every violation. An operation that takes no body accepts an empty object.
func (r *Route) CheckBody(text string) []openapi.Violation {
	var violations []openapi.Violation
	switch {
	case r.Body.judge != nil:
		violations = r.Body.violations(text)
	case strings.Join(strings.Fields(text), "") != "{}":
		violations = []openapi.Violation{{
			Kind: openapi.Unknown, Message: "this operation takes no body", Hint: "send none, or an empty object",
		}}
	}
	for i := range violations {
		violations[i].In, violations[i].Name = "body", "*"
	}
	return violations
}
