package contract

import "github.com/mockportal/mockportal/openapi"

// CheckBody holds a JSON body against the contract and returns every departure. A route without one takes none.
func (r *Route) CheckBody(text string) []openapi.Violation {
	if r.body == nil {
		if text == "" {
			return nil
		}
		return []openapi.Violation{{Kind: openapi.Unknown, In: "body", Name: "*", Message: "there is no body here", Hint: "send none"}}
	}
	violations := r.body.violations(text)
	for i := range violations {
		violations[i].In, violations[i].Name = "body", "*"
	}
	return violations
}
