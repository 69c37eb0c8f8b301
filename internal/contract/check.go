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
	In   string // path, query or form; for the journal also header, cookie or body
	Name string
	Text string
}

// Params are the parameters of a request that fit the contract. The zero value has none.
type Params struct {
	names []string
	texts []string // empty if the parameter was not sent, was sent empty, or is malformed
}

// Text returns a parameter as it was sent; "" if it was not sent, was sent empty, or is malformed.
func (p Params) Text(name string) string {
	if i := slices.Index(p.names, name); i >= 0 {
		return p.texts[i]
	}
	return ""
}

// Int returns an integer parameter, and false if it was not sent or is malformed.
func (p Params) Int(name string) (int64, bool) {
	n, err := strconv.ParseInt(p.Text(name), 10, 64)
	return n, err == nil
}

// JSON returns a JSON parameter; the zero [JSON] if it was not sent or is malformed.
func (p Params) JSON(name string) JSON { return JSON{p.Text(name)} }

// Check checks a request against the contract. The values of the query must come before those of the form. Check
// returns the parameters and every violation: first those of declared names, in the contract's order, then unknown
// names, in the order of the values. The first value of a repeated name counts. An empty optional value counts as absent.
func (r *Route) Check(values []Value) (Params, []openapi.Violation) {
	params := Params{names: r.names, texts: make([]string, len(r.Parameters))}
	var violations []openapi.Violation
	for i := range r.Parameters {
		p := &r.Parameters[i]
		value, found := r.first(p, values, &violations)
		switch {
		case found && value.Text != "":
			malformed := p.violations(value)
			violations = append(violations, malformed...)
			if len(malformed) == 0 {
				params.texts[i] = value.Text
			}
		case p.Required:
			violations = append(violations, r.missing(p, values))
		}
	}
	for _, v := range values {
		if p := r.Parameter(v.Name); p == nil || !p.belongs(v) {
			violations = append(violations, r.unknown(v))
		}
	}
	return params, violations
}

// belongs reports whether a value came in the place of the parameter. Query and form are one place here.
func (p *Parameter) belongs(v Value) bool { return (v.In == "path") == (p.In == "path") }

// first returns the value of p that counts. It adds a violation for each repetition and for a value in the wrong place.
func (r *Route) first(p *Parameter, values []Value, violations *[]openapi.Violation) (value Value, found bool) {
	for _, v := range values {
		if v.Name != p.Name || !p.belongs(v) {
			continue
		}
		switch {
		case found:
			*violations = append(*violations, openapi.Violation{
				Kind: openapi.Repeated, In: v.In, Name: v.Name, Message: "was sent more than once; the first value counts",
				Hint: "send it once", Allowed: "sent once",
			})
		case v.In == "query" && !p.InQuery:
			*violations = append(*violations, openapi.Violation{
				Kind: openapi.Unknown, In: v.In, Name: v.Name, Message: "belongs in the form body, not in the query",
				Hint: "send it in the body of the POST", Allowed: "sent in the body of the POST",
			})
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

// missing names the value that was probably meant for p, or gives an example.
func (r *Route) missing(p *Parameter, values []Value) openapi.Violation {
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

// unknown suggests the closest declared name.
func (r *Route) unknown(value Value) openapi.Violation {
	v := openapi.Violation{Kind: openapi.Unknown, In: value.In, Name: value.Name, Message: "is not in the contract"}
	var all []string
	for i := range r.Parameters {
		if r.Parameters[i].In != "path" {
			all = append(all, r.Parameters[i].Name)
		}
	}
	near, ok := nearest.Name(value.Name, all)
	if !ok { // clients of OAuth say access_token
		near, ok = nearest.Name(value.Name[strings.LastIndexAny(value.Name, "_-.")+1:], all)
	}
	switch {
	case ok:
		v.Hint = fmt.Sprintf("did you mean %q?", near)
	case len(all) == 0:
		v.Hint = "this operation takes no parameters"
	default:
		v.Hint = "allowed are " + strings.Join(all, ", ")
	}
	v.Allowed = "left out (" + v.Hint + ")"
	return v
}

// violations returns every violation of a value. A plain parameter has none.
func (p *Parameter) violations(value Value) []openapi.Violation {
	var violations []openapi.Violation
	switch {
	case p.JSON:
		violations = p.Judge.violations(value.Text)
	case notUTF8(value.Text) > 0:
		violations = []openapi.Violation{encoding(nil, notUTF8(value.Text))}
	case p.Judge.Shape.anyText() || slices.Contains(p.Enum, value.Text):
		return nil
	case p.Integer:
		violations = p.integerViolations(value.Text)
	default:
		violations = visit(p.Judge.schema(), value.Text)
		if near, ok := nearest.Name(value.Text, p.Enum); ok && len(violations) > 0 {
			violations[0].Hint = fmt.Sprintf("write %s=%s", p.Name, near)
		}
	}
	for i := range violations {
		violations[i].In, violations[i].Name = value.In, p.Name
	}
	return violations
}

func (p *Parameter) integerViolations(text string) []openapi.Violation {
	if _, err := strconv.ParseInt(text, 10, 64); err != nil || text[0] == '+' {
		must := allowed(p.Judge.schema())
		return []openapi.Violation{{Kind: openapi.Malformed, Message: "must be " + must, Allowed: must}}
	}
	return visit(p.Judge.schema(), json.Number(text))
}
