package scenario

import (
	"fmt"
	"slices"

	"github.com/mockportal/mockportal/internal/tree"
)

// decodedRule is a rule with what reportUnreachable needs of its file.
type decodedRule struct {
	Rule

	at    tree.Position
	inGo  bool // its reader knows no lines
	sound bool // the rule has no mistake
}

// title names the rule in mistakes; number is its place in the list, from 1.
func (r decodedRule) title(number int) string {
	switch {
	case r.inGo:
		return fmt.Sprintf("rule %d", number)
	case r.Name != "":
		return fmt.Sprintf("the rule %q in line %d", r.Name, r.at.Line)
	}
	return fmt.Sprintf("the rule in line %d", r.at.Line)
}

// reportUnreachable reports each rule that can never be the first match, because an earlier rule matches all of its calls.
func reportUnreachable(f tree.Field, rules []decodedRule) {
	for i, rule := range rules {
		for n, earlier := range rules[:i] {
			if earlier.sound && rule.sound && earlier.hides(rule) {
				f.MistakeAt(rule.at, "unreachable: %s matches every call that this rule matches", earlier.title(n+1))
				break
			}
		}
	}
}

// hides reports whether r always applies before other: it applies to all of its calls, and other has all of its conditions.
func (r decodedRule) hides(other decodedRule) bool {
	general, special := r.When, other.When
	return r.After == 0 && r.Times == 0 && r.Chance == 0 &&
		(general.Operation == "" || general.Operation == special.Operation) &&
		(general.Member == "" || general.Member == special.Member) &&
		covers(general.Params, special.Params) &&
		!slices.ContainsFunc(general.Present, func(name string) bool {
			_, valued := special.Params[name]
			return !valued && !slices.Contains(special.Present, name)
		}) &&
		!slices.ContainsFunc(general.Absent, func(name string) bool { return !slices.Contains(special.Absent, name) })
}

// covers reports whether all parameters that match special match general too.
func covers(general, special map[string]Param) bool {
	for name, wanted := range general {
		if param, ok := special[name]; !ok || !wanted.meets(param.Value) {
			return false
		}
	}
	return true
}
