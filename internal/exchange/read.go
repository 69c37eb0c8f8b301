package exchange

import (
	"errors"
	"net/http"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// read takes the values out of query and form, and out of them the format and the token. The query counts before the form.
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

// credentials are the parameters beside the token that may tell whose portal is asked.
var credentials = []string{"username", "client_id", "refresh_token", "auth_token"}

// findSandbox finds whose portal is asked: that of the path's prefix, else of the token, else of another credential, else the default one.
// So a client that can change neither its URLs nor its headers is still kept apart by what it signs in with.
func (c *call) findSandbox() *portal.Problem {
	c.sandbox = c.x.Sandboxes.Default
	if c.id != "" {
		box, err := c.x.Sandboxes.Get(c.id)
		if err != nil {
			c.lost = err
			return &portal.Problem{ID: "url-invalid"}
		}
		c.sandbox = box
		return nil
	}
	if box := c.x.Sandboxes.OfCredential(c.token); box != nil {
		c.sandbox = box
		return nil
	}
	for _, name := range credentials {
		if box := c.x.Sandboxes.OfCredential(wire.First(c.values, name)); box != nil {
			c.sandbox = box
			return nil
		}
	}
	return nil
}
