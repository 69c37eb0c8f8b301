package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// node is one JSON value, prepared for the templates.
type node struct {
	Kind    string  // object, list, string or literal
	Text    string  // of a string or a literal
	When    string  // of a literal that is a date: its time in RFC 3339
	Entries []entry // of an object or a list
}

// entry has no Key in a list.
type entry struct {
	Key   string
	Value *node
}

// parse reads a whole body. The standard decoder refuses more than 10,000 levels.
func parse(body json.RawMessage) (*node, error) {
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, fmt.Errorf("page: the body is not JSON: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	return read(dec, ""), nil
}

// read makes the next value of the decoder's tokens, which keep the order of the keys. They have no errors: parse has seen that the body is
// JSON.
func read(dec *json.Decoder, key string) *node {
	token, _ := dec.Token()
	switch t := token.(type) {
	case json.Delim:
		return readEntries(dec, t)
	case json.Number:
		return &node{Kind: "literal", Text: t.String(), When: date(key, t)}
	case bool:
		return &node{Kind: "literal", Text: strconv.FormatBool(t)}
	case string:
		if t != "" {
			return &node{Kind: "string", Text: strings.Map(visible, t)}
		}
		return &node{Kind: "literal", Text: `""`}
	}
	return &node{Kind: "literal", Text: "null"}
}

// readEntries reads an object or a list after its opening bracket.
func readEntries(dec *json.Decoder, open json.Delim) *node {
	n := &node{Kind: "list"}
	if open == '{' {
		n.Kind = "object"
	}
	for dec.More() {
		key := ""
		if open == '{' {
			token, _ := dec.Token()
			key, _ = token.(string)
		}
		n.Entries = append(n.Entries, entry{strings.Map(visible, key), read(dec, key)})
	}
	end, _ := dec.Token()
	if n.Entries == nil {
		return &node{Kind: "literal", Text: fmt.Sprintf("%v%v", open, end)}
	}
	return n
}

// date returns the time of epoch milliseconds if the portal documents them under this key, otherwise "". An endDate of -1 is documented as
// no date.
func date(key string, number json.Number) string {
	isDate := strings.HasSuffix(key, "Date") || slices.Contains([]string{"created", "modified", "entitlementsModified", "expires"}, key)
	ms, err := number.Int64()
	if err != nil || !isDate || ms < 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano)
}

// visible replaces characters that HTML forbids.
func visible(r rune) rune {
	if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Noncharacter_Code_Point) {
		return utf8.RuneError
	}
	return r
}
