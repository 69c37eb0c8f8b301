package exchange

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// render turns the reply or the problem into the JSON text that every format is made of.
func (c *call) render(problem *portal.Problem) {
	switch {
	case c.lost != nil:
		c.renderLost()
	case c.decision.Reply != nil:
		c.renderRule(c.decision.Reply)
	case c.overruled():
		c.status, c.evidence, c.raw = c.decision.Fault.Status, openapi.Assumed, wire.TypeHTML
	case problem != nil:
		c.renderProblem(problem)
	case c.form:
		c.evidence = openapi.Assumed
	default:
		c.evidence = c.operation.Evidence.Level.Weaker(c.reply.Evidence)
		if !c.kept {
			c.body = marshal(c.reply.Value)
		}
	}
	if c.status == 0 {
		c.status = http.StatusOK
	}
}

// renderLost answers who asks a sandbox that there is not. No portal answers so; it is a mistake of the test, and told as one (RFC 9457).
func (c *call) renderLost() {
	c.status, c.errorCode, c.evidence = http.StatusNotFound, http.StatusNotFound, openapi.Assumed
	c.raw = "application/problem+json"
	c.body = marshal(map[string]any{
		"type": "about:blank", "title": http.StatusText(http.StatusNotFound), "status": http.StatusNotFound, "detail": c.masks.Hide(c.lost.Error()),
	})
}

// tooLarge is the one problem that comes under a status of its own.
const tooLarge = "too-large"

func (c *call) renderProblem(problem *portal.Problem) {
	envelope, err := wire.NewEnvelope(c.x.Library.Fixtures(), c.api, problem)
	if err != nil {
		// Only a pack could take a fixture away, and packs can only add; so this is a defect, and it is said where it is seen.
		panic("exchange: " + err.Error())
	}
	if problem.ID == tooLarge {
		c.status = http.StatusRequestEntityTooLarge
	}
	c.errorID = problem.ID
	c.renderEnvelope(envelope)
}

func (c *call) renderEnvelope(envelope wire.Envelope) {
	c.envelope, c.errorCode, c.evidence = envelope, envelope.Error.Code, envelope.Evidence
	c.body = marshal(envelope)
	if code := c.errorCode; c.status == 0 && c.scenario.World.Portal.Errors == "status" && code >= 400 && code < 600 {
		c.status = code
	}
}

// buffers are those that replies are written in before they are copied to their size, since the journal holds on to them.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// marshal writes JSON as the portal does: characters of HTML as they are.
func marshal(value any) string {
	b, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("exchange: a reply of structs, texts and numbers cannot fail to marshal: " + err.Error())
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// prove holds the answer against the contract before it leaves. One that only the scenario and the time decide is then kept.
func (c *call) prove() {
	switch {
	case c.form || c.kept || c.lost != nil || c.overruled():
		return // nothing of an operation, proven before, or given by a rule and proven when the scenario was loaded
	case c.errorCode != 0:
		c.fail(c.x.contract.ProveSchema(errorSchema(c.api), c.body))
		return
	}
	if err := c.operation.Prove(c.body); err != nil {
		c.fail(err)
		return
	}
	if c.reply.Keep {
		c.turn.Keep(c.operation.ID, sandbox.Kept{Body: c.body, Shown: c.maskedReply(), Reply: c.reply})
	}
}

func errorSchema(api contract.API) string {
	if api == contract.PortalAdmin {
		return "PortalAdminError"
	}
	return "SharingError"
}

// fail replaces an off-spec reply by the portal's internal error. It is a defect of this program, and its log says which.
func (c *call) fail(err error) {
	if err == nil {
		return
	}
	operation := ""
	if c.operation != nil {
		operation = c.operation.ID
	}
	c.x.OffSpec(operation, err)
	c.status, c.header = 0, nil
	c.renderProblem(&portal.Problem{ID: "internal"})
	if c.status == 0 {
		c.status = http.StatusOK
	}
}
