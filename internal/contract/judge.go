package contract

import (
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockportal/mockportal/openapi"
)

// judge holds JSON texts against one schema. The shape says yes quickly; whatever it is not sure of is decoded and visited.
type judge struct {
	schema *openapi3.Schema
	shape  *shape
}

func newJudge(schema *openapi3.Schema) judge { return judge{schema, compile(schema)} }

// violations returns everything in which a text departs from the schema.
func (j judge) violations(text string) []openapi.Violation {
	switch {
	case j.schema == nil:
		return []openapi.Violation{{Kind: openapi.Unknown, Message: "is not foreseen by the contract"}}
	case j.shape.accepts(text):
		return nil
	}
	value, violations := decodeJSON([]byte(text))
	if value != nil || len(violations) == 0 {
		violations = append(violations, visit(j.schema, value)...)
	}
	return violations
}

// prove returns nil when the text fits the schema, otherwise an *OffSpecError.
func (j judge) prove(text string) error {
	if violations := j.violations(text); len(violations) > 0 {
		return &OffSpecError{violations}
	}
	return nil
}
