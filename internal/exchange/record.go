package exchange

import (
	"net/http"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// maxReply is how much of a reply the journal keeps.
const maxReply = 16 << 10

// journal records the call, masked. Nothing reads the values of the call after that.
func (c *call) journal() {
	r := &record.Record{
		Call: journal.Call{
			Sandbox: c.sandbox.ID, Scenario: c.scenario.Name, Seed: c.scenario.Seed, Kind: journal.KindUnknown, Rule: c.decision.Rule,
			Method: c.masks.Hide(c.request.Method), Path: c.masks.Hide(c.path), Member: c.caller.Name(), Violations: c.violations, Note: c.note,
			Outcome: journal.OK, Status: c.status, ErrorCode: c.errorCode, Evidence: c.evidence, ReplyTruncated: len(c.body) > maxReply,
			Time: c.began, PortalTime: c.turn.Now, DurationMicros: c.turn.Wall.Sub(c.began).Microseconds(),
		},
		Sent: record.Sent{Values: append(c.values, c.unread...), Route: c.route}, Reply: c.shown,
	}
	covered := record.Covered{
		Operation: c.operation, Scenario: c.scenario.Name, Values: c.values, Outcome: string(journal.OK), Violations: c.violations,
	}
	switch {
	case c.aside:
		r.Call.Kind, covered.Operation = openapi.Support, nil
	case c.operation != nil:
		r.Call.Kind, r.Call.Operation = c.operation.Kind, c.operation.ID
	}
	switch {
	case c.decision.Fault != nil: // it takes the place of an error
		r.Call.Outcome, r.Call.Fault, covered.Outcome = journal.Fault, string(c.decision.Fault.Kind), string(journal.Fault)
	case c.errorCode != 0:
		r.Call.Outcome, covered.Outcome = journal.Error, c.errorID
	}
	c.x.Coverage.Add(covered)
	if r.Reply == "" {
		r.Reply = c.maskedReply(c.body)
	}
	c.mask(&r.Sent)
	r.Compact()
	c.number = c.sandbox.Append(r)
}

// mask masks what was sent: the values that are known to be secret, and those under secret names. Secret names in JSON
// are seen when it is decoded. It adds the header or the cookie that carried the token.
func (c *call) mask(sent *record.Sent) {
	for i := range sent.Values {
		v := &sent.Values[i]
		switch p := sent.Parameter(v.Name); {
		case p != nil && p.Secret && v.Text != "":
			v.Text = secret.Mask
		case sent.IsJSON(*v):
			v.Text = c.masks.JSON(v.Text)
		case p == nil && v.Text != "" && secret.IsName(v.Name):
			v.Text = secret.Mask
		default:
			v.Text = c.masks.Hide(v.Text)
		}
		v.Name = c.masks.Hide(v.Name)
		if v.In == "form" && c.request.Method != http.MethodPost {
			v.In = "query" // chooseMethod took it for the form
		}
	}
	if outside := wire.TokenOutside(c.request, c.api); c.token != "" && outside.Text == c.token {
		outside.Text = secret.Mask
		if outside.In == "header" {
			outside.Text = "Bearer " + secret.Mask
		}
		sent.Values = append(sent.Values, outside)
	}
}

// maskedReply returns the reply as the journal keeps it. It is masked before it is cut: half a token tells enough, and
// half a JSON text cannot be decoded.
func (c *call) maskedReply(body string) string {
	text := c.masks.JSON(body)
	if len(body) <= maxReply {
		return text
	}
	text = record.MaskNames(text)
	return text[:min(len(text), maxReply)]
}
