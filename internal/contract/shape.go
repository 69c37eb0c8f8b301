package contract

import (
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape is a schema compiled for a quick yes. It reads a JSON text once, without building anything. It either accepts
// the text or is unsure; then decodeJSON and kin-openapi decide and explain. It is unsure of what is rare: escapes,
// characters beyond ASCII, undeclared members, and schemas with other keywords than these. A differential test proves
// that a shape never accepts what kin-openapi refuses.
type shape struct {
	Kind       byte                   // o object, a array, s string, i integer, b boolean
	Nullable   bool                   `json:",omitempty"`
	Properties []property             `json:",omitempty"` // o
	Required   uint64                 `json:",omitempty"` // o, by index into properties
	Additional *shape                 `json:",omitempty"` // o, of members that are not declared; nil: there may be none
	Items      *shape                 `json:",omitempty"` // a
	Min        *float64               `json:",omitempty"` // i; nil: no bound
	Max        *float64               `json:",omitempty"` // i
	Enum       []string               `json:",omitempty"` // s
	MinLength  int                    `json:",omitempty"` // s
	Pattern    *regexp.Regexp         `json:",omitempty"` // s
	matched    atomic.Pointer[string] // the last text that matched the pattern: tests send the same ids again and again
}

type property struct {
	Name  string
	Shape *shape
}

// maxProperties is how many properties the bits of a word can tell apart.
const maxProperties = 64

// compile returns the shape of a schema that stands inside others; nil if the schema has something that shapes do not know.
// A schema inside itself has no shape.
func compile(schema *openapi3.Schema, above ...*openapi3.Schema) *shape {
	if schema == nil || schema.Type == nil || len(*schema.Type) != 1 || unusual(schema) || slices.Contains(above, schema) {
		return nil
	}
	above = append(above, schema)
	s := &shape{Nullable: schema.Nullable}
	ok := true
	switch {
	case schema.Type.Is("object"):
		s.Kind, ok = 'o', s.compileObject(schema, above)
	case schema.Type.Is("array") && schema.MinItems == 0 && schema.MaxItems == nil && schema.Items != nil:
		s.Kind, s.Items = 'a', compile(schema.Items.Value, above...)
		ok = s.Items != nil
	case schema.Type.Is("string"):
		s.Kind, ok = 's', s.compileString(schema)
	case schema.Type.Is("integer"):
		s.Kind, s.Min, s.Max = 'i', schema.Min, schema.Max
	case schema.Type.Is("boolean"):
		s.Kind = 'b'
	default:
		return nil
	}
	if !ok {
		return nil
	}
	return s
}

// unusual reports whether a schema has keywords that shapes do not know.
func unusual(s *openapi3.Schema) bool {
	undeclared := func(name string) bool { return s.Properties[name] == nil }
	return len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) > 0 || s.Not != nil || s.UniqueItems || s.MultipleOf != nil ||
		s.ExclusiveMin.IsSet() || s.ExclusiveMax.IsSet() || s.MinProps > 0 || s.MaxProps != nil || s.Discriminator != nil ||
		s.ReadOnly || s.WriteOnly || len(s.Enum) > 0 && !s.Type.Is("string") || slices.ContainsFunc(s.Required, undeclared)
}

func (s *shape) compileObject(schema *openapi3.Schema, above []*openapi3.Schema) bool {
	if len(schema.Properties) > maxProperties {
		return false
	}
	for _, name := range keys(schema.Properties) {
		inner := compile(schema.Properties[name].Value, above...)
		if inner == nil {
			return false
		}
		if slices.Contains(schema.Required, name) {
			s.Required |= 1 << len(s.Properties)
		}
		s.Properties = append(s.Properties, property{name, inner})
	}
	if ref := schema.AdditionalProperties.Schema; ref != nil {
		s.Additional = compile(ref.Value, above...)
		return s.Additional != nil
	}
	return true
}

func (s *shape) compileString(schema *openapi3.Schema) bool {
	for _, value := range schema.Enum {
		text, ok := value.(string)
		if !ok {
			return false
		}
		s.Enum = append(s.Enum, text)
	}
	s.MinLength = int(min(schema.MinLength, 1<<20))
	if schema.Pattern != "" {
		pattern, err := regexp.Compile(schema.Pattern)
		if err != nil {
			return false
		}
		s.Pattern = pattern
	}
	return schema.MaxLength == nil && (schema.Format == "" || schema.Format == "password")
}

// anyText reports whether every text that is not empty is a value of this shape.
func (s *shape) anyText() bool {
	return s != nil && s.Kind == 's' && s.Enum == nil && s.Pattern == nil && s.MinLength < 2
}

// accepts reports whether the text is certainly one JSON value of this shape.
func (s *shape) accepts(text string) bool {
	if s == nil {
		return false
	}
	r := scanner{text: text}
	return r.value(s) && r.end()
}

// fits reports whether a string without escapes is a value of this shape.
func (s *shape) fits(text string) bool {
	if len(text) < s.MinLength || s.Enum != nil && !slices.Contains(s.Enum, text) {
		return false
	}
	if s.Pattern == nil {
		return true
	}
	if last := s.matched.Load(); last != nil && *last == text {
		return true
	}
	if !s.Pattern.MatchString(text) {
		return false
	}
	kept := strings.Clone(text) // text is a part of a request, which must not stay in memory
	s.matched.Store(&kept)
	return true
}

// member returns the shape of a member and marks it as seen; nil if it was seen before or is not allowed.
func (s *shape) member(name string, seen *uint64, others *nameSet) *shape {
	i := slices.IndexFunc(s.Properties, func(p property) bool { return p.Name == name })
	switch {
	case i >= 0 && *seen&(1<<i) == 0:
		*seen |= 1 << i
		return s.Properties[i].Shape
	case i < 0 && s.Additional != nil && others.add(name):
		return s.Additional
	}
	return nil
}
