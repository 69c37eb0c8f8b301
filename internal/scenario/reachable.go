package scenario

import (
	"fmt"
	"slices"

	"github.com/mockportal/mockportal/internal/tree"
)

// decodedRule is a rule with what reportUnreachable needs of its file.
type decodedRule struct {
	Rule

	params *tree.Value // nil: none
	at     tree.Position
	sound  bool // the rule has no mistake
}

// title names the rule in mistakes.
func (r decodedRule) title() string {
	if r.Name != "" {
		return fmt.Sprintf("the rule %q in line %d", r.Name, r.at.Line)
	}
	return fmt.Sprintf("the rule in line %d", r.at.Line)
}

// reportUnreachable reports each rule that can never be the first match, because an earlier rule matches all of its calls.
func reportUnreachable(f tree.Field, rules []decodedRule) {
	for i, rule := range rules {
		for _, earlier := range rules[:i] {
			if earlier.sound && rule.sound && earlier.hides(rule) {
				f.MistakeAt(rule.at, "unreachable: %s matches every call that this rule matches", earlier.title())
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
		(r.params == nil || len(r.params.Entries) == 0 || other.params != nil && covers(r.params, other.params)) &&
		!slices.ContainsFunc(general.Present, func(name string) bool {
			return !slices.Contains(special.Present, name) && other.params.Get(name) == nil
		}) &&
		!slices.ContainsFunc(general.Absent, func(name string) bool { return !slices.Contains(special.Absent, name) })
}

// covers reports whether every value that matches special matches general too.
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
