package exchange

import (
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
)

// rules asks the sandbox whether a rule applies to this call. The rule takes effect later, in render and in write.
func (c *call) rules() {
	if c.lost != nil {
		return // the rules of the default sandbox, which stands in for the lost one, do not apply
	}
	var subject *scenario.Subject
	c.decision = c.turn.Decide(func(m scenario.Matcher) bool {
		if subject == nil {
			subject = c.subject()
		}
		return m.Matches(subject)
	})
	c.decision.Rule = c.masks.Hide(c.decision.Rule)
}

// subject returns the call as rules see it. Calls of a sandbox without rules never need it.
func (c *call) subject() *scenario.Subject {
	s := &scenario.Subject{Member: c.caller.Name(), Params: record.Sent{Values: c.values, Route: c.route}.First}
	if c.operation != nil && !c.aside {
		s.Operation = c.operation.ID
	}
	return s
}

// overruled reports whether the rule keeps the operation from running: the rule has a reply, or a proxy in front of the portal answers.
// Other faults break the answer of an operation that did run.
func (c *call) overruled() bool {
	return c.decision.Reply != nil || c.decision.Fault != nil && c.decision.Fault.Kind == scenario.HTMLFault
}
