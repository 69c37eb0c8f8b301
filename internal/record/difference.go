package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// maxDifferences is how many differences are told of one call: lists that differ throughout would bring millions, and
// nobody reads them.
const maxDifferences = 100

// compare says how a call differs from what an expectation counts, in so many differences at most, and what probably
// happened.
func compare(e scenario.Expectation, r *Record, most int) journal.Near {
	near := journal.Near{Call: r.Read(), Differences: []journal.Difference{}}
	var hints []string
	e.When.Compare(r.subject(), func(path []string, want, got any, beside map[string]any) bool {
		near.Differences = append(near.Differences, difference(path, want, got))
		hint := hintAt(&near.Call, path, want, got, beside)
		follows := path[0] != "operation" && near.Differences[0].Pointer == "/operation" // and needs no hint
		if hint != "" && !follows && !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
		return len(near.Differences) < most
	})
	if len(near.Differences) == 0 {
		hints = []string{asked(&near.Call) + " only supports the licensing operations; it counts where it is named"}
	}
	near.Hint = strings.Join(hints, "; ")
	return near
}

func difference(path []string, want, got any) journal.Difference {
	return journal.Difference{
		Pointer: pointer(path), Expected: rawJSON(want), Got: rawJSON(got), Message: "expected " + inWords(want) + ", got " + inWords(got),
	}
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
