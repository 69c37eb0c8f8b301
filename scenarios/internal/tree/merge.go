package tree

import (
	"fmt"
	"slices"

	"github.com/mockportal/mockportal/fixtures"
	"github.com/mockportal/mockportal/internal/nearest"
)

// Merge applies a JSON merge patch (RFC 7396) to target: objects are merged, null removes a key, everything else replaces.
// target may be nil.
func Merge(target, patch *Value) *Value {
	return combine(target, patch, func(old *Value, entry Entry) *Value {
		if entry.Value.Kind == Null {
			return nil
		}
		return Merge(old, entry.Value)
	})
}

// Extend merges child over base as Merge does, with two differences. Under a key that is a patch itself nothing is removed: null stays,
// and removes when that patch is applied. Elsewhere a null that finds nothing to remove is a fault.
func Extend(base, child *Value, patchKey string) (*Value, fixtures.Faults) {
	e := extender{patchKey: patchKey}
	return e.extend(base, child), e.faults
}

type extender struct {
	patchKey string
	faults   fixtures.Faults
}

func (e *extender) extend(base, child *Value) *Value {
	return combine(base, child, func(old *Value, entry Entry) *Value {
		switch {
		case entry.Value.Kind == Null && old == nil:
			e.faults = append(e.faults, entry.At.Fault(fmt.Sprintf("nothing to remove: the extended scenario has no %q here%s",
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

// compose returns the patch that does what first does and then what second does.
func compose(first, second *Value) *Value {
	return combine(first, second, func(old *Value, entry Entry) *Value { return compose(old, entry.Value) })
}

// combine goes through the entries of patch; merge gets what target has under the key, or nil, and returns what the result has there.
// A patch that is no object replaces the target.
func combine(target, patch *Value, merge func(old *Value, entry Entry) *Value) *Value {
	if patch.Kind != Object {
		return patch
	}
	merged := &Value{Kind: Object, At: patch.At}
	if target != nil && target.Kind == Object {
		merged.Entries = slices.Clone(target.Entries)
	}
	places := make(map[string]int, len(merged.Entries))
	for i, entry := range merged.Entries {
		places[entry.Key] = i
	}
	for _, entry := range patch.Entries {
		if place, there := places[entry.Key]; there {
			entry.Value = merge(merged.Entries[place].Value, entry)
			merged.Entries[place] = entry
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
