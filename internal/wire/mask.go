package wire

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/openapi"
)

// Masks take secrets out of what is shown: the values that any of them knows, and in JSON also what stands under a
// secret name. Some of them may be nil; without any, names alone count.
type Masks []*secret.Known

// Hide masks the known values in a text.
func (m Masks) Hide(text string) string { return secret.Hide(text, m...) }

// JSON masks the known values in a JSON text. Where it masks any, it masks what stands under secret names too, as Value
// does.
func (m Masks) JSON(text string) string {
	hidden := m.Hide(text)
	if hidden == text {
		return text
	}
	var value any
	if exact.Unmarshal([]byte(text), &value) != nil {
		return hidden
	}
	masked, _ := json.Marshal(m.Value(value)) // what was JSON is JSON
	return string(masked)
}

// Value masks a JSON value that [exact.Unmarshal] decoded: known values, and values under secret names at any depth.
// Numbers, booleans and null stay under such a name: the code of an error is a number. It may change what it is given.
func (m Masks) Value(value any) any {
	switch v := value.(type) {
	case string:
		return m.Hide(v)
	case json.Number:
		return m.number(v)
	case []any:
		for i := range v {
			v[i] = m.Value(v[i])
		}
	case map[string]any:
		for name, inner := range v {
			if isSecret(name, inner) {
				inner = secret.Mask
			}
			hidden := m.Hide(name)
			if hidden != name {
				delete(v, name)
			}
			v[hidden] = m.Value(inner)
		}
	}
	return value
}

// number masks a number that is known, however it is written: 1234567 is also 1.234567e6.
func (m Masks) number(n json.Number) any {
	text, plain := string(n), string(n)
	if f, err := n.Float64(); err == nil && strings.ContainsAny(text, ".eE") {
		plain = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if m.Hide(text) != text || m.Hide(plain) != plain {
		return secret.Mask
	}
	return n
}

// isSecret reports whether a JSON value under a name is secret. Nothing is secret in a text without letters.
func isSecret(name string, value any) bool {
	switch value.(type) {
	case nil, bool, json.Number:
		return false
	}
	return value != "" && secret.IsName(name)
}

// Violations masks violations in place: they quote names, and a name may be anything.
func (m Masks) Violations(violations []openapi.Violation) {
	for i := range violations {
		v := &violations[i]
		for _, text := range []*string{&v.Name, &v.Pointer, &v.Message, &v.Hint, &v.Allowed} {
			*text = m.Hide(*text)
		}
	}
}
