package openapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
)

// Value is one name of a request and its text, as they were sent.
type Value struct {
	In   string // path, query or form
	Name string
	Text string
}

// Params is what a request said as far as it fits the contract, decoded. Its zero value has no parameter.
type Params struct {
	names  []string
	values []any // string, json.Number or decoded JSON; nil when it was not sent, or is malformed
}

// Text returns a parameter as text; "" when it was not sent, or sent empty.
func (p Params) Text(name string) string {
	text, _ := p.get(name).(string)
	return text
}

// Int returns an integer parameter, and false when it was not sent or does not fit an int64.
func (p Params) Int(name string) (int64, bool) {
	number, ok := p.get(name).(json.Number)
	if !ok {
		return 0, false
	}
	n, err := number.Int64()
	return n, err == nil
}

// JSON returns the decoded value of a JSON parameter, numbers as json.Number; nil when it was not sent. It must not be changed.
func (p Params) JSON(name string) any { return p.get(name) }

func (p Params) get(name string) any {
	if i := slices.Index(p.names, name); i >= 0 && i < len(p.values) {
		return p.values[i]
	}
	return nil
}

// Check holds a request against the contract. Values must come in the order in which they count: the query's before the form's.
// It returns the parameters, of a repeated name the first value, and every violation: those of declared names in the contract's order,
// then names that it does not have, in the order in which they came. An empty optional value counts as absent.
func (r *Route) Check(values []Value) (Params, []Violation) {
	params := Params{names: r.names, values: make([]any, len(r.Parameters))}
	var violations []Violation
	for i := range r.Parameters {
		p := &r.Parameters[i]
		value, found := r.first(p, values, &violations)
		switch {
		case found && value.Text != "":
			var faults []Violation
			params.values[i], faults = p.decode(value)
			violations = append(violations, faults...)
		case p.Required:
			violations = append(violations, r.absent(p, values))
		}
	}
	for _, v := range values {
		if r.parameter(v.Name) == nil {
			violations = append(violations, r.unknown(v, violations))
		}
	}
	return params, violations
}

// first returns the value of p that counts and notes where it came again, or in a place where it does not belong.
func (r *Route) first(p *Parameter, values []Value, violations *[]Violation) (value Value, found bool) {
	for _, v := range values {
		if v.Name != p.Name || (v.In == "path") != (p.In == "path") {
			continue
		}
		switch {
		case found:
			*violations = append(*violations, Violation{Kind: Repeated, In: v.In, Name: v.Name, Message: "came more than once, the first value counts", Hint: "send it once", Allowed: "sent once"})
		case v.In == "query" && !p.InQuery:
			*violations = append(*violations, Violation{Kind: Unknown, In: v.In, Name: v.Name, Message: "belongs into the form body, not into the query", Hint: "send it in the body of the POST", Allowed: "sent in the body of the POST"})
		}
		if !found {
			value, found = v, true
		}
	}
	return value, found
}

func (r *Route) parameter(name string) *Parameter {
	if i := slices.Index(r.names, name); i >= 0 {
		return &r.Parameters[i]
	}
	return nil
}

func (r *Route) absent(p *Parameter, values []Value) Violation {
	v := Violation{Kind: Missing, In: p.In, Name: p.Name, Message: "must be specified"}
	for _, value := range values {
		if r.parameter(value.Name) != nil {
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
func (r *Route) unknown(value Value, so []Violation) Violation {
	v := Violation{Kind: Unknown, In: value.In, Name: value.Name, Message: "is not in the contract, the portal ignores it"}
	var absent, all []string
	for i := range r.Parameters {
		if p := &r.Parameters[i]; p.In != "path" {
			all = append(all, p.Name)
			if slices.ContainsFunc(so, func(s Violation) bool { return s.Kind == Missing && s.Name == p.Name }) {
				absent = append(absent, p.Name)
			}
		}
	}
	near, ok := nearest.Name(value.Name, absent)
	if !ok {
		near, ok = nearest.Name(value.Name, all)
	}
	if ok {
		v.Hint = fmt.Sprintf("did you mean %q?", near)
	} else {
		v.Hint = "allowed are " + strings.Join(all, ", ")
	}
	v.Allowed = "left out (" + v.Hint + ")"
	return v
}

// decode reads the text as the contract declares it. Every text is a value of a plain parameter.
func (p *Parameter) decode(value Value) (any, []Violation) {
	if p.plain {
		return value.Text, nil
	}
	decoded, violations := any(value.Text), []Violation(nil)
	switch {
	case p.JSON:
		decoded, violations = p.judge.decode(value.Text)
	case p.Integer:
		decoded = json.Number(value.Text)
		if _, err := strconv.ParseInt(value.Text, 10, 64); err != nil {
			must := allowed(p.judge.schema)
			violations = []Violation{{Kind: Malformed, Message: "must be " + must, Allowed: must}}
			break
		}
		violations = visit(p.judge.schema, decoded)
	case slices.Contains(p.Enum, value.Text):
	default:
		violations = visit(p.judge.schema, decoded)
		p.hintCase(value.Text, violations)
	}
	if len(violations) == 0 {
		return decoded, nil
	}
	for i := range violations {
		violations[i].In, violations[i].Name = value.In, p.Name
	}
	return nil, violations
}

// hintCase names the allowed word that was meant.
func (p *Parameter) hintCase(text string, violations []Violation) {
	if near, ok := nearest.Name(text, p.Enum); ok && len(violations) > 0 {
		violations[0].Hint = fmt.Sprintf("write %s=%s", p.Name, near)
	}
}
