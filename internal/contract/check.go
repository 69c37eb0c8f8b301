package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/openapi"
)

// Value is one name of a request and its text, as they were sent.
type Value struct {
	In   string // path, query or form
	Name string
	Text string
}

// Params is what a request said as far as it fits the contract. Its zero value has no parameter.
type Params struct {
	names []string
	texts []string // "" when it was not sent, or is malformed
}

// Text returns a parameter as it was sent; "" when it was not sent, was sent empty, or is malformed.
func (p Params) Text(name string) string {
	if i := slices.Index(p.names, name); i >= 0 {
		return p.texts[i]
	}
	return ""
}

// Int returns an integer parameter, and false when it was not sent or is malformed.
func (p Params) Int(name string) (int64, bool) {
	n, err := strconv.ParseInt(p.Text(name), 10, 64)
	return n, err == nil
}

// JSON returns a JSON parameter; the zero JSON when it was not sent or is malformed.
func (p Params) JSON(name string) JSON { return JSON{p.Text(name)} }

// Check holds a request against the contract. Values must come in the order in which they count: the query's before the form's.
// It returns the parameters, of a repeated name the first value, and every violation: those of declared names in the contract's order,
// then names that it does not have, in the order in which they came. An empty optional value counts as absent.
func (r *Route) Check(values []Value) (Params, []openapi.Violation) {
	params := Params{names: r.names, texts: make([]string, len(r.Parameters))}
	var violations []openapi.Violation
	for i := range r.Parameters {
		p := &r.Parameters[i]
		value, found := r.first(p, values, &violations)
		switch {
		case found && value.Text != "":
			if faults := p.faults(value); len(faults) > 0 {
				violations = append(violations, faults...)
				continue
			}
			params.texts[i] = value.Text
		case p.Required:
			violations = append(violations, r.absent(p, values))
		}
	}
	return params, append(violations, r.unknowns(values, violations)...)
}

// unknowns returns a violation for each value whose name the contract does not have in its place.
func (r *Route) unknowns(values []Value, so []openapi.Violation) (violations []openapi.Violation) {
	var all, absent []string
	for _, v := range values {
		if p := r.Parameter(v.Name); p != nil && (v.In == "path") == (p.In == "path") {
			continue
		}
		if all == nil {
			all, absent = r.sendable(so)
		}
		violations = append(violations, unknown(v, all, absent))
	}
	return violations
}

// sendable returns the names that may be sent, and those among them that are required and were not.
func (r *Route) sendable(violations []openapi.Violation) (all, absent []string) {
	for i := range r.Parameters {
		if p := &r.Parameters[i]; p.In != "path" {
			all = append(all, p.Name)
			if slices.ContainsFunc(violations, func(v openapi.Violation) bool { return v.Kind == openapi.Missing && v.Name == p.Name }) {
				absent = append(absent, p.Name)
			}
		}
	}
	return all, absent
}

// first returns the value of p that counts and notes where it came again, or in a place where it does not belong.
func (r *Route) first(p *Parameter, values []Value, violations *[]openapi.Violation) (value Value, found bool) {
	for _, v := range values {
		if v.Name != p.Name || (v.In == "path") != (p.In == "path") {
			continue
		}
		switch {
		case found:
			*violations = append(*violations, openapi.Violation{Kind: openapi.Repeated, In: v.In, Name: v.Name, Message: "came more than once, the first value counts", Hint: "send it once", Allowed: "sent once"})
		case v.In == "query" && !p.InQuery:
			*violations = append(*violations, openapi.Violation{Kind: openapi.Unknown, In: v.In, Name: v.Name, Message: "belongs into the form body, not into the query", Hint: "send it in the body of the POST", Allowed: "sent in the body of the POST"})
		}
		if !found {
			value, found = v, true
		}
	}
	return value, found
}

// Parameter returns the parameter of this name; nil when the route has none.
func (r *Route) Parameter(name string) *Parameter {
	if i := slices.Index(r.names, name); i >= 0 {
		return &r.Parameters[i]
	}
	return nil
}

func (r *Route) absent(p *Parameter, values []Value) openapi.Violation {
	v := openapi.Violation{Kind: openapi.Missing, In: p.In, Name: p.Name, Message: "must be specified"}
	for _, value := range values {
		if r.Parameter(value.Name) != nil {
			continue
		}
		if _, near := nearest.Name(value.Name, []string{p.Name}); near {
			v.Hint = sentInstead(value.Name, p.Name)
			return v
		}
	}
	if p.Example != "" {
		v.Hint = "for example " + p.Name + "=" + p.Example
	}
	return v
}

// unknown suggests the declared name that is closest, preferably one that was not sent.
func unknown(value Value, all, absent []string) openapi.Violation {
	v := openapi.Violation{Kind: openapi.Unknown, In: value.In, Name: value.Name, Message: "is not in the contract"}
	near, ok := nearest.Name(value.Name, absent)
	if !ok {
		near, ok = nearest.Name(value.Name, all)
	}
	switch {
	case ok:
		v.Hint = fmt.Sprintf("did you mean %q?", near)
	case len(all) == 0:
		v.Hint = "there are no parameters here"
	default:
		v.Hint = "allowed are " + strings.Join(all, ", ")
	}
	v.Allowed = "left out (" + v.Hint + ")"
	return v
}

// faults says in what a text departs from what the contract declares. Every text is a value of a plain parameter.
func (p *Parameter) faults(value Value) []openapi.Violation {
	var violations []openapi.Violation
	switch {
	case p.plain || slices.Contains(p.Enum, value.Text):
		return nil
	case p.JSON:
		violations = p.judge.violations(value.Text)
	case p.Integer:
		violations = p.integerFaults(value.Text)
	default:
		violations = visit(p.judge.schema, value.Text)
		p.hintCase(value.Text, violations)
	}
	for i := range violations {
		violations[i].In, violations[i].Name = value.In, p.Name
	}
	return violations
}

func (p *Parameter) integerFaults(text string) []openapi.Violation {
	if _, err := strconv.ParseInt(text, 10, 64); err != nil || text[0] == '+' {
		must := allowed(p.judge.schema)
		return []openapi.Violation{{Kind: openapi.Malformed, Message: "must be " + must, Allowed: must}}
	}
	return visit(p.judge.schema, json.Number(text))
}

// hintCase names the allowed word that was meant.
func (p *Parameter) hintCase(text string, violations []openapi.Violation) {
	if near, ok := nearest.Name(text, p.Enum); ok && len(violations) > 0 {
		violations[0].Hint = fmt.Sprintf("write %s=%s", p.Name, near)
	}
}
