package tree

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/mockportal/mockportal/internal/fixture"
)

// Kind is what JSON would call a value.
type Kind int

// The kinds of JSON, and one for what could not be read.
const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Object
	Unreadable // a value that has a fault already; whoever asks for it gets nothing and no second fault
)

// String returns the kind as a fault names it.
func (k Kind) String() string {
	return [...]string{"null", "true or false", "a number", "text", "a list", "an object", "unreadable"}[k]
}

// Position is a place in a file; Line and Column count from 1, in characters.
type Position struct {
	File         string
	Line, Column int
}

// Mistake returns a mistake at the position.
func (p Position) Mistake(message string) fixture.Mistake {
	return fixture.Mistake{File: p.File, Line: p.Line, Column: p.Column, Message: message}
}

// Value is a JSON value with its place. Only the fields of its kind are set.
type Value struct {
	Kind    Kind
	Text    string   // of Text, the text; of Bool and Number, the literal as JSON writes it
	Items   []*Value // of List
	Entries []Entry  // of Object, in the order written, each key once
	At      Position
}

// Entry is one key of an object with its value.
type Entry struct {
	Key   string
	At    Position // of the key
	Value *Value
}

// Get returns the value of a key, nil when v is no object or has no such key.
func (v *Value) Get(key string) *Value {
	if v == nil {
		return nil
	}
	if i := v.index(key); i >= 0 {
		return v.Entries[i].Value
	}
	return nil
}

func (v *Value) index(key string) int {
	return slices.IndexFunc(v.Entries, func(e Entry) bool { return e.Key == key })
}

// Set returns a copy of the object v in which key has the given value, in its old place or at the end.
func (v *Value) Set(key string, value *Value) *Value {
	changed := *v
	changed.Entries = slices.Clone(v.Entries)
	if i := v.index(key); i >= 0 {
		changed.Entries[i].Value = value
	} else {
		changed.Entries = append(changed.Entries, Entry{Key: key, At: value.At, Value: value})
	}
	return &changed
}

// Remove returns a copy of the object v without key.
func (v *Value) Remove(key string) *Value {
	changed := *v
	changed.Entries = slices.DeleteFunc(slices.Clone(v.Entries), func(e Entry) bool { return e.Key == key })
	return &changed
}

// Equal says whether two values mean the same JSON, whatever the order of keys and wherever they stand.
// Numbers are equal when they are written alike.
func Equal(a, b *Value) bool {
	if a.Kind != b.Kind || a.Text != b.Text || len(a.Entries) != len(b.Entries) {
		return false
	}
	for _, entry := range a.Entries {
		if other := b.Get(entry.Key); other == nil || !Equal(entry.Value, other) {
			return false
		}
	}
	return slices.EqualFunc(a.Items, b.Items, Equal)
}

// Readable says whether everything in the value could be read.
func (v *Value) Readable() bool {
	return v.Kind != Unreadable &&
		!slices.ContainsFunc(v.Items, func(item *Value) bool { return !item.Readable() }) &&
		!slices.ContainsFunc(v.Entries, func(e Entry) bool { return !e.Value.Readable() })
}

// JSON returns the value as compact JSON, keys in the order written.
func (v *Value) JSON() json.RawMessage {
	var b bytes.Buffer
	v.write(&b)
	return b.Bytes()
}

func (v *Value) write(b *bytes.Buffer) {
	switch v.Kind {
	case Null, Unreadable:
		b.WriteString("null")
	case Bool, Number:
		b.WriteString(v.Text)
	case Text:
		writeText(b, v.Text)
	case List:
		for i, item := range v.Items {
			b.WriteByte(opener(i, '['))
			item.write(b)
		}
		closeWith(b, len(v.Items), "[]")
	case Object:
		for i, entry := range v.Entries {
			b.WriteByte(opener(i, '{'))
			writeText(b, entry.Key)
			b.WriteByte(':')
			entry.Value.write(b)
		}
		closeWith(b, len(v.Entries), "{}")
	}
}

func opener(i int, bracket byte) byte {
	if i == 0 {
		return bracket
	}
	return ','
}

func closeWith(b *bytes.Buffer, written int, brackets string) {
	if written == 0 {
		b.WriteString(brackets)
		return
	}
	b.WriteByte(brackets[1])
}

func writeText(b *bytes.Buffer, s string) {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always has a JSON form
	b.Truncate(b.Len() - 1)
}
