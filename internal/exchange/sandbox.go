package exchange

import (
	"errors"
	"net/http"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
)

// findSandbox finds the sandbox that answers: that of the path's prefix, else of the token, else of another credential, else the default
// one. So a client that can change neither its URLs nor its headers still has a sandbox of its own, by its credentials.
func (c *call) findSandbox() *portal.Problem {
	box, err := c.namedSandbox()
	switch {
	case err != nil:
		c.lost = err
		c.masks = c.x.Sandboxes.Secrets() // the call may hold the secrets of any sandbox
		return &portal.Problem{ID: "url-invalid"}
	case box != nil:
		c.sandbox = box
	}
	return nil
}

// errMethod refuses a method that asks a server for something else than an answer: for a tunnel, or for the request.
var errMethod = errors.New("no portal takes CONNECT or TRACE")

// refused reports whether the method of the call is one that no portal takes.
func (c *call) refused() bool { return errors.Is(c.lost, errMethod) }

func (c *call) namedSandbox() (*sandbox.Sandbox, error) {
	if c.request.Method == http.MethodConnect || c.request.Method == http.MethodTrace {
		return nil, errMethod
	}
	if c.id != "" {
		return c.x.Sandboxes.Get(c.id)
	}
	asked, _ := portal.OpenOAuthState(wire.First(c.values, "oauth_state"))
	return c.x.Sandboxes.OfCredentials(c.token, wire.First(c.values, "username"), wire.First(c.values, "client_id"),
		wire.First(c.values, "refresh_token"), wire.First(c.values, "auth_token"), wire.First(c.values, "code"), asked.ClientID)
}
