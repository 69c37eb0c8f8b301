package exchange

import (
	"errors"
	"net/http"
	"slices"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// tooLarge is the one problem that has an HTTP status of its own.
const tooLarge = "too-large"

// read takes the values out of query and form, and the format and the token out of the values. The query counts before the form.
func (c *call) read() *portal.Problem {
	c.values, c.violations = wire.Query(c.values, c.request.URL.RawQuery)
	query, err := c.values, error(nil)
	if c.request.Method == http.MethodPost {
		var unreadable []openapi.Violation
		c.values, unreadable, err = wire.Form(query, c.request, c.x.MaxBody)
		c.violations = append(c.violations, unreadable...)
		if form := c.values[len(query):]; len(form) > 0 && form[0].In == wire.InBody {
			c.values, c.unread = query, slices.Clone(form)
		}
	}
	c.unreadable = len(c.violations)
	c.violations = append(c.violations, wire.TokenViolations(c.request)...)
	c.format = wire.FormatOf(c.values, c.defaultFormat())
	c.token = wire.Token(c.request, c.api, c.values)
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		// The form, which may name a format, was not read. Only a program sends so much, and a program does not read a page.
		if wire.First(query, "f") == "" {
			c.format = wire.JSON
		}
		return &portal.Problem{ID: tooLarge}
	case err != nil:
		return &portal.Problem{ID: "parameters-invalid"}
	}
	return nil
}

// defaultFormat returns the format of an answer to a request that names none: the contract's for the method, else html. So a browser that
// calls an operation of POST by GET gets its form.
func (c *call) defaultFormat() wire.Format {
	if route := c.match.Route(c.request.Method); route != nil {
		if p := route.Parameter("f"); p != nil && p.Default != "" {
			return wire.Format(p.Default)
		}
	}
	return wire.HTML
}
