package contract

import (
	"slices"
	"strconv"
)

// scanner reads a JSON text from the front. Its methods return false if they are unsure.
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

// digits reads an integer of at most 15 digits, without a fraction or an exponent. A float64 holds it exactly.
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
	if s.Nullable && r.literal("null") {
		return true
	}
	switch s.Kind {
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
		return ok && err == nil && (s.Min == nil || float64(n) >= *s.Min) && (s.Max == nil || float64(n) <= *s.Max)
	default:
		return r.literal("true") || r.literal("false")
	}
}

func (r *scanner) array(s *shape) bool {
	if !r.is('[') {
		return false
	}
	if r.is(']') {
		return true
	}
	for {
		if !r.value(s.Items) {
			return false
		}
		if !r.is(',') {
			return r.is(']')
		}
	}
}

// object reads members: each at most once, and all required ones.
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
		inner := s.member(name, &seen, &others)
		if inner == nil || !r.value(inner) {
			return false
		}
	}
	return seen&s.Required == s.Required
}

// nameSet is a set of a few names that needs no allocation.
type nameSet struct {
	names [24]string
	n     int
}

// add returns false if the name is there already or the set is full.
func (s *nameSet) add(name string) bool {
	if s.n == len(s.names) || slices.Contains(s.names[:s.n], name) {
		return false
	}
	s.names[s.n] = name
	s.n++
	return true
}
