package exchange

import (
	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
)

// identify names the caller or nobody. It never refuses.
func (c *call) identify() {
	if c.token != "" {
		c.caller, c.known = c.turn.World().Identify(c.token, c.request.Referer(), c.turn.Now)
	}
}

// authenticate refuses a caller without a good token where the operation needs one.
func (c *call) authenticate() *portal.Problem {
	switch use := c.operation.Access.Token; {
	case c.aside || use == contract.TokenUnused:
		return nil
	case c.token == "" && use == contract.TokenRequired:
		return &portal.Problem{ID: "token-required"}
	case c.token != "" && !c.known:
		return &portal.Problem{ID: "token-invalid"}
	}
	return nil
}

// authorise refuses a caller who has none of the operation's privileges.
func (c *call) authorise() *portal.Problem {
	if !c.aside && !c.caller.May(c.operation.Access.Privileges) {
		return &portal.Problem{ID: "not-permitted"}
	}
	return nil
}
