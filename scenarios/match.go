package scenarios

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
)

// Subject is what a Matcher looks at: a call, as far as it is known.
type Subject struct {
	Operation string
	Member    string
	Params    func() map[string]any // by name: a text, or decoded JSON; of a repeated name the value that counts. Asked for once at most.
}

// Matches reports whether all that the matcher names is so. What only expectations ask for (outcome, error code, violations) is not looked at.
func (m Matcher) Matches(s Subject) bool {
	if m.Operation != "" && m.Operation != s.Operation || m.Member != "" && m.Member != s.Member {
		return false
	}
	if len(m.Params) == 0 && len(m.Present) == 0 && len(m.Absent) == 0 {
		return true
	}
	params := s.Params()
	has := func(name string) bool { _, ok := params[name]; return ok }
	if slices.ContainsFunc(m.Absent, has) || slices.ContainsFunc(m.Present, func(name string) bool { return !has(name) }) {
		return false
	}
	for name, want := range m.Params {
		got, ok := params[name]
		if !ok || !contains(got, decode(want)) {
			return false
		}
	}
	return true
}

// decode reads a JSON text with its numbers as they are written; nil when it is none.
func decode(text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// contains reports whether got has all that want names: of an object the keys of want, also inside, of all else the whole.
// A parameter that is sent as text equals a number or a literal that is written so.
func contains(got, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for key, inner := range w {
			if value, ok := object[key]; !ok || !contains(value, inner) {
				return false
			}
		}
		return true
	case string:
		return got == w
	case []any:
		return reflect.DeepEqual(got, want)
	}
	return plainText(got) == plainText(want)
}

// plainText writes a scalar as a parameter carries it.
func plainText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
