package openapi

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
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
	s.minLength = int(min(schema.MinLength, 1<<20)) //nolint:gosec // it is small
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

// scanner reads a JSON text from the front. Its methods return false when they are not sure.
type scanner struct {
	text string
	at   int
}

func (r *scanner) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

func (r *scanner) end() bool {
	r.space()
	return r.at == len(r.text)
}

// is consumes one byte and the space before it.
func (r *scanner) is(b byte) bool {
	r.space()
	if r.at < len(r.text) && r.text[r.at] == b {
		r.at++
		return true
	}
	return false
}

func (r *scanner) literal(word string) bool {
	r.space()
	if len(r.text)-r.at >= len(word) && r.text[r.at:r.at+len(word)] == word {
		r.at += len(word)
		return true
	}
	return false
}

// str reads a string of plain ASCII.
func (r *scanner) str() (string, bool) {
	if !r.is('"') {
		return "", false
	}
	start := r.at
	for ; r.at < len(r.text); r.at++ {
		switch b := r.text[r.at]; {
		case b == '"':
			r.at++
			return r.text[start : r.at-1], true
		case b < 0x20 || b >= 0x7f || b == '\\':
			return "", false
		}
	}
	return "", false
}

// digits reads an integer that is written as one.
func (r *scanner) digits() (string, bool) {
	r.space()
	start := r.at
	if r.at < len(r.text) && r.text[r.at] == '-' {
		r.at++
	}
	first := r.at
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		r.at++
	}
	n := r.at - first
	if n == 0 || n > 15 || n > 1 && r.text[first] == '0' || r.at < len(r.text) && (r.text[r.at] == '.' || r.text[r.at]|0x20 == 'e') {
		return "", false
	}
	return r.text[start:r.at], true
}

func (r *scanner) value(s *shape) bool {
	if s.nullable && r.literal("null") {
		return true
	}
	switch s.kind {
	case 'o':
		return r.object(s)
	case 'a':
		return r.array(s)
	case 's':
		text, ok := r.str()
		return ok && s.fits(text)
	case 'i':
		text, ok := r.digits()
		n, err := strconv.ParseInt(text, 10, 64)
		return ok && err == nil && n >= s.min && n <= s.max
	default:
		return r.literal("true") || r.literal("false")
	}
}

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

func (r *scanner) array(s *shape) bool {
	if !r.is('[') {
		return false
	}
	if r.is(']') {
		return true
	}
	for {
		if !r.value(s.items) {
			return false
		}
		if !r.is(',') {
			return r.is(']')
		}
	}
}

// object reads members, each at most once, and all that are required.
func (r *scanner) object(s *shape) bool {
	if !r.is('{') {
		return false
	}
	var seen uint64
	var others nameSet
	for first := true; !r.is('}'); first = false {
		if !first && !r.is(',') {
			return false
		}
		name, ok := r.str()
		if !ok || !r.is(':') {
			return false
		}
		inner := s.additional
		if i := s.index(name); i >= 0 {
			if seen&(1<<i) != 0 {
				return false
			}
			seen |= 1 << i
			inner = s.properties[i].shape
		} else if inner == nil || !others.add(name) {
			return false
		}
		if !r.value(inner) {
			return false
		}
	}
	return seen&s.required == s.required
}

func (s *shape) index(name string) int {
	for i := range s.properties {
		if s.properties[i].name == name {
			return i
		}
	}
	return -1
}

// nameSet tells whether a name was there before, for a few names without allocating.
type nameSet struct {
	names [24]string
	n     int
}

// add returns false for a name that is there, and when there is no room.
func (s *nameSet) add(name string) bool {
	if s.n == len(s.names) || slices.Contains(s.names[:s.n], name) {
		return false
	}
	s.names[s.n] = name
	s.n++
	return true
}

// build returns the value of a text that a shape has accepted: objects, arrays, texts without escapes, integers as json.Number, literals.
func (r *scanner) build() any {
	r.space()
	switch r.text[r.at] {
	case '{':
		r.at++
		object := map[string]any{}
		for !r.is('}') {
			r.is(',')
			name, _ := r.str()
			r.is(':')
			object[name] = r.build()
		}
		return object
	case '[':
		r.at++
		array := []any{}
		for !r.is(']') {
			r.is(',')
			array = append(array, r.build())
		}
		return array
	case '"':
		text, _ := r.str()
		return text
	}
	return r.scalar()
}

func (r *scanner) scalar() any {
	switch {
	case r.literal("null"):
		return nil
	case r.literal("true"):
		return true
	case r.literal("false"):
		return false
	}
	text, _ := r.digits()
	return json.Number(text)
}
