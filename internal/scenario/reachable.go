package scenario

import (
	"fmt"
	"slices"

	"github.com/mockportal/mockportal/internal/scenario/tree"
)

// ruleKey is what decides whether a rule hides another.
type ruleKey struct {
	rule   Rule
	params *tree.Value // nil: none
	at     tree.Position
	sound  bool // it has no other fault
}

// title names the rule in mistakes.
func (k ruleKey) title() string {
	if k.rule.Name != "" {
		return fmt.Sprintf("the rule %q in line %d", k.rule.Name, k.at.Line)
	}
	return fmt.Sprintf("the rule in line %d", k.at.Line)
}

// reportUnreachable reports each rule that can never be the first match: an earlier one without bounds matches all its calls.
func reportUnreachable(f tree.Field, rules []ruleKey) {
	for i, rule := range rules {
		for _, earlier := range rules[:i] {
			if earlier.sound && rule.sound && earlier.hides(rule) {
				f.MistakeAt(rule.at, "unreachable: %s matches every call that this one would", earlier.title())
				break
			}
		}
	}
}

// hides reports whether k always comes before other: it is unbounded, and asks for nothing that other does not ask for too.
func (k ruleKey) hides(other ruleKey) bool {
	general, special := k.rule.When, other.rule.When
	return k.rule.After == 0 && k.rule.Times == 0 && k.rule.Chance == 0 &&
		(general.Operation == "" || general.Operation == special.Operation) &&
		(general.Member == "" || general.Member == special.Member) &&
		(k.params == nil || len(k.params.Entries) == 0 || other.params != nil && covers(k.params, other.params)) &&
		subset(general.Present, func(name string) bool {
			return slices.Contains(special.Present, name) || other.params.Get(name) != nil
		}) &&
		subset(general.Absent, func(name string) bool { return slices.Contains(special.Absent, name) })
}

func subset(names []string, has func(string) bool) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !has(name) })
}

// covers reports whether a value equal to special where it says something is always equal to general where that says something.
func covers(general, special *tree.Value) bool {
	if general.Kind != tree.Object || special.Kind != tree.Object {
		return tree.Equal(general, special)
	}
	for _, entry := range general.Entries {
		if value := special.Get(entry.Key); value == nil || !covers(entry.Value, value) {
			return false
		}
	}
	return true
}
