package contract

import (
	"encoding/json"
	"iter"
	"strconv"
	"strings"
)

// JSON is a JSON text that fits the contract. It is read on demand and never decoded as a whole. The zero JSON is empty.
type JSON struct{ text string }

// Members yields the members of an object, in the order in which they were written. Other values have no members.
func (j JSON) Members() iter.Seq2[string, JSON] {
	return func(yield func(string, JSON) bool) {
		r := scanner{text: j.text}
		if !r.is('{') {
			return
		}
		for !r.is('}') {
			r.is(',')
			name := unquote(r.skip())
			r.is(':')
			if !yield(name, JSON{r.skip()}) {
				return
			}
		}
	}
}

// Int returns an integer; 0 for any other value.
func (j JSON) Int() int64 {
	n, err := strconv.ParseInt(j.text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func unquote(raw string) string {
	if !strings.Contains(raw, `\`) {
		return raw[1 : len(raw)-1]
	}
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		return raw
	}
	return text
}

// skip returns the text of the next value. The scanner must stand in a valid JSON text.
func (r *scanner) skip() string {
	r.space()
	start := r.at
	switch {
	case r.is('"'):
		r.skipText()
	case r.is('{') || r.is('['):
		for !r.is('}') && !r.is(']') {
			r.skip() // a key, a value or an item
			if !r.is(':') {
				r.is(',')
			}
		}
	default:
		length := strings.IndexAny(r.text[r.at:], ",]} \t\r\n")
		if length < 0 {
			length = len(r.text) - r.at
		}
		r.at += length
	}
	return r.text[start:r.at]
}

// skipText passes the rest of a text, behind its first quotation mark.
func (r *scanner) skipText() {
	for r.text[r.at] != '"' {
		if r.text[r.at] == '\\' {
			r.at++
		}
		r.at++
	}
	r.at++
}
