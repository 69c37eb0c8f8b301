package exchange

import (
	"encoding/json"
	"net/http"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// maxReply is how much of a reply the journal keeps.
const maxReply = 16 << 10

// journal records the call, all secrets masked. JSON is decoded when somebody reads it.
func (c *call) journal() {
	d := &detail{values: c.values, route: c.route}
	record := journal.Record{
		Call: journal.Call{
			Sandbox: c.sandbox.ID, Scenario: c.scenario.Name, Seed: c.scenario.Seed, Kind: journal.KindUnknown, Rule: c.decision.Rule,
			Method: c.method(), Path: c.maskedPath(), Member: c.caller.Name(), Violations: c.violations,
			Outcome: journal.OK, Status: c.status, ErrorCode: c.errorCode, Evidence: c.evidence,
			Time: c.began, PortalTime: c.turn.Now, DurationMicros: c.turn.Wall.Sub(c.began).Microseconds(),
		},
		Detail: d.fill,
		Params: d.params,
		Bytes:  c.size(),
	}
	if c.operation != nil {
		record.Call.Kind = c.operation.Kind
		record.Call.Operation = c.operation.ID
	}
	if c.form {
		record.Call.Kind, record.Call.Operation = openapi.Support, ""
	}
	if c.errorCode != 0 {
		record.Call.Outcome = journal.Error
	}
	if c.decision.Fault != nil {
		record.Call.Outcome, record.Call.Fault = journal.Fault, string(c.decision.Fault.Kind)
	}
	covered := journal.Covered{Operation: record.Call.Operation, Scenario: record.Call.Scenario, Values: c.values, Outcome: string(record.Call.Outcome)}
	if record.Call.Outcome == journal.Error { // nobody has got an error that a fault took the place of
		covered.Outcome = c.errorID
	}
	c.x.Coverage.Add(covered)
	c.mask(d)
	c.number = c.sandbox.Append(record)
}

// maskedPath spares the search where the path has nothing but what the contract says.
func (c *call) maskedPath() string {
	if c.operation != nil && c.match.Values == nil && c.id == "" {
		return c.path
	}
	return c.masks.Hide(c.path)
}

// method returns the request's method, in which a client may write anything.
func (c *call) method() string {
	switch method := c.request.Method; method {
	case http.MethodGet, http.MethodPost, http.MethodHead:
		return method
	default:
		return c.masks.Hide(method)
	}
}

// size returns about how many bytes the record of the call holds on to. The path and the values of the query are parts of the request line,
// so all of it stays as long as one of them.
func (c *call) size() int {
	size := len(c.request.Method) + len(c.request.RequestURI) + len(c.path) + len(c.token) + len(c.body)
	for i := range c.values {
		size += len(c.values[i].Name) + len(c.values[i].Text) + 48
	}
	for i := range c.violations {
		v := &c.violations[i]
		size += len(v.Name) + len(v.Pointer) + len(v.Message) + len(v.Hint) + len(v.Allowed) + 112
	}
	return size
}

// detail is what a journaled call is made readable from.
type detail struct {
	values    []contract.Value
	route     *contract.Route
	reply     string
	truncated bool
}

// mask takes the known secrets out of the values and the reply, and the values of secret parameters. Nothing reads the
// values of the call after this. What stands under secret names in JSON is masked when that is decoded.
func (c *call) mask(d *detail) {
	for i := range d.values {
		v := &d.values[i]
		p := d.parameter(v.Name)
		switch {
		case v.Text != "" && (p != nil && p.Secret || p == nil && secret.IsName(v.Name)):
			v.Text = secret.Mask
		case isJSON(p, v.Text):
			v.Text = c.masks.JSON(v.Text)
		default:
			v.Text = c.masks.Hide(v.Text)
		}
		if p == nil {
			v.Name = c.masks.Hide(v.Name)
		}
	}
	d.reply, d.truncated = c.shown, len(c.body) > maxReply
	if d.reply == "" {
		d.reply = c.maskedReply(c.body)
	}
}

// maskedReply returns the reply as the journal keeps it. It is masked before it is cut: half a token tells enough, and
// half a JSON text cannot be decoded.
func (c *call) maskedReply(body string) string {
	text := c.masks.JSON(body)
	if len(body) <= maxReply {
		return text
	}
	var value any
	if json.Unmarshal([]byte(text), &value) == nil {
		if before, after := marshal(value), marshal(wire.Masks(nil).Value(value)); before != after {
			text = after
		}
	}
	return text[:min(len(text), maxReply)]
}

func (d *detail) fill(c *journal.Call) {
	c.Params, c.ReplyTruncated = d.params(), d.truncated
	switch {
	case d.truncated:
		c.Reply = d.reply
	case d.reply != "":
		c.Reply = wire.Masks(nil).Value(decoded(d.reply))
	}
}

func (d *detail) params() map[string]any {
	byNames := wire.Masks(nil)
	params := map[string]any{}
	for _, v := range d.values {
		value := byNames.Value(d.value(v))
		before, again := params[v.Name] // null, too, is a value
		if list, ok := before.(journal.Repeated); ok {
			params[v.Name] = append(list, value)
		} else if again {
			params[v.Name] = journal.Repeated{before, value}
		} else {
			params[v.Name] = value
		}
	}
	return params
}

// value returns a value decoded where it is JSON.
func (d *detail) value(v contract.Value) any {
	if isJSON(d.parameter(v.Name), v.Text) {
		return decoded(v.Text)
	}
	return v.Text
}

func (d *detail) parameter(name string) *contract.Parameter {
	if d.route == nil {
		return nil
	}
	for i := range d.route.Parameters {
		if p := &d.route.Parameters[i]; p.Name == name {
			return p
		}
	}
	return nil
}

// isJSON reports whether the value of a parameter is decoded: where the contract says that it is JSON, or where it looks
// like JSON and the contract does not know the parameter, since a secret may stand in it.
func isJSON(p *contract.Parameter, text string) bool {
	if p != nil {
		return p.JSON
	}
	return len(text) > 1 && (text[0] == '{' || text[0] == '[')
}

// decoded returns what a JSON text says, and a text that is not JSON as it is.
func decoded(text string) any {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	return value
}
