package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mockportal/mockportal/internal/scenario"
)

// Difference is one part of a call that is not what an expectation names.
type Difference struct {
	Pointer  string          `json:"pointer"`            // from the call down, such as /params/orgEntitlements/maxUsers
	Expected json.RawMessage `json:"expected,omitempty"` // nil: nothing should be there, or whatever value
	Got      json.RawMessage `json:"got,omitempty"`      // nil: there is nothing
	Message  string          `json:"message"`            // the same in words; long values are cut
}

// String returns the difference in a line.
func (d Difference) String() string { return d.Pointer + ": " + d.Message }

func differences(all []scenario.Difference) []Difference {
	list := make([]Difference, len(all))
	for i, d := range all {
		list[i] = Difference{
			Pointer: pointer(d.Path), Expected: rawJSON(d.Expected), Got: rawJSON(d.Got),
			Message: "expected " + inWords(d.Expected) + ", got " + inWords(d.Got),
		}
	}
	return list
}

func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, part := range path {
		b.WriteString("/" + escape.Replace(part))
	}
	return b.String()
}

// rawJSON returns a value as JSON; nil for no value.
func rawJSON(value any) json.RawMessage {
	switch value.(type) {
	case scenario.Nothing, scenario.Anything:
		return nil
	}
	return json.RawMessage(jsonText(value))
}

// jsonText writes a value as JSON, keys sorted, with < and & as they are.
func jsonText(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("journal: what was decoded from JSON can be written as JSON: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// longest is how much of a value stands in a line.
const longest = 200

func inWords(value any) string {
	switch value.(type) {
	case scenario.Nothing:
		return "nothing"
	case scenario.Anything:
		return "any value"
	}
	text := jsonText(value)
	if len(text) <= longest {
		return text
	}
	cut := longest
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:cut], len(text))
}
