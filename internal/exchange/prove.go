package exchange

import (
	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
)

// prove checks the answer against the contract before it leaves, and keeps an answer that only the scenario and the time decide.
// An off-spec answer is a defect of this program: prove reports it and answers the portal's internal error.
func (c *call) prove(reply sandbox.Kept, a answer) answer {
	if c.aside || c.lost != nil || c.overruled() || reply.Body != "" || reply.Reply.Location != "" {
		return a // no operation's answer, a redirect, proven when the scenario was loaded, or proven when it was kept
	}
	if err := c.proveAnswer(a); err != nil {
		c.x.OffSpec(c.subject().Operation, err)
		return c.renderProblem(&portal.Problem{ID: "internal"})
	}
	if a.errorCode == 0 && reply.Reply.Keep {
		a.shown = c.maskedReply(a.body)
		c.turn.Keep(c.operation.ID, sandbox.Kept{Body: a.body, Shown: a.shown, Reply: reply.Reply})
	}
	return a
}

func (c *call) proveAnswer(a answer) error {
	switch {
	case a.errorCode == 0:
		return c.operation.Prove(a.body)
	case c.api == contract.PortalAdmin:
		return c.x.contract.ProveSchema("PortalAdminError", a.body)
	}
	return c.x.contract.ProveSchema("SharingError", a.body)
}
