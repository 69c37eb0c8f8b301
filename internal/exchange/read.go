package exchange

import (
	"errors"
	"net/http"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
)

// read takes the values out of query and form, and out of them the format and the token. The query counts before the form.
func (c *call) read() *portal.Problem {
	query, unreadable := wire.Query(c.request.URL.RawQuery)
	c.values = append(c.inPath, query...)
	c.departures = unreadable
	var err error
	if c.request.Method == http.MethodPost {
		var form []contract.Value
		form, unreadable, err = wire.Form(c.request, c.x.MaxBody)
		c.values = append(c.values, form...)
		c.departures = append(c.departures, unreadable...)
	}
	c.format = wire.FormatOf(c.values, c.formatLeftOut())
	c.token = wire.Token(c.request, c.api, c.values)
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		// The format that the form asks for was not read. Who sends so much is a program, and no program reads a page.
		if wire.First(query, "f") == "" {
			c.format = wire.JSON
		}
		return &portal.Problem{ID: tooLarge}
	case err != nil:
		return &portal.Problem{ID: "parameters-invalid"}
	}
	return nil
}

// formatLeftOut is the format of an answer that nobody has asked a format for: what the contract says for the method, else html. So a
// browser that asks an operation of POST by GET gets its form.
func (c *call) formatLeftOut() wire.Format {
	for _, route := range c.routes {
		if route.Method != c.request.Method {
			continue
		}
		for i := range route.Parameters {
			if p := &route.Parameters[i]; p.Name == "f" && p.Default != "" {
				return wire.Format(p.Default)
			}
		}
	}
	return wire.HTML
}

// findSandbox finds whose portal is asked: that of the path's prefix, else of the token, else of another credential, else the default one.
// So a client that can change neither its URLs nor its headers is still kept apart by what it signs in with.
func (c *call) findSandbox() *portal.Problem {
	c.sandbox = c.x.Sandboxes.Default
	box, err := c.namedSandbox()
	switch {
	case err != nil:
		c.lost = err
		c.masks = c.x.Sandboxes.Secrets() // any of them may have been meant
		return &portal.Problem{ID: "url-invalid"}
	case box != nil:
		c.sandbox = box
	}
	return nil
}

func (c *call) namedSandbox() (*sandbox.Sandbox, error) {
	if c.id != "" {
		return c.x.Sandboxes.Get(c.id)
	}
	return c.x.Sandboxes.OfCredentials(c.token, wire.First(c.values, "username"), wire.First(c.values, "client_id"),
		wire.First(c.values, "refresh_token"), wire.First(c.values, "auth_token"))
}
