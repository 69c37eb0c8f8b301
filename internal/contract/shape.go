package contract

import (
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape is a schema compiled for a quick yes. It reads a JSON text once, without building anything, and either accepts it for certain or is
// not sure; then decodeJSON and kin-openapi decide and explain. It is not sure of everything that is rare: escapes, characters beyond ASCII,
// undeclared members, schemas with keywords that are not here. That both agree is held by a differential test.
type shape struct {
	kind       byte // o object, a array, s string, i integer, b boolean
	nullable   bool
	properties []property // o
	required   uint64     // o, by index into properties
	additional *shape     // o, of members that are not declared; nil: none may come
	items      *shape     // a
	min, max   int64      // i
	enum       []string   // s
	minLength  int        // s
	pattern    *regexp.Regexp
	matched    atomic.Pointer[string] // the last text that fitted the pattern: the same ids come again and again
}

type property struct {
	name  string
	shape *shape
}

// maxProperties is how many properties the bits of a word can tell apart.
const maxProperties = 64

// compile returns the shape of a schema, nil when the schema has something that shapes do not know.
func compile(schema *openapi3.Schema) *shape {
	if schema == nil || schema.Type == nil || len(*schema.Type) != 1 || unusual(schema) {
		return nil
	}
	s := &shape{nullable: schema.Nullable}
	ok := true
	switch {
	case schema.Type.Is("object"):
		s.kind, ok = 'o', s.compileObject(schema)
	case schema.Type.Is("array") && schema.MinItems == 0 && schema.MaxItems == nil && schema.Items != nil:
		s.kind, s.items = 'a', compile(schema.Items.Value)
		ok = s.items != nil
	case schema.Type.Is("string"):
		s.kind, ok = 's', s.compileString(schema)
	case schema.Type.Is("integer"):
		s.kind, s.min, s.max = 'i', bound(schema.Min, -maxExact), bound(schema.Max, maxExact)
	case schema.Type.Is("boolean") && len(schema.Enum) == 0:
		s.kind = 'b'
	default:
		return nil
	}
	if !ok {
		return nil
	}
	return s
}

func unusual(s *openapi3.Schema) bool {
	return len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) > 0 || s.Not != nil || s.UniqueItems || s.MultipleOf != nil ||
		s.ExclusiveMin.IsSet() || s.ExclusiveMax.IsSet() || s.MinProps > 0 || s.MaxProps != nil || s.Discriminator != nil ||
		s.ReadOnly || s.WriteOnly
}

// maxExact bounds the integers that a float64, in which schemas have their bounds, holds exactly.
const maxExact = 1 << 53

func bound(f *float64, otherwise int64) int64 {
	if f == nil {
		return otherwise
	}
	return int64(*f)
}

func (s *shape) compileObject(schema *openapi3.Schema) bool {
	if len(schema.Properties) > maxProperties {
		return false
	}
	for _, name := range keys(schema.Properties) {
		inner := compile(schema.Properties[name].Value)
		if inner == nil {
			return false
		}
		if slices.Contains(schema.Required, name) {
			s.required |= 1 << len(s.properties)
		}
		s.properties = append(s.properties, property{name, inner})
	}
	if ref := schema.AdditionalProperties.Schema; ref != nil {
		s.additional = compile(ref.Value)
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

// accepts reports whether the text is for certain one JSON value of this shape.
func (s *shape) accepts(text string) bool {
	if s == nil {
		return false
	}
	r := scanner{text: text}
	return r.value(s) && r.end()
}

// fits reports whether a text without escapes is one of this shape.
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
	kept := strings.Clone(text) // of its own, so that it holds no request
	s.matched.Store(&kept)
	return true
}

// member returns the shape of a member and notes that it was there; nil when it was there before, or may not come.
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
