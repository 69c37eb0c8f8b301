package scenario

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/tree"
)

// paramValue returns the value that a matcher wants of a parameter. It checks the names in a JSON parameter, and decodes
// one that is given as text.
func (d *decoder) paramValue(operation, name string, f tree.Field) *tree.Value {
	value := f.Value()
	names, isJSON := d.contract.JSONNames(operation, name)
	if !isJSON {
		return value
	}
	// An empty text is what a client sends that leaves the value out.
	if value.Kind == tree.Text && value.Text != "" {
		if !json.Valid([]byte(value.Text)) {
			f.Mistake("%s is JSON, and this text is not: write the value itself, or valid JSON", name)
			return value
		}
		decoded, mistakes := tree.Parse("", []byte(value.Text))
		for _, m := range mistakes {
			f.Mistake("the JSON of %s: %s", name, m.Message)
		}
		value = decoded
	}
	d.names(f, name, value, names)
	return value
}

// names checks the names in a value. path is where the value stands. A name near one that the contract declares is a
// mistake. One that is near none is a mistake if the contract allows no other, else a note.
func (d *decoder) names(f tree.Field, path string, value *tree.Value, names contract.Names) {
	declared, open := names.Declared()
	for _, entry := range value.Entries {
		d.names(f, path+"."+entry.Key, entry.Value, names.Inside(entry.Key))
		if len(declared) == 0 && open || slices.Contains(declared, entry.Key) {
			continue
		}
		at := entry.At
		if at.File == "" {
			at = f.At() // a position in a text
		}
		hint, all := nearest.Suggest(entry.Key, declared), strings.Join(declared, ", ")
		if hint == "" && open {
			const format = "%q is not in the contract of %s, which names %s and tolerates others"
			d.notes = append(d.notes, at.Mistake(fmt.Sprintf(format, entry.Key, path, all)))
			continue
		}
		f.MistakeAt(at, "no %q in %s%s", entry.Key, path, cmp.Or(hint, "; allowed are "+all))
	}
	for _, item := range value.Items {
		d.names(f, path+"[]", item, names.Items())
	}
}
