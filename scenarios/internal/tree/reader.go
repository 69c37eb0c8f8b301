package tree

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/fixtures"
	"github.com/mockportal/mockportal/internal/nearest"
)

// Key is one key of a format, as its decoder asks for it.
type Key struct {
	Path     string   // such as world.members.*.role and rules[].name
	Required bool     // a fault when its object stands there without it
	Allowed  []string // the words that it takes; nil when it takes others
}

// Reader gathers the faults of a document and lists the keys that its decoder knows.
type Reader struct {
	faults fixtures.Faults
	listed []*Key
}

// Keys returns every key that decode asks for, in its order. decode must ask for all keys of an object that is absent too.
func Keys(decode func(Field)) []Key {
	r := &Reader{listed: []*Key{}}
	decode(Field{r: r})
	keys := make([]Key, len(r.listed))
	for i, key := range r.listed {
		keys[i] = *key
	}
	return keys
}

// NewReader returns a reader without faults.
func NewReader() *Reader { return &Reader{} }

// Faults returns what was gathered so far.
func (r *Reader) Faults() fixtures.Faults { return slices.Clone(r.faults) }

func (r *Reader) listing() bool { return r.listed != nil }

// Field returns a whole document as a field; name stands for it in faults.
func (r *Reader) Field(name string, root *Value) Field {
	return Field{r: r, name: name, value: root, at: root.At}
}

// Field is a place where a value may stand. What it returns for an absent value is the zero value.
type Field struct {
	r          *Reader
	path, name string
	value      *Value // nil when absent
	at         Position
	key        *Key // nil unless the keys are listed
}

// Present says whether something is written there.
func (f Field) Present() bool { return f.value != nil }

// Is says whether a value of the kind is written there.
func (f Field) Is(kind Kind) bool { return f.value != nil && f.value.Kind == kind }

// Count returns how many faults the document has so far.
func (f Field) Count() int { return len(f.r.faults) }

// Value returns what is written there, nil when nothing is.
func (f Field) Value() *Value { return f.value }

// Name returns what the field is called in faults.
func (f Field) Name() string { return f.name }

// Listing says whether the keys are being listed and no document is read.
func (f Field) Listing() bool { return f.r.listing() }

// At returns where the value stands, or its object when it is absent.
func (f Field) At() Position { return f.at }

// Fault reports something wrong with the value.
func (f Field) Fault(format string, args ...any) { f.FaultAt(f.at, format, args...) }

// FaultAt reports something wrong at another place.
func (f Field) FaultAt(at Position, format string, args ...any) {
	f.r.faults = append(f.r.faults, at.Fault(fmt.Sprintf(format, args...)))
}

// wants reports whether a value of the kind is there, with a fault when there is one of another kind.
func (f Field) wants(kind Kind, what string) bool {
	if f.value == nil || f.value.Kind == kind || f.value.Kind == Unreadable {
		return f.Is(kind)
	}
	hint := ""
	if kind == Text && (f.value.Kind == Number || f.value.Kind == Bool) {
		hint = ": quote it"
	}
	f.Fault("%s must be %s, not %s%s", f.name, what, f.value.Kind, hint)
	return false
}

// ObjectField is an object with known keys.
type ObjectField struct {
	Field

	there bool
	asked []string
}

// Object reads an object with known keys. Close it when all are asked for.
func (f Field) Object() *ObjectField {
	return &ObjectField{Field: f, there: f.wants(Object, "an object")}
}

// Key returns the field of a key that may be left out.
func (o *ObjectField) Key(name string) Field {
	o.asked = append(o.asked, name)
	field := Field{r: o.r, path: strings.TrimPrefix(o.path+"."+name, "."), name: name, at: o.at}
	if o.r.listing() {
		field.key = &Key{Path: field.path}
		o.r.listed = append(o.r.listed, field.key)
	}
	if !o.there {
		return field
	}
	if value := o.value.Get(name); value != nil {
		field.value, field.at = value, value.At
	}
	return field
}

// Need returns the field of a key that must be there.
func (o *ObjectField) Need(name string) Field {
	field := o.Key(name)
	if field.key != nil {
		field.key.Required = true
	}
	if o.there && !field.Present() {
		o.Fault("%s has no %s, which is required", o.name, name)
	}
	return field
}

// Close reports the keys that nobody asked for.
func (o *ObjectField) Close() {
	if !o.there {
		return
	}
	allowed := slices.Sorted(slices.Values(o.asked))
	for _, entry := range o.value.Entries {
		if !slices.Contains(allowed, entry.Key) {
			o.FaultAt(entry.At, "unknown key %q%s; %s has %s",
				entry.Key, nearest.Suggest(entry.Key, allowed), o.name, strings.Join(allowed, ", "))
		}
	}
}

// Each reads an object whose keys are free; the field of an entry has its key as name.
func (f Field) Each(read func(key string, at Position, entry Field)) {
	if f.r.listing() {
		read("*", f.at, Field{r: f.r, path: f.path + ".*", name: "*"})
		return
	}
	if !f.wants(Object, "an object") {
		return
	}
	for _, entry := range f.value.Entries {
		if entry.Key == "" {
			f.FaultAt(entry.At, "an empty key in %s", f.name)
		}
		name := f.name + "." + entry.Key
		read(entry.Key, entry.At, Field{r: f.r, name: name, value: entry.Value, at: entry.Value.At})
	}
}

// Items reads a list; the field of an item is called after the list and its place, which counts from 0.
func (f Field) Items(read func(item Field)) {
	if f.r.listing() {
		read(Field{r: f.r, path: f.path + "[]", name: f.name})
		return
	}
	if !f.wants(List, "a list") {
		return
	}
	for i, item := range f.value.Items {
		read(Field{r: f.r, name: fmt.Sprintf("%s[%d]", f.name, i), value: item, at: item.At})
	}
}
