package scenario

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Subject is what a Matcher looks at: a call, as far as it is known.
type Subject struct {
	Operation string
	Member    string
	Params    func() map[string]any // by name: a text, or decoded JSON; of a repeated name the value that counts. Asked for once at most.
}

// Difference is one part of a call that is not what a Matcher names.
type Difference struct {
	Path     []string       // from the call down to the part, such as params, orgEntitlements, maxUsers
	Expected any            // decoded JSON, Nothing or Anything
	Got      any            // decoded JSON, or Nothing
	Beside   map[string]any // where a name is missing, what its object has
}

// Nothing stands for a value that is not there, or that should not be there.
type Nothing struct{}

// Anything stands for whatever value there is.
type Anything struct{}

// Matches reports whether all that the matcher names is so. What only expectations ask for (outcome, error code, violations) is not looked at.
func (m Matcher) Matches(s Subject) bool {
	return m.compare(s, func(Difference) bool { return false })
}

// reporter is told of a difference and says whether to go on looking for more.
type reporter func(Difference) bool

// compare reports the parts in which a call differs from what the matcher names, until it is told to stop. It returns false when there was one.
func (m Matcher) compare(s Subject, report reporter) bool {
	same := true
	tell := func(d Difference) bool {
		same = false
		return report(d)
	}
	if m.Operation != "" && m.Operation != s.Operation && !tell(Difference{Path: []string{"operation"}, Expected: m.Operation, Got: orNothing(s.Operation)}) ||
		m.Member != "" && m.Member != s.Member && !tell(Difference{Path: []string{"member"}, Expected: m.Member, Got: orNothing(s.Member)}) {
		return false
	}
	if len(m.Params)+len(m.Present)+len(m.Absent) > 0 {
		m.compareParams(s.Params(), tell)
	}
	return same
}

func orNothing(text string) any {
	if text == "" {
		return Nothing{}
	}
	return text
}

func (m Matcher) compareParams(params map[string]any, report reporter) {
	for _, name := range m.Absent {
		if got, there := params[name]; there && !report(Difference{Path: []string{"params", name}, Expected: Nothing{}, Got: got}) {
			return
		}
	}
	for _, name := range m.Present {
		if _, there := params[name]; !there && !report(Difference{Path: []string{"params", name}, Expected: Anything{}, Got: Nothing{}, Beside: params}) {
			return
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Params)) {
		path, want := []string{"params", name}, m.Params[name]
		got, there := params[name]
		switch text, isText := got.(string); {
		case !there:
			if !report(Difference{Path: path, Expected: want.Value, Got: Nothing{}, Beside: params}) {
				return
			}
		case isText && want.sentAs(text):
		case !differ(path, want.Value, got, false, report):
			return
		}
	}
}

// differ reports where got differs from want. Of an object only what want names counts, also inside, unless the whole of it is meant; a list is
// meant as a whole with everything in it. It returns false when it was told to stop.
func differ(path []string, want, got any, whole bool, report reporter) bool {
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
	return equal(want, got) || report(Difference{Path: path, Expected: want, Got: got})
}

func differInObject(path []string, want, got map[string]any, whole bool, report reporter) bool {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, there := got[key]
		if !there && !report(Difference{Path: below(path, key), Expected: want[key], Got: Nothing{}, Beside: got}) ||
			there && !differ(below(path, key), want[key], value, whole, report) {
			return false
		}
	}
	if !whole {
		return true
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, named := want[key]; !named && !report(Difference{Path: below(path, key), Expected: Nothing{}, Got: got[key]}) {
			return false
		}
	}
	return true
}

func differInList(path []string, want, got []any, report reporter) bool {
	for i := range max(len(want), len(got)) {
		var goOn bool
		switch place := below(path, strconv.Itoa(i)); {
		case i >= len(got):
			goOn = report(Difference{Path: place, Expected: want[i], Got: Nothing{}})
		case i >= len(want):
			goOn = report(Difference{Path: place, Expected: Nothing{}, Got: got[i]})
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
