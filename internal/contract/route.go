package contract

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Route is one method and path of an operation. It is safe for concurrent use and must not be changed.
type Route struct {
	Method     string
	Path       string // a template such as /a/{itemId}/b, without a context
	Operation  *Operation
	Parameters []Parameter // the path's first, then required ones, then the rest; token, callback and f come last

	sameAs string
	body   *judge // of a JSON body; nil when there is none
	spec   *openapi3.Operation
	names  []string
}

// Parameter is one name that a request may carry.
type Parameter struct {
	Name        string
	In          string // path, query, or form; a name that is declared in query and form is said to be in the form
	InQuery     bool   // the query may carry it too
	Description string
	Example     string // as it would be sent; may be empty
	Default     string
	Enum        []string
	Required    bool
	Secret      bool // never journaled
	JSON        bool // the value is a JSON text
	Integer     bool
	MultiPart   bool // a path parameter that spans several segments

	judge judge
	plain bool // any text will do
}

// formTypes are the content types of a form body; both declare the same schema.
const formType = "application/x-www-form-urlencoded"

func newRoute(method, path string, item *openapi3.PathItem, op *openapi3.Operation) *Route {
	r := &Route{Method: method, Path: path, spec: op}
	r.extension("x-same-as", &r.sameAs)
	for _, list := range []openapi3.Parameters{item.Parameters, op.Parameters} {
		for _, ref := range list {
			r.addParameter(ref.Value)
		}
	}
	if op.RequestBody != nil {
		content := op.RequestBody.Value.Content
		if media := content.Get(formType); media != nil {
			r.addForm(media)
		} else if media := content.Get("application/json"); media != nil {
			j := newJudge(media.Schema.Value)
			r.body = &j
		}
	}
	slices.SortStableFunc(r.Parameters, func(a, b Parameter) int { return cmp.Compare(a.order(), b.order()) })
	for i := range r.Parameters {
		r.names = append(r.names, r.Parameters[i].Name)
	}
	return r
}

func (r *Route) addParameter(p *openapi3.Parameter) {
	parameter := newParameter(p.Name, p.In, p.Schema.Value)
	parameter.Required = p.Required
	parameter.InQuery = p.In == "query"
	parameter.Secret = parameter.Secret || p.Extensions["x-secret"] == true
	parameter.MultiPart = p.Extensions["x-multi-segment"] == true
	parameter.Description = p.Description
	if p.Example != nil {
		parameter.Example = fmt.Sprint(p.Example)
	}
	r.Parameters = append(r.Parameters, parameter)
}

// addForm adds the names of a form body in a stable order: the required ones as the contract lists them, then the others by name.
func (r *Route) addForm(media *openapi3.MediaType) {
	schema := media.Schema.Value
	names := slices.Clone(schema.Required)
	for name := range schema.Properties {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[len(schema.Required):])
	for _, name := range names {
		parameter := newParameter(name, "form", schema.Properties[name].Value)
		parameter.Required = slices.Contains(schema.Required, name)
		if encoding := media.Encoding[name]; encoding != nil && encoding.ContentType == "application/json" {
			parameter.JSON, parameter.plain = true, false
		}
		if i := slices.IndexFunc(r.Parameters, func(p Parameter) bool { return p.Name == name && p.In == "query" }); i >= 0 {
			parameter.InQuery, parameter.Secret = true, parameter.Secret || r.Parameters[i].Secret
			r.Parameters = slices.Delete(r.Parameters, i, i+1)
		}
		r.Parameters = append(r.Parameters, parameter)
	}
}

func newParameter(name, in string, schema *openapi3.Schema) Parameter {
	p := Parameter{Name: name, In: in, Description: schema.Description, judge: newJudge(schema)}
	p.Secret = schema.Extensions["x-secret"] == true
	p.Integer = schema.Type.Is("integer")
	for _, value := range schema.Enum {
		p.Enum = append(p.Enum, fmt.Sprint(value))
	}
	p.plain = schema.Type.Is("string") && len(schema.Enum) == 0 && schema.Pattern == "" && schema.MaxLength == nil
	p.Example, p.Default = asSent(schema.Example), asSent(schema.Default)
	return p
}

// order puts the path before everything and the names that every operation has behind everything.
func (p Parameter) order() int {
	switch {
	case p.In == "path":
		return 0
	case p.Name == "token":
		return 2
	case p.Name == "callback":
		return 3
	case p.Name == "f":
		return 4
	}
	return 1
}
