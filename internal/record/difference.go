package record

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
)

// maxDifferences is how many differences are told of one call: objects that differ throughout would bring millions, and
// nobody reads them.
const maxDifferences = 30

// differences reports how a call differs from what an expectation counts, and returns how often it did. A call of another
// operation differs in nothing else.
func differences(e scenario.Expectation, s *scenario.Subject, report func(path []string, want, got any, beside map[string]any)) int {
	n := 0
	e.When.Compare(s, func(path []string, want, got any, beside map[string]any) bool {
		n++
		report(path, want, got, beside)
		return path[0] != "operation" && n < maxDifferences
	})
	return n
}

// compare says how a call, of which it shows the brief form, differs from what an expectation counts, and what probably happened.
func compare(e scenario.Expectation, r *Record, shown journal.Call) journal.Near {
	near := journal.Near{Call: shown, Differences: []journal.Difference{}}
	var hints []string
	n := differences(e, r.subject(), func(path []string, want, got any, beside map[string]any) {
		near.Differences = append(near.Differences, journal.Difference{
			Pointer: pointer(path), Expected: rawJSON(want), Got: rawJSON(got),
			Message: "expected " + inWords(want) + ", got " + inWords(got),
		})
		if hint := hintAt(&near.Call, path, want, got, beside); hint != "" && !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
	})
	if n == 0 {
		hints = []string{"it only supports the licensing operations; such a call counts where its operation is named"}
	}
	near.Hint = strings.Join(hints, "; ")
	return near
}

func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, part := range path {
		b.WriteString("/" + escape.Replace(part))
	}
	return b.String()
}

// rawJSON returns a value as JSON, as text if it is long; nil for no value.
func rawJSON(value any) json.RawMessage {
	switch value.(type) {
	case scenario.Nothing, scenario.Anything:
		return nil
	}
	text := jsonText(value)
	if len(text) > longest {
		text = jsonText(wire.Shorten(text, longest))
	}
	return json.RawMessage(text)
}

// How many bytes of a value stand in a line, and in a difference.
const (
	lineful = 200
	longest = 1000
)

func inWords(value any) string {
	switch value.(type) {
	case scenario.Nothing:
		return "nothing"
	case scenario.Anything:
		return "any value"
	}
	return wire.Shorten(jsonText(value), lineful)
}
