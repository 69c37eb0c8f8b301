package tree

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
)

// Field returns a whole document as a field. Its methods add mistakes to the list, and call the document by the name.
func (v *Value) Field(name string, mistakes *Mistakes) Field {
	return Field{mistakes: mistakes, name: name, value: v, at: v.At}
}

// Field is a value of a document, or the absence of one. Its methods return the zero value if the value is absent.
type Field struct {
	mistakes *Mistakes
	name     string
	value    *Value // nil: absent
	at       Position
	outer    *ObjectField // the object whose key it is under, however deep in lists and objects with free keys; nil: none
	inGo     bool         // see InGo
}

// InGo returns the field for readers who write Go: mistakes name its keys like Go's exported names, exactly as Exactly.
func (f Field) InGo() Field {
	f.inGo = true
	return f
}

// Named returns the field with another name in mistakes.
func (f Field) Named(name string) Field {
	f.name = name
	return f
}

// KeyName returns the name of a key in mistakes.
func (f Field) KeyName(key string) string {
	if f.inGo {
		return strings.ToUpper(key[:1]) + key[1:]
	}
	return key
}

// inside returns a field of the same document.
func (f Field) inside(name string, value *Value) Field {
	f.name, f.value = name, value
	if value != nil {
		f.at = value.At
	}
	return f
}

// Present reports whether the document has the value.
func (f Field) Present() bool { return f.value != nil }

// Is reports whether the document has the value and it is of the kind.
func (f Field) Is(kind Kind) bool { return f.value != nil && f.value.Kind == kind }

// Count returns how many mistakes the document has so far.
func (f Field) Count() int { return len(*f.mistakes) }

// Value returns the value, or nil if it is absent.
func (f Field) Value() *Value { return f.value }

// Name returns the name of the field in mistakes.
func (f Field) Name() string { return f.name }

// At returns the position of the value, or of its object if it is absent.
func (f Field) At() Position { return f.at }

// Mistake reports a mistake in the value.
func (f Field) Mistake(format string, args ...any) { f.MistakeAt(f.at, format, args...) }

// maxMistakes is how many mistakes of a document are told; nobody reads more.
const maxMistakes = 1000

// MistakeAt reports a mistake at another position.
func (f Field) MistakeAt(at Position, format string, args ...any) {
	switch len(*f.mistakes) {
	case maxMistakes:
		format, args = "there are more mistakes: mend these first", nil
	case maxMistakes + 1:
		return
	}
	*f.mistakes = append(*f.mistakes, at.Mistake(fmt.Sprintf(format, args...)))
}

// wants reports whether the value is of the kind. It records a mistake if the value is of another kind.
func (f Field) wants(kind Kind, what string) bool {
	if f.Is(Unreadable) {
		f.settle(what)
	}
	if f.value == nil || f.value.Kind == kind || f.value.Kind == Unreadable {
		return f.Is(kind)
	}
	hint := ""
	if kind == Text && (f.value.Kind == Number || f.value.Kind == Bool) {
		hint = ": quote it"
	}
	f.Mistake("%s must be %s, not %s%s", f.name, what, f.value.Kind, hint)
	return false
}

// settle says what the field wants, in place of a mistake that the parser found without knowing the field.
func (f Field) settle(what string) {
	for i := range *f.mistakes {
		if m := &(*f.mistakes)[i]; m.Position == f.at && (m.Message == noWord || m.Message == noJSON) {
			m.Message = fmt.Sprintf("%s must be %s", f.name, what)
			if what == "text" {
				m.Message += ": quote it"
			}
		}
	}
}

// isEmpty reports whether a value is missing after its key.
func (f Field) isEmpty(v *Value) bool { return slices.Contains(*f.mistakes, v.At.Mistake(noValue)) }

// ObjectField is an object with known keys.
type ObjectField struct {
	Field

	asked []string       // the keys that the decoder has asked for
	inner []*ObjectField // the objects with known keys in it
}

// Object reads an object with known keys. Call [ObjectField.Close] after the last key.
func (f Field) Object() *ObjectField {
	f.wants(Object, "an object")
	o := &ObjectField{Field: f}
	if f.outer != nil {
		f.outer.inner = append(f.outer.inner, o)
	}
	return o
}

// Key returns the field of an optional key.
func (o *ObjectField) Key(name string) Field {
	o.asked = append(o.asked, name)
	field := o.inside(o.KeyName(name), o.value.Get(name))
	field.outer = o
	return field
}

// Need returns the field of a required key. It records a mistake if the key is absent.
func (o *ObjectField) Need(name string) Field {
	field := o.Key(name)
	if o.Is(Object) && !field.Present() {
		o.Mistake("%s has no %s, which is required", o.name, name)
	}
	return field
}

// Close reports the keys that the decoder has not asked for.
func (o *ObjectField) Close() {
	if !o.Is(Object) {
		return
	}
	allowed := slices.Compact(slices.Sorted(slices.Values(o.asked)))
	inFileOrder := slices.SortedFunc(slices.Values(o.value.Entries), func(a, b Entry) int { return a.At.compare(b.At) })
	outdented := false // keys that belong to an empty value above them, whose mistake says so
	for _, entry := range inFileOrder {
		known := slices.Contains(allowed, entry.Key)
		outdented = outdented && !known || o.isEmpty(entry.Value)
		if !known && !outdented {
			o.MistakeAt(entry.At, "unknown key %q%s; %s has %s",
				entry.Key, o.suggest(entry.Key, allowed), o.name, strings.Join(allowed, ", "))
		}
	}
}

// suggest says which key was probably meant in place of an unknown one, or else in which object further in it has its place.
func (o *ObjectField) suggest(key string, allowed []string) string {
	if near := nearest.Suggest(key, allowed); near != "" {
		return near
	}
	for _, inner := range o.inner {
		if slices.Contains(inner.asked, key) {
			return " (" + inner.name + " has it: indent it further)"
		}
	}
	return ""
}

// Each reads an object with free keys. It calls read with each key, its position, and the field of its value.
func (f Field) Each(read func(key string, at Position, entry Field)) {
	if !f.wants(Object, "an object") {
		return
	}
	for _, entry := range f.value.Entries {
		if entry.Key == "" {
			f.MistakeAt(entry.At, "an empty key in %s", f.name)
		}
		read(entry.Key, entry.At, f.inside(f.name+"."+entry.Key, entry.Value))
	}
}

// Items reads a list. It calls read with the field of each item.
func (f Field) Items(read func(item Field)) {
	if !f.wants(List, "a list") {
		return
	}
	for i, item := range f.value.Items {
		read(f.inside(fmt.Sprintf("%s[%d]", f.name, i), item))
	}
}
