package contract

import (
	"strings"

	"github.com/mockportal/mockportal/openapi"
)

// CheckBody checks a JSON body against the contract and returns every violation. A route that takes no body accepts an empty object too.
func (r *Route) CheckBody(text string) []openapi.Violation {
	if r.body == nil {
		if object := strings.Join(strings.Fields(text), ""); object == "" || object == "{}" {
			return nil
		}
		return []openapi.Violation{{
			Kind: openapi.Unknown, In: "body", Name: "*", Message: "the operation takes no body", Hint: "send none, or an empty object",
		}}
	}
	violations := r.body.violations(text)
	for i := range violations {
		violations[i].In, violations[i].Name = "body", "*"
	}
	return violations
}
