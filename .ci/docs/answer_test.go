package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// compare returns how an output differs from the answer that a page shows, or nil.
func compare(language, want, got string) error {
	if language == "json" {
		return compareJSON(want, got)
	}
	pattern := "^"
	for _, line := range strings.Split(strings.TrimSpace(want), "\n") {
		line = strings.TrimRight(line, " ")
		if line == "…" {
			pattern += `(?:.*\n)*`
			continue
		}
		pattern += strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + ` *\n`
	}
	if !regexp.MustCompile(pattern + "$").MatchString(strings.TrimSpace(strings.ReplaceAll(got, "\r", "")) + "\n") {
		return fmt.Errorf("the output is not the page's:\n%s\n--- the page's:\n%s", got, want)
	}
	return nil
}

func compareJSON(want, got string) error {
	shown, err := decode(want)
	if err != nil {
		return fmt.Errorf("the page's answer: %w", err)
	}
	came, err := decode(got)
	if err != nil {
		return fmt.Errorf("the output is no JSON (%w): %s", err, got)
	}
	if err := holds("", shown, came); err != nil {
		return fmt.Errorf("%w in\n%s", err, got)
	}
	return nil
}

func decode(text string) (value any, err error) {
	in := json.NewDecoder(bytes.NewBufferString(text))
	in.UseNumber()
	if err := in.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the value")
	}
	return value, nil
}

// holds compares two JSON values; "…" in want stands for anything.
func holds(at string, want, got any) error {
	switch want := want.(type) {
	case map[string]any:
		return holdsObject(at, want, got)
	case []any:
		return holdsList(at, want, got)
	case string:
		if text, ok := got.(string); ok && strings.Contains(want, "…") {
			pattern := "(?s)^" + strings.ReplaceAll(regexp.QuoteMeta(want), "…", ".*") + "$"
			if regexp.MustCompile(pattern).MatchString(text) {
				return nil
			}
		}
		if want == "…" {
			return nil
		}
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("%s: the page has %v, but %v came", at, want, got)
	}
	return nil
}

func holdsObject(at string, want map[string]any, got any) error {
	members, ok := got.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: the page has an object, but %v came", at, got)
	}
	for name, value := range want {
		if name == "…" {
			continue
		}
		member, ok := members[name]
		if !ok {
			return fmt.Errorf("%s/%s did not come", at, name)
		}
		if err := holds(at+"/"+name, value, member); err != nil {
			return err
		}
	}
	if _, more := want["…"]; more {
		return nil
	}
	for name := range members {
		if _, ok := want[name]; !ok {
			return fmt.Errorf("%s/%s came, and the page does not have it", at, name)
		}
	}
	return nil
}

func holdsList(at string, want []any, got any) error {
	items, ok := got.([]any)
	if !ok {
		return fmt.Errorf("%s: the page has a list, but %v came", at, got)
	}
	more := len(want) > 0 && want[len(want)-1] == "…"
	if more {
		want = want[:len(want)-1]
	}
	if len(items) < len(want) || (len(items) > len(want) && !more) {
		return fmt.Errorf("%s: the page has %d items, but %d came", at, len(want), len(items))
	}
	for i, value := range want {
		if err := holds(fmt.Sprintf("%s/%d", at, i), value, items[i]); err != nil {
			return err
		}
	}
	return nil
}

func TestCompare(t *testing.T) {
	for name, test := range map[string]struct {
		language, want, got string
		same                bool
	}{
		"text":                        {"text", "a\nb\n", "a  \nb\n", true},
		"another text":                {"text", "a\nb\n", "a\nc\n", false},
		"a text that goes on":         {"text", "a\n", "a\nb\n", false},
		"a part of a line":            {"text", "took …s, good\n", "took 1.5s, good\n", true},
		"another part of a line":      {"text", "took …s, good\n", "took 1.5s, bad\n", false},
		"lines left out":              {"text", "a\n…\nd\n", "a\nb\nc\nd\n", true},
		"no lines to leave out":       {"text", "a\n…\n", "a\n", true},
		"JSON in another order":       {"json", `{"a":1,"b":[2]}`, `{ "b": [2], "a": 1 }`, true},
		"another number":              {"json", `{"a":1}`, `{"a":2}`, false},
		"a member too many":           {"json", `{"a":1}`, `{"a":1,"b":2}`, false},
		"a member too few":            {"json", `{"a":1,"b":2}`, `{"a":1}`, false},
		"members left out":            {"json", `{"a":1,"…":"…"}`, `{"a":1,"b":2}`, true},
		"a member missing beside":     {"json", `{"a":1,"…":"…"}`, `{"b":2}`, false},
		"a value left out":            {"json", `{"a":"…"}`, `{"a":[1]}`, true},
		"a part of a value":           {"json", `{"a":"x…"}`, `{"a":"xyz"}`, true},
		"another part of a value":     {"json", `{"a":"x…"}`, `{"a":"yz"}`, false},
		"items left out":              {"json", `[1,"…"]`, `[1,2,3]`, true},
		"another item":                {"json", `[1,"…"]`, `[2]`, false},
		"an item too many":            {"json", `[1]`, `[1,2]`, false},
		"no JSON":                     {"json", `[1]`, `[1`, false},
		"a second value":              {"json", `[1]`, `[1] [2]`, false},
		"a list instead of an object": {"json", `{"…":"…"}`, `[]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := compare(test.language, test.want, test.got); (err == nil) != test.same {
				t.Errorf("got %v", err)
			}
		})
	}
}
