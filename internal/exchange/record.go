package exchange

import (
	"encoding/json"
	"net/http"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// maxReply is how much of a reply the journal keeps.
const maxReply = 16 << 10

// journal records the call. What costs time to make readable is made so when somebody reads it.
func (c *call) journal() {
	d := &detail{values: c.values, route: c.route, masks: c.masks, reply: c.body}
	record := journal.Record{
		Call: journal.Call{
			Sandbox: c.sandbox.ID, Scenario: c.scenario.Name, Seed: c.scenario.Seed, Kind: journal.KindUnknown, Rule: c.decision.Rule,
			Method: c.method(), Path: c.path, Member: c.caller.Name(), Violations: c.violations,
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
	c.number = c.sandbox.Append(record)
}

// method returns the request's method, in which a client may write anything.
func (c *call) method() string {
	switch method := c.request.Method; method {
	case http.MethodGet, http.MethodPost, http.MethodHead:
		return method
	default:
		return c.masks.Text(method)
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
	values []contract.Value
	route  *contract.Route
	masks  wire.Masks
	reply  string
}

func (d *detail) fill(c *journal.Call) {
	c.Path = d.masks.Text(c.Path)
	c.Params = d.params()
	c.Reply, c.ReplyTruncated = d.readReply()
}

func (d *detail) params() map[string]any {
	params := map[string]any{}
	for _, v := range d.values {
		value, name := d.value(v), d.masks.Text(v.Name)
		before, again := params[name] // null, too, is a value
		if list, ok := before.(journal.Repeated); ok {
			params[name] = append(list, value)
		} else if again {
			params[name] = journal.Repeated{before, value}
		} else {
			params[name] = value
		}
	}
	return params
}

// value returns a parameter's value as the journal shows it: JSON where the contract says so and the text is JSON, masked where it is secret.
func (d *detail) value(v contract.Value) any {
	if p := d.parameter(v.Name); p != nil && p.Secret && v.Text != "" {
		return wire.Mask
	}
	return d.masks.Under(v.Name, d.decoded(v))
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

// decoded returns a value as JSON where the contract says that it is JSON, or looks like it in a parameter that the contract does not know.
func (d *detail) decoded(v contract.Value) any {
	if p := d.parameter(v.Name); p != nil {
		return decodeIf(p.JSON, v.Text)
	}
	return decodeIf(looksLikeJSON(v.Text), v.Text)
}

// looksLikeJSON finds objects in parameters that the contract does not know, since a secret may stand in them.
func looksLikeJSON(text string) bool { return len(text) > 1 && (text[0] == '{' || text[0] == '[') }

func decodeIf(isJSON bool, text string) any {
	var value any
	if isJSON && json.Unmarshal([]byte(text), &value) == nil {
		return value
	}
	return text
}

func (d *detail) readReply() (reply any, truncated bool) {
	if len(d.reply) == 0 {
		return nil, false
	}
	var value any
	if len(d.reply) <= maxReply && json.Unmarshal([]byte(d.reply), &value) == nil {
		return d.masks.Value(value), false
	}
	masked := d.masks.Text(d.reply) // before it is cut, since half a token is one too
	return masked[:min(len(masked), maxReply)], len(d.reply) > maxReply
}
