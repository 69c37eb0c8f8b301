package scenario

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

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

// Report is told of one part of a call that is not what a [Matcher] names, and returns whether to look for more. path
// leads from the call down to the part, such as params, orgEntitlements, maxUsers. want is decoded JSON, [Nothing] or
// [Anything]; got is decoded JSON or [Nothing]. Where a name is missing, beside is the object that should have it.
type Report func(path []string, want, got any, beside map[string]any) bool

// Nothing stands for a value that is not there, or that should not be there.
type Nothing struct{}

// Anything stands for whatever value there is.
type Anything struct{}

// Matches returns whether all that the matcher names is so.
func (m Matcher) Matches(s *Subject) bool {
	return m.Compare(s, func([]string, any, any, map[string]any) bool { return false })
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
	if s.params == nil {
		s.params = s.Params()
	}
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
	return differ(path, want.Value, got, false, report)
}

// differ reports where got differs from want. Of an object only what want names counts, also inside, unless the whole
// of it is meant; a list is meant as a whole with everything in it. It returns false if report has stopped it.
func differ(path []string, want, got any, whole bool, report Report) bool {
	switch w := want.(type) {
	case map[string]any:
		if object, ok := got.(map[string]any); ok {
			return differInObject(path, w, object, whole, report)
		}
	case []any:
		if list, ok := got.([]any); ok {
			return differInList(path, w, list, report)
		}
	}
	return equal(want, got) || report(path, want, got, nil)
}

func differInObject(path []string, want, got map[string]any, whole bool, report Report) bool {
	names := slices.Collect(maps.Keys(want))
	if whole {
		names = slices.AppendSeq(names, maps.Keys(got))
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		w, named := want[name]
		g, there := got[name]
		var goOn bool
		switch place := below(path, name); {
		case !there:
			goOn = report(place, w, Nothing{}, got)
		case !named:
			goOn = report(place, Nothing{}, g, nil)
		default:
			goOn = differ(place, w, g, whole, report)
		}
		if !goOn {
			return false
		}
	}
	return true
}

func differInList(path []string, want, got []any, report Report) bool {
	for i := range max(len(want), len(got)) {
		var goOn bool
		switch place := below(path, strconv.Itoa(i)); {
		case i >= len(got):
			goOn = report(place, want[i], Nothing{}, nil)
		case i >= len(want):
			goOn = report(place, Nothing{}, got[i], nil)
		default:
			goOn = differ(place, want[i], got[i], true, report)
		}
		if !goOn {
			return false
		}
	}
	return true
}

// below returns the path of a part; paths of several parts never share what stands behind them.
func below(path []string, part string) []string {
	return append(slices.Clip(path), part)
}

// equal compares two scalars, or tells that two values are of different kinds.
func equal(want, got any) bool {
	switch w := want.(type) {
	case map[string]any, []any:
		return false
	case json.Number:
		return sameNumber(string(w), got)
	}
	switch got.(type) {
	case map[string]any, []any:
		return false
	}
	return want == got
}

// sameNumber compares the texts of two numbers, or their values where one is no plain integer.
func sameNumber(want string, got any) bool {
	switch got.(type) {
	case json.Number, float64, int, int64:
	default:
		return false
	}
	text := plainText(got)
	if want == text || !strings.ContainsAny(want+text, ".eE") {
		return want == text
	}
	a, errA := strconv.ParseFloat(want, 64)
	b, errB := strconv.ParseFloat(text, 64)
	return errA == nil && errB == nil && a == b
}

// plainText writes a scalar as a parameter carries it.
func plainText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
