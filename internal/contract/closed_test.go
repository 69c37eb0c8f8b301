package contract_test

import (
	"iter"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

// openSchemas are the only schemas of answers that allow undeclared members, with the reasons.
var openSchemas = map[string]map[string]string{
	"portal": {
		"FutureLicense.portalCapabilities[]": "the documentation shows no element, so an element may be any object",
	},
	"control": {
		"getScenario":              "a scenario as it is written; its own schema is scenarios/schema/scenario.schema.json",
		"Call.params":              "the names are what a client sent",
		"Call.reply":               "any reply of the portal, also an off-spec one",
		"Difference.expected":      "any value in an expectation",
		"Rules.rules[].rule":       "a rule as it was written",
		"Difference.got":           "any value in a request",
		"Sandbox.world.members[]":  "for people to look at",
		"Sandbox.world.apps[]":     "for people to look at",
		"Sandbox.world.listings[]": "for people to look at; provisionOrgEntitlements proves a provision when it answers one",
		"Sandbox.world.license":    "for people to look at; getFutureLicense proves it when it answers",
		"Sandbox.world.tokens":     "for people to look at",
	},
}

// TestAnswersAreClosed enumerates every schema that an answer can reach.
func TestAnswersAreClosed(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		found := map[string]string{}
		reached := 0
		for operation, schema := range answersOf(specOf(t, c)) {
			descend(operation, schema, map[*openapi3.Schema]bool{}, func(where string, ref *openapi3.SchemaRef) {
				reached++
				if isOpen(ref.Value) {
					found[where] = openSchemas[name][where]
				}
			})
		}
		if diff := cmp.Diff(openSchemas[name], found); diff != "" {
			t.Errorf("%s: open schemas, with the reason that is known (-want +got):\n%s", name, diff)
		}
		if reached < 20 {
			t.Errorf("%s: reached only %d schemas", name, reached)
		}
	}
}

// answersOf returns the schema of every answer, with the operation that gives it.
func answersOf(spec *openapi3.T) iter.Seq2[string, *openapi3.SchemaRef] {
	return func(yield func(string, *openapi3.SchemaRef) bool) {
		for _, op := range operationsOf(spec) {
			for _, response := range op.Responses.Map() {
				for _, media := range response.Value.Content {
					if !yield(op.OperationID, media.Schema) {
						return
					}
				}
			}
		}
	}
}

// isOpen reports whether a schema takes members or values that nobody described. A map whose values have a schema is not open.
func isOpen(s *openapi3.Schema) bool {
	switch {
	case len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) > 0:
		return false
	case s.Type == nil:
		return true
	case !s.Type.Is("object"):
		return false
	case s.AdditionalProperties.Schema != nil:
		return false
	}
	return s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has
}
