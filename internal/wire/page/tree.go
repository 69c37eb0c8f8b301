package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

const (
	// maxDepth is how many levels of a body are shown as lists and tables. Values below are JSON text.
	maxDepth = 32
	// maxValues is how many values of a body a page shows. It only counts the entries after them.
	maxValues = 10_000
	// maxColumns bounds the columns of a table, and so its cells: the keys of every row could differ.
	maxColumns = 8
)

// node is one JSON value, prepared for the templates.
type node struct {
	Kind    string   // object, table, list, entries, string, literal, date or raw
	Text    string   // of a string, a literal, a date's number, or raw JSON
	Cut     int      // the bytes of Text before it was cut; 0: it is not cut
	When    string   // of a date: its time for people
	Stamp   string   // of a date: its time in RFC 3339; empty for -1, which is no date
	Members []member // of an object
	Columns []string // of a table
	Rows    [][]cell // of a table
	Items   []*node  // of a list (of scalars) and of entries (of anything)
	More    int      // how many entries are left out
}

type member struct {
	Key   string
	Value *node
}

// cell has a nil Value if the row does not have the column.
type cell struct {
	Column string
	Value  *node
}

// Wide reports whether the value stands below its key. A scalar stands beside it, as does an object of one scalar,
// such as {"num": 8}.
func (n *node) Wide() bool {
	one := n.Kind == "object" && n.More == 0 && len(n.Members) == 1 && n.Members[0].Value.scalar()
	return !one && !n.scalar()
}

func (n *node) scalar() bool {
	return n.Kind == "string" || n.Kind == "literal" || n.Kind == "date"
}

// parse reads a whole body. The standard decoder refuses more than 10,000 levels.
func parse(body json.RawMessage) (*node, error) {
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, fmt.Errorf("page: the body is not JSON: %w", err)
	}
	r := reader{dec: json.NewDecoder(bytes.NewReader(body)), left: maxValues}
	r.dec.UseNumber()
	tree, err := r.value("", 0)
	if err != nil {
		return nil, fmt.Errorf("page: the body is not JSON: %w", err)
	}
	return tree, nil
}

// reader builds nodes from the decoder's tokens, which keep the order of the keys.
type reader struct {
	dec  *json.Decoder
	left int
}

func (r *reader) value(key string, depth int) (*node, error) {
	r.left--
	if depth >= maxDepth {
		return r.raw(key)
	}
	token, err := r.dec.Token()
	switch {
	case err != nil:
		return nil, err
	case token == json.Delim('{'):
		return r.object(depth)
	case token == json.Delim('['):
		return r.array(depth)
	}
	return scalar(key, token), nil
}

func (r *reader) object(depth int) (*node, error) {
	n := &node{Kind: "object"}
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		value, err := r.entry(key, depth)
		switch {
		case err != nil:
			return nil, err
		case value == nil:
			n.More++
		default:
			key, _ = clip(key)
			n.Members = append(n.Members, member{key, value})
		}
	}
	if len(n.Members)+n.More == 0 {
		n = &node{Kind: "literal", Text: "{}"}
	}
	_, err := r.dec.Token()
	return n, err
}

func (r *reader) array(depth int) (*node, error) {
	n := &node{Kind: "list"}
	for r.dec.More() {
		value, err := r.entry("", depth)
		switch {
		case err != nil:
			return nil, err
		case value == nil:
			n.More++
		default:
			n.Items = append(n.Items, value)
		}
	}
	_, err := r.dec.Token()
	switch {
	case len(n.Items)+n.More == 0:
		return &node{Kind: "literal", Text: "[]"}, err
	case slices.ContainsFunc(n.Items, func(item *node) bool { return !item.scalar() }):
		n.Kind = "entries"
		n.tabulate()
	}
	return n, err
}

// entry reads one entry of an object or array. If the page is full, it skips the entry and returns nil.
func (r *reader) entry(key string, depth int) (*node, error) {
	if r.left <= 0 {
		var skipped json.RawMessage
		return nil, r.dec.Decode(&skipped)
	}
	return r.value(key, depth+1)
}

// raw keeps the text of an object or array as it is.
func (r *reader) raw(key string) (*node, error) {
	var text json.RawMessage
	if err := r.dec.Decode(&text); err != nil {
		return nil, err
	}
	if text[0] == '{' || text[0] == '[' {
		n := &node{Kind: "raw"}
		n.Text, n.Cut = clip(string(text))
		return n, nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	token, err := dec.Token()
	return scalar(key, token), err
}

func scalar(key string, token json.Token) *node {
	switch t := token.(type) {
	case string:
		if t == "" {
			return &node{Kind: "literal", Text: `""`}
		}
		n := &node{Kind: "string"}
		n.Text, n.Cut = clip(t)
		return n
	case json.Number:
		return number(key, t.String())
	case bool:
		return &node{Kind: "literal", Text: strconv.FormatBool(t)}
	}
	return &node{Kind: "literal", Text: "null"}
}
