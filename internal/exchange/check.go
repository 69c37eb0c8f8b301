package exchange

import (
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/openapi"
)

// check judges the violations that read and route have found. It refuses what the portal cannot read, with one line for each violation.
// The portal answers despite the others; check refuses them only in strict mode. Nothing but check reports them: a caller whom authenticate
// or authorise refuses learns nothing about its parameters.
func (c *call) check() *portal.Problem {
	if c.form {
		return nil
	}
	c.checked = true
	c.masks.Violations(c.violations)
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
