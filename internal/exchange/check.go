package exchange

import (
	"fmt"
	"slices"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// examine completes the violations that read and route have found, whatever the answer will be: a refused call is explained like any other.
func (c *call) examine(problem *portal.Problem) {
	switch {
	case problem != nil && problem.ID == tooLarge: // its parameters were not read
		c.violations = []openapi.Violation{{
			Kind: openapi.Malformed, In: "body", Name: "*", Message: "is too large", Hint: fmt.Sprintf("send at most %d bytes", c.x.MaxBody),
		}}
	case c.refused():
		c.violations = []openapi.Violation{{Kind: openapi.Unknown, In: "method", Name: "*", Message: errMethod.Error()}}
	case c.lost != nil:
		c.violations = nil
	case c.operation == nil:
		c.violations = c.nearPath()
	}
	c.violations = wire.Most(c.violations)
	c.masks.Violations(c.violations)
}

// told returns the violations without the parameters that are missing because they could not be read: one mistake is one violation.
func (c *call) told() []openapi.Violation {
	unreadable := c.violations[:min(c.unreadable, len(c.violations))]
	if len(unreadable) == 0 {
		return c.violations
	}
	return slices.DeleteFunc(slices.Clone(c.violations), func(v openapi.Violation) bool {
		return v.Kind == openapi.Missing && slices.ContainsFunc(unreadable, func(u openapi.Violation) bool {
			return u.Name == "*" || u.Name == v.Name || u.In == "header"
		})
	})
}

// check judges the violations. It refuses what the portal cannot read, with one line for each violation. The portal answers despite the
// others; check refuses them only in strict mode.
func (c *call) check() *portal.Problem {
	if c.aside {
		return nil
	}
	var lines []portal.Line
	for _, v := range c.violations {
		switch {
		case v.Kind == openapi.Missing:
			lines = append(lines, portal.Line{ID: "parameter-missing", Name: v.Name + v.Pointer})
		case v.Refusable() || c.x.Strict:
			lines = append(lines, portal.Line{ID: "parameter-malformed", Name: v.Name + v.Pointer, Allowed: v.Allowed})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &portal.Problem{ID: "parameters-invalid", Lines: lines}
}
