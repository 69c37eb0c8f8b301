package openapi

import "github.com/getkin/kin-openapi/openapi3"

// judge holds JSON texts against one schema. The shape says yes quickly; whatever it is not sure of is decoded and visited.
type judge struct {
	schema *openapi3.Schema
	shape  *shape
}

func newJudge(schema *openapi3.Schema) judge { return judge{schema, compile(schema)} }

// decode returns the value of a text that fits the schema, numbers as json.Number, or everything that does not fit.
func (j judge) decode(text string) (any, []Violation) {
	if j.shape.accepts(text) {
		r := scanner{text: text}
		return r.build(), nil
	}
	return j.explain(text)
}

// explain decodes and visits a text that the shape is not sure of.
func (j judge) explain(text string) (any, []Violation) {
	value, violations := decodeJSON([]byte(text))
	if value != nil || len(violations) == 0 {
		violations = append(violations, visit(j.schema, value)...)
	}
	return value, violations
}

// prove returns nil when the text fits the schema, otherwise an *OffSpecError.
func (j judge) prove(body []byte) error {
	if j.schema == nil {
		return &OffSpecError{[]Violation{{Kind: Unknown, Message: "is not foreseen by the contract"}}}
	}
	text := string(body)
	if j.shape.accepts(text) {
		return nil
	}
	if _, violations := j.explain(text); len(violations) > 0 {
		return &OffSpecError{violations}
	}
	return nil
}
