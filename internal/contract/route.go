package contract

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Route is one method and path of an operation. It is safe for concurrent use and must not be changed.
type Route struct {
	Method     string
	Path       string      // a template such as /a/{itemId}/b, without a context
	Operation  *Operation  `json:"-"`
	Parameters []Parameter `json:"-"` // the path's first, then required ones, then the rest; token, callback and f come last

	ParametersAt []int // the same among those of all routes
	OperationID  string
	Joins        bool   `json:",omitempty"` // the operation is another route's
	Body         judged // of a JSON body; none if the route takes none
	names        []string
}

// Parameter is one name that a request may carry.
type Parameter struct {
	Name        string
	In          string   // path, query or form; form if the contract declares the name in query and form
	InQuery     bool     `json:",omitempty"` // the query may carry it
	Description string   `json:",omitempty"`
	Example     string   `json:",omitempty"` // as a client would send it; may be empty
	Default     string   `json:",omitempty"`
	Enum        []string `json:",omitempty"`
	Required    bool     `json:",omitempty"`
	Secret      bool     `json:",omitempty"` // never journaled
	JSON        bool     `json:",omitempty"` // the value is a JSON text
	Integer     bool     `json:",omitempty"`
	MultiPart   bool     `json:",omitempty"` // a path parameter that spans several segments

	Judge judged
}

// formType is one of the two content types of a form body. Both have the same schema.
const formType = "application/x-www-form-urlencoded"

// route compiles one method of a path, all but its operation.
func (l *loader) route(method, path string, item *openapi3.PathItem, op *openapi3.Operation) *Route {
	r := &Route{Method: method, Path: path}
	for _, list := range []openapi3.Parameters{item.Parameters, op.Parameters} {
		for _, ref := range list {
			l.addParameter(r, ref.Value)
		}
	}
	if op.RequestBody != nil {
		l.addBody(r, op.RequestBody.Value.Content)
	}
	slices.SortStableFunc(r.Parameters, func(a, b Parameter) int { return cmp.Compare(a.order(), b.order()) })
	for i := range r.Parameters {
		p := &r.Parameters[i]
		if slices.ContainsFunc(r.Parameters[:i], func(other Parameter) bool { return other.Name == p.Name }) {
			l.mistake("parameter %s is declared twice", p.Name)
		}
		if types := p.Judge.schema().Type; !p.JSON && types != nil && !types.Is("string") && !p.Integer {
			l.mistake("parameter %s must be a string, an integer or JSON, got %q", p.Name, *types)
		}
		r.ParametersAt = append(r.ParametersAt, l.keep(*p))
	}
	r.Parameters = nil // newContract takes them from there
	return r
}

func (l *loader) addParameter(r *Route, p *openapi3.Parameter) {
	if p.In != "path" && p.In != "query" || p.Schema == nil {
		l.mistake("parameter %s must be in path or query, and have a schema", p.Name)
		return
	}
	parameter := l.parameter(p.Name, p.In, p.Schema.Value)
	parameter.Required = p.Required
	refused := false
	l.extension(p.Extensions, "x-refused", &refused)
	parameter.InQuery = p.In == "query" && !refused
	parameter.Description = p.Description
	l.extension(p.Extensions, "x-secret", &parameter.Secret)
	l.extension(p.Extensions, "x-multi-segment", &parameter.MultiPart)
	if p.Example != nil {
		parameter.Example = fmt.Sprint(p.Example)
	}
	r.Parameters = append(r.Parameters, parameter)
}

func (l *loader) addBody(r *Route, content openapi3.Content) {
	form, body := content.Get(formType), content.Get("application/json")
	switch {
	case form != nil && form.Schema != nil:
		l.addForm(r, form)
	case body != nil && body.Schema != nil:
		r.Body = l.judge(body.Schema.Value)
	default:
		l.mistake("the request body must be %s or application/json, with a schema", formType)
	}
}

// addForm adds the fields of a form in the contract's order.
func (l *loader) addForm(r *Route, media *openapi3.MediaType) {
	schema := media.Schema.Value
	for _, name := range schema.Required {
		if schema.Properties[name] == nil {
			l.mistake("the form requires %s, but does not declare it", name)
		}
	}
	line := func(name string) int { return schema.Properties[name].Origin.Key.Line }
	inOrder := func(a, b string) int { return cmp.Compare(line(a), line(b)) }
	for _, name := range slices.SortedFunc(maps.Keys(schema.Properties), inOrder) {
		l.addField(r, media, name)
	}
}

func (l *loader) addField(r *Route, media *openapi3.MediaType, name string) {
	parameter := l.parameter(name, "form", media.Schema.Value.Properties[name].Value)
	parameter.Required = slices.Contains(media.Schema.Value.Required, name)
	if encoding := media.Encoding[name]; encoding != nil && encoding.ContentType == "application/json" {
		parameter.JSON = true
	}
	inQuery := func(p Parameter) bool { return p.Name == name && p.In == "query" }
	if i := slices.IndexFunc(r.Parameters, inQuery); i >= 0 {
		parameter.InQuery, parameter.Secret = true, parameter.Secret || r.Parameters[i].Secret
		r.Parameters = slices.Delete(r.Parameters, i, i+1)
	}
	r.Parameters = append(r.Parameters, parameter)
}

func (l *loader) parameter(name, in string, schema *openapi3.Schema) Parameter {
	p := Parameter{Name: name, In: in, Description: schema.Description, Judge: l.judge(schema)}
	l.extension(schema.Extensions, "x-secret", &p.Secret)
	p.Integer = schema.Type.Is("integer")
	for _, value := range schema.Enum {
		p.Enum = append(p.Enum, fmt.Sprint(value))
	}
	p.Example, p.Default = asSent(schema.Example), asSent(schema.Default)
	return p
}

// order puts the path's parameters first, then required ones, and last those that every operation has.
func (p Parameter) order() int {
	common := slices.Index([]string{"token", "callback", "f"}, p.Name)
	switch {
	case p.In == "path":
		return 0
	case p.Required:
		return 1
	}
	return common + 3
}
