package contract

import (
	"math"
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
	kind       byte // o object, a array, s string, i integer, b boolean
	nullable   bool
	properties []property // o
	required   uint64     // o, by index into properties
	additional *shape     // o, of members that are not declared; nil: there may be none
	items      *shape     // a
	min, max   float64    // i, as schemas have their bounds
	enum       []string   // s
	minLength  int        // s
	pattern    *regexp.Regexp
	matched    atomic.Pointer[string] // the last text that matched the pattern: tests send the same ids again and again
}

type property struct {
	name  string
	shape *shape
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
	s := &shape{nullable: schema.Nullable}
	ok := true
	switch {
	case schema.Type.Is("object"):
		s.kind, ok = 'o', s.compileObject(schema, above)
	case schema.Type.Is("array") && schema.MinItems == 0 && schema.MaxItems == nil && schema.Items != nil:
		s.kind, s.items = 'a', compile(schema.Items.Value, above...)
		ok = s.items != nil
	case schema.Type.Is("string"):
		s.kind, ok = 's', s.compileString(schema)
	case schema.Type.Is("integer"):
		s.kind, s.min, s.max = 'i', bound(schema.Min, math.Inf(-1)), bound(schema.Max, math.Inf(1))
	case schema.Type.Is("boolean"):
		s.kind = 'b'
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

func bound(f *float64, otherwise float64) float64 {
	if f == nil {
		return otherwise
	}
	return *f
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
			s.required |= 1 << len(s.properties)
		}
		s.properties = append(s.properties, property{name, inner})
	}
	if ref := schema.AdditionalProperties.Schema; ref != nil {
		s.additional = compile(ref.Value, above...)
		return s.additional != nil
	}
	return true
}

func (s *shape) compileString(schema *openapi3.Schema) bool {
	for _, value := range schema.Enum {
		text, ok := value.(string)
		if !ok {
			return false
		}
		s.enum = append(s.enum, text)
	}
	s.minLength = int(min(schema.MinLength, 1<<20))
	if schema.Pattern != "" {
		pattern, err := regexp.Compile(schema.Pattern)
		if err != nil {
			return false
		}
		s.pattern = pattern
	}
	return schema.MaxLength == nil && (schema.Format == "" || schema.Format == "password")
}

// anyText reports whether every text that is not empty is a value of this shape.
func (s *shape) anyText() bool {
	return s != nil && s.kind == 's' && s.enum == nil && s.pattern == nil && s.minLength < 2
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
	if len(text) < s.minLength || s.enum != nil && !slices.Contains(s.enum, text) {
		return false
	}
	if s.pattern == nil {
		return true
	}
	if last := s.matched.Load(); last != nil && *last == text {
		return true
	}
	if !s.pattern.MatchString(text) {
		return false
	}
	kept := strings.Clone(text) // text is a part of a request, which must not stay in memory
	s.matched.Store(&kept)
	return true
}

// member returns the shape of a member and marks it as seen; nil if it was seen before or is not allowed.
func (s *shape) member(name string, seen *uint64, others *nameSet) *shape {
	i := slices.IndexFunc(s.properties, func(p property) bool { return p.name == name })
	switch {
	case i >= 0 && *seen&(1<<i) == 0:
		*seen |= 1 << i
		return s.properties[i].shape
	case i < 0 && s.additional != nil && others.add(name):
		return s.additional
	}
	return nil
}
