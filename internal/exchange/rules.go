package exchange

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// rules asks the sandbox whether a rule holds for this call. What the rule does to the answer acts later, in render and in write.
func (c *call) rules() {
	if c.lost != nil {
		return // the rules of the sandbox that stands in for it are not meant
	}
	c.decision = c.turn.Decide(func(m scenario.Matcher) bool { return m.Matches(c.subject()) })
	if c.decision.Rule != "" {
		c.decision.Rule = c.masks.Hide(c.decision.Rule)
	}
}

// subject is the call as rules look at it; it is made only where there is a rule.
func (c *call) subject() scenario.Subject {
	s := scenario.Subject{Member: c.caller.Name(), Params: c.paramsForRules}
	if c.operation != nil && !c.form {
		s.Operation = c.operation.ID
	}
	return s
}

// overruled reports whether the operation is not done: the rule gives the answer, or a proxy in front of the portal does.
// Other faults break the answer of an operation that was done.
func (c *call) overruled() bool {
	return c.decision.Reply != nil || c.decision.Fault != nil && c.decision.Fault.Kind == scenario.HTMLFault
}

// paramsForRules decodes the parameters as the journal does, but for the masks: of a repeated name the first value counts.
func (c *call) paramsForRules() map[string]any {
	d := detail{route: c.route}
	params := map[string]any{}
	for _, v := range c.values {
		if _, double := params[v.Name]; !double {
			params[v.Name] = d.value(v)
		}
	}
	return params
}

// renderRule gives the answer that a rule has.
func (c *call) renderRule(reply *scenario.Reply) {
	switch reply.Kind {
	case scenario.ErrorReply:
		envelope := wire.Envelope{Evidence: reply.Document.Evidence}
		if json.Unmarshal(reply.Document.Body, &envelope) == nil {
			c.errorID = path.Base(reply.Document.Fixture)
			c.renderEnvelope(envelope)
		}
	case scenario.FixtureReply:
		c.evidence, c.body = reply.Document.Evidence, compact(reply.Document.Body)
	case scenario.StatusReply:
		c.renderStatus(reply)
	}
}

// renderStatus sends the body as it stands: a text as text, everything else as JSON, whatever format was asked for.
func (c *call) renderStatus(reply *scenario.Reply) {
	c.status, c.evidence, c.raw = reply.Status, openapi.Assumed, wire.TypeJSON
	c.header = http.Header{}
	for name, value := range reply.Headers {
		c.header.Set(name, value)
	}
	var text string
	if json.Unmarshal(reply.Document.Body, &text) == nil {
		c.raw, c.body = wire.TypePJSON, text
	} else {
		c.body = compact(reply.Document.Body)
	}
	if own := c.header.Get("Content-Type"); own != "" {
		c.raw = own
	}
	var envelope wire.Envelope
	switch {
	case json.Unmarshal(reply.Document.Body, &envelope) == nil && envelope.Error.Code != 0:
		c.errorCode = envelope.Error.Code
	case c.status >= http.StatusBadRequest:
		c.errorCode = c.status
	}
}

func compact(text []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return string(text)
	}
	return b.String()
}
