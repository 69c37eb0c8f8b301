package scenario

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// Subject is a call as a [Matcher] looks at it. A rule looks at a call before it has an outcome.
type Subject struct {
	Operation  string
	Kind       openapi.Kind
	Member     string
	Outcome    journal.Outcome
	ErrorCode  int
	Violations int // how many

	// Params returns the parameters by name: a text, or decoded JSON; of a repeated name the value that counts. The
	// first matcher that names a parameter calls it, and the others see the same map.
	Params func() map[string]any
	params map[string]any // once they are known
}

// know finds out the parameters.
func (s *Subject) know() {
	if s.params == nil {
		s.params = s.Params()
	}
}

// Report is told of one part of a call that is not what a [Matcher] names, and returns whether to look for more. path
// leads from the call down to the part, such as params, orgEntitlements, maxUsers. want is decoded JSON, [Nothing] or
// [Anything]; got is decoded JSON or [Nothing]. Where a name is missing, beside is the object that should have it.
type Report func(path []string, want, got any, beside map[string]any) bool

// Nothing stands for a value that is not there, or that should not be there.
type Nothing struct{}

// Anything stands for whatever value there is.
type Anything struct{}

// Matches returns whether all that the matcher names is so. It is Compare without a word of where, and faster.
func (m Matcher) Matches(s *Subject) bool {
	others := m
	others.Params, others.Present, others.Absent = nil, nil, nil
	if !others.Compare(s, stop) {
		return false
	}
	if len(m.Params)+len(m.Present)+len(m.Absent) == 0 {
		return true
	}
	s.know()
	there := func(name string) bool { _, ok := s.params[name]; return ok }
	if slices.ContainsFunc(m.Absent, there) || slices.ContainsFunc(m.Present, func(name string) bool { return !there(name) }) {
		return false
	}
	for name, want := range m.Params {
		if got, ok := s.params[name]; !ok || !want.isSent(got) {
			return false
		}
	}
	return true
}

// isSent reports whether a parameter has the value.
func (p Param) isSent(got any) bool {
	text, isText := got.(string)
	return isText && p.sentAs(text) || p.meets(got)
}

// stop is a [Report] for those who only want to know whether there is anything to report.
func stop([]string, any, any, map[string]any) bool { return false }

// meets returns whether got is what a [Matcher] means by the value: of an object what it names, also inside.
func (p Param) meets(got any) bool {
	for _, l := range p.leaves {
		inner := got
		for _, name := range l.names {
			object, _ := inner.(map[string]any)
			next, there := object[name]
			if !there {
				return false
			}
			inner = next
		}
		_, isObject := inner.(map[string]any)
		if _, empty := l.value.(map[string]any); empty && isObject {
			continue // it names nothing
		}
		if !equal(l.value, inner) {
			return false
		}
	}
	return true
}

// Compare reports the parts of a call that are not what the matcher names: the operation, from which the others follow,
// and then the others by name. It returns false if report has stopped it.
func (m Matcher) Compare(s *Subject, report Report) bool {
	part := func(name string, want, got any) bool { return report([]string{name}, want, got, nil) }
	return (m.Operation == "" || m.Operation == s.Operation || part("operation", m.Operation, orNothing(s.Operation))) &&
		(m.ErrorCode == 0 || m.ErrorCode == s.ErrorCode || part("errorCode", m.ErrorCode, s.ErrorCode)) &&
		(m.Member == "" || m.Member == s.Member || part("member", m.Member, orNothing(s.Member))) &&
		(m.Outcome == "" || m.Outcome == s.Outcome || part("outcome", string(m.Outcome), string(s.Outcome))) &&
		(len(m.Params)+len(m.Present)+len(m.Absent) == 0 || m.compareParams(s, report)) &&
		(m.Violations == "" || (m.Violations == WithViolations) == (s.Violations > 0) ||
			part("violations", string(m.Violations), s.Violations))
}

func orNothing(text string) any {
	if text == "" {
		return Nothing{}
	}
	return text
}

func (m Matcher) compareParams(s *Subject, report Report) bool {
	s.know()
	names := slices.Concat(m.Absent, m.Present, slices.Collect(maps.Keys(m.Params)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if !m.compareParam(name, s.params, report) {
			return false
		}
	}
	return true
}

func (m Matcher) compareParam(name string, params map[string]any, report Report) bool {
	got, there := params[name]
	want, valued := m.Params[name]
	text, isText := got.(string)
	path := []string{"params", name}
	switch {
	case there && slices.Contains(m.Absent, name):
		return report(path, Nothing{}, got, nil)
	case !there && valued:
		return report(path, want.Value, Nothing{}, params)
	case !there && slices.Contains(m.Present, name):
		return report(path, Anything{}, Nothing{}, params)
	case !there, !valued, isText && want.sentAs(text):
		return true
	}
	return differ(path, want.Value, got, report)
}

// differ reports where got differs from want. Of an object only what want names counts, also inside; a list is meant as
// a whole with everything in it. It returns false if report has stopped it.
func differ(path []string, want, got any, report Report) bool {
	wanted, isObject := want.(map[string]any)
	object, both := got.(map[string]any)
	if !isObject || !both {
		return equal(want, got) || report(path, want, got, nil)
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		below := append(slices.Clip(path), name)
		inner, there := object[name]
		if there && !differ(below, wanted[name], inner, report) || !there && !report(below, wanted[name], Nothing{}, object) {
			return false
		}
	}
	return true
}

// equal compares two values with everything in them.
func equal(want, got any) bool {
	switch w := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		return ok && maps.EqualFunc(w, object, equal)
	case []any:
		list, ok := got.([]any)
		return ok && slices.EqualFunc(w, list, equal)
	case json.Number:
		number, ok := got.(json.Number)
		return ok && exact.Equal(w, number)
	}
	return want == got
}
