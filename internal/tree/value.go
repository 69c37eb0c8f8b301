package tree

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Kind is the JSON type of a value.
type Kind int

// The JSON types, and Unreadable.
const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Object
	Unreadable // a value whose mistake is recorded already; reading it gives the zero value and no second mistake
)

// String returns the name of the kind in mistakes.
func (k Kind) String() string {
	return [...]string{"null", "true or false", "a number", "text", "a list", "an object", "unreadable"}[k]
}

// Value is a JSON value with its position. Only the fields of its kind are set.
type Value struct {
	Kind    Kind
	Text    string   // of Text, the text; of Bool and Number, the literal as JSON writes it
	Items   []*Value // of List
	Entries []Entry  // of Object, in the order of the file, each key once
	At      Position
}

// Entry is one key of an object with its value.
type Entry struct {
	Key   string
	At    Position // of the key
	Value *Value
}

// Get returns the value of a key. It returns nil if v is nil, is not an object, or does not have the key.
func (v *Value) Get(key string) *Value {
	if v == nil {
		return nil
	}
	for _, entry := range v.Entries {
		if entry.Key == key {
			return entry.Value
		}
	}
	return nil
}

// Find returns the value that a JSON pointer (RFC 6901) leads to, or the nearest value around it.
func (v *Value) Find(pointer string) *Value {
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		next := v.Get(unescape.Replace(part))
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(v.Items) {
			next = v.Items[i]
		}
		if next == nil {
			break
		}
		v = next
	}
	return v
}

// Remove returns a copy of the object v without the key.
func (v *Value) Remove(key string) *Value {
	changed := *v
	changed.Entries = slices.DeleteFunc(slices.Clone(v.Entries), func(e Entry) bool { return e.Key == key })
	return &changed
}

// Readable reports whether nothing in the value is [Unreadable].
func (v *Value) Readable() bool {
	return v.Kind != Unreadable &&
		!slices.ContainsFunc(v.Items, func(item *Value) bool { return !item.Readable() }) &&
		!slices.ContainsFunc(v.Entries, func(e Entry) bool { return !e.Value.Readable() })
}

// JSON returns the value as compact JSON, with the keys in the order of the file.
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
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b)
		}
		b.WriteByte(']')
	case Object:
		b.WriteByte('{')
		for i, entry := range v.Entries {
			if i > 0 {
				b.WriteByte(',')
			}
			writeText(b, entry.Key)
			b.WriteByte(':')
			entry.Value.write(b)
		}
		b.WriteByte('}')
	}
}

func writeText(b *bytes.Buffer, s string) {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always has a JSON form
	b.Truncate(b.Len() - 1)
}
