package tree

import (
	"fmt"
	"slices"

	"github.com/mockportal/mockportal/internal/nearest"
)

// Merge applies a JSON merge patch (RFC 7396) to target: objects are merged, null removes a key, everything else is replaced.
// target may be nil.
func Merge(target, patch *Value) *Value {
	return combine(target, patch, func(old *Value, entry Entry) *Value {
		if entry.Value.Kind == Null {
			return nil
		}
		return Merge(old, entry.Value)
	})
}

// Extend merges child over base as [Merge] does, with two differences. Under patchKey the value is itself a patch, so a null stays
// in it. Elsewhere a null that removes nothing is a mistake.
func Extend(base, child *Value, patchKey string) (*Value, Mistakes) {
	e := extender{patchKey: patchKey}
	return e.extend(base, child), e.mistakes
}

type extender struct {
	patchKey string
	mistakes Mistakes
}

func (e *extender) extend(base, child *Value) *Value {
	return combine(base, child, func(old *Value, entry Entry) *Value {
		switch {
		case entry.Value.Kind == Null && old == nil:
			e.mistakes = append(e.mistakes, entry.At.Mistake(fmt.Sprintf("nothing to remove: the extended scenario has no %q here%s",
				entry.Key, nearest.Suggest(entry.Key, base.keys()))))
			return nil
		case entry.Value.Kind == Null:
			return nil
		case entry.Key == e.patchKey:
			return compose(old, entry.Value)
		}
		return e.extend(old, entry.Value)
	})
}

// compose returns the patch that has the effect of first and then second.
func compose(first, second *Value) *Value {
	return combine(first, second, func(old *Value, entry Entry) *Value { return compose(old, entry.Value) })
}

// combine calls merge for each entry of patch, with target's value of the same key or nil. What merge returns is the result's value
// of that key; nil leaves the key out. A patch that is not an object replaces the target, unless it is unreadable and the target an object.
func combine(target, patch *Value, merge func(old *Value, entry Entry) *Value) *Value {
	switch {
	case patch.Kind == Unreadable && target != nil && target.Kind == Object:
		kept := *target // so that no mistake follows from this one
		kept.At = patch.At
		return &kept
	case patch.Kind != Object:
		return patch
	}
	merged := &Value{Kind: Object, At: patch.At}
	if target != nil && target.Kind == Object {
		merged.Entries = slices.Clone(target.Entries)
	}
	index := make(map[string]int, len(merged.Entries))
	for i, entry := range merged.Entries {
		index[entry.Key] = i
	}
	for _, entry := range patch.Entries {
		if i, ok := index[entry.Key]; ok {
			entry.Value = merge(merged.Entries[i].Value, entry)
			merged.Entries[i] = entry
		} else {
			entry.Value = merge(nil, entry)
			merged.Entries = append(merged.Entries, entry)
		}
	}
	merged.Entries = slices.DeleteFunc(merged.Entries, func(e Entry) bool { return e.Value == nil })
	return merged
}

func (v *Value) keys() []string {
	if v == nil {
		return nil
	}
	keys := make([]string, len(v.Entries))
	for i, entry := range v.Entries {
		keys[i] = entry.Key
	}
	return keys
}
