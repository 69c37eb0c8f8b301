package exchange

import (
	"errors"
	"net/http"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// read takes the values out of query and form, and out of them the parameters, the format and the token. The query counts before the form.
// What departs from the contract is noted here and judged in check, behind the questions who calls and what that member may do.
func (c *call) read() *portal.Problem {
	query, unreadable := wire.Query(c.request.URL.RawQuery)
	c.values = append(c.inPath, query...)
	c.departures = unreadable
	var err error
	if c.request.Method == http.MethodPost {
		var form []openapi.Value
		form, unreadable, err = wire.Form(c.request, c.x.MaxBody)
		c.values = append(c.values, form...)
		c.departures = append(c.departures, unreadable...)
	}
	if c.route != nil {
		var violations []openapi.Violation
		c.params, violations = c.route.Check(c.values)
		c.departures = append(c.departures, violations...)
	}
	c.format = wire.FormatOf(c.values)
	c.token = wire.Token(c.request, c.api, c.values)
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return &portal.Problem{ID: tooLarge}
	case err != nil:
		return &portal.Problem{ID: "parameters-invalid"}
	}
	return nil
}

// findSandbox finds whose portal is asked.
func (c *call) findSandbox() *portal.Problem {
	c.sandbox = c.x.Sandbox
	return nil
}
