package record

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// Record is a call as the journal keeps it, its texts masked. JSON in them is decoded when somebody reads the call.
type Record struct {
	Call  journal.Call // all but Params, ParamsIn and Reply
	Sent  Sent
	Reply string // JSON or another text; cut if Call.ReplyTruncated
	Bytes int    // what the texts take, about
}

// Read returns the call with everything readable. That takes time: JSON is decoded and masked.
func (r *Record) Read() journal.Call { return r.read(reply) }

// Replies remembers replies as JSON, for a reader of many calls: most of them have the reply of another.
type Replies map[string]json.RawMessage

// Read returns what [Record.Read] returns, with the reply as JSON that is written already.
func (known Replies) Read(r *Record) journal.Call {
	return r.read(func(text string) any {
		if _, ok := known[text]; !ok {
			written, _ := json.Marshal(reply(text)) // what was JSON is JSON
			known[text] = written
		}
		return known[text]
	})
}

// reply returns a reply as it may be shown.
func reply(text string) any { return maskNames(decoded(text)) }

func (r *Record) read(reply func(text string) any) journal.Call {
	sent := r.Sent.unpacked()
	call, values := r.Call, make([]any, len(sent.Values))
	call.ParamsIn = make([]journal.ParamIn, len(values))
	for i, v := range sent.Values {
		values[i], v.Text = sent.show(v)
		call.ParamsIn[i] = journal.ParamIn{In: v.In, Name: v.Name, Value: v.Text}
		if !utf8.ValidString(v.Text) {
			call.ParamsIn[i].Bytes = []byte(v.Text)
		}
	}
	call.Params = sent.params(func(i int) any { return values[i] })
	call.Violations = append([]openapi.Violation{}, call.Violations...)
	switch {
	case call.ReplyTruncated:
		call.Reply = r.Reply
	case r.Reply != "":
		call.Reply = reply(r.Reply)
	}
	return call
}

// briefly is how many bytes of a call's values an explanation shows.
const briefly = 8 << 10

// Brief returns the call as explanations show it: whoever needs more reads the call by its number. What does not fit is cut, and then it
// is text; values that come after are left out.
func (r *Record) Brief() journal.Call {
	brief, room := *r, briefly
	brief.Sent = Sent{Route: r.Sent.Route}
	for _, v := range r.Sent.unpacked().Values {
		if room <= 0 {
			break
		}
		if r.Sent.IsJSON(v) && len(v.Text) > room {
			v.Text = MaskNames(v.Text) // half a JSON text is not decoded any more
		}
		v.Text, v.Name = wire.Shorten(v.Text, room), wire.Shorten(v.Name, room)
		room -= len(v.Text) + len(v.Name)
		brief.Sent.Values = append(brief.Sent.Values, v)
	}
	if len(r.Reply) > briefly {
		brief.Reply, brief.Call.ReplyTruncated = wire.Shorten(MaskNames(r.Reply), briefly), true
	}
	return brief.Read()
}

// subject returns the call as expectations look at it.
func (r *Record) subject() *scenario.Subject {
	c := &r.Call
	return &scenario.Subject{
		Operation: c.Operation, Kind: c.Kind, Member: c.Member, Outcome: c.Outcome, ErrorCode: c.ErrorCode, Violations: len(c.Violations),
		Params: func() map[string]any {
			sent := r.Sent.unpacked()
			return first(sent.params(func(i int) any {
				value, _ := sent.show(sent.Values[i])
				return value
			}))
		},
	}
}

// Sent is the values of a request: its parameters, what stands in a body that was not read, and the header or the cookie that carried the
// token.
type Sent struct {
	Values []contract.Value // in their order
	Route  *contract.Route  // says which of them are JSON; nil for an unknown path
	packed string           // the values of a compact record, which has no Values
}

// First returns the parameters by name: a text, or decoded JSON; of a repeated name the value that counts. It masks
// nothing.
func (s Sent) First() map[string]any {
	return first(s.params(func(i int) any { return s.decoded(s.Values[i]) }))
}

func first(params map[string]any) map[string]any {
	for name, value := range params {
		if values, ok := value.(journal.Repeated); ok {
			params[name] = values[0]
		}
	}
	return params
}

// params returns the parameters by name, each as value says; those that came more than once are [journal.Repeated].
func (s Sent) params(value func(i int) any) map[string]any {
	params := map[string]any{}
	for i, v := range s.Values {
		if v.In == "header" || v.In == "cookie" || v.In == wire.InBody {
			continue
		}
		value := value(i)
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

// show returns a value as the journal shows it: decoded where it is JSON, and as it was sent. What stands under a secret name is masked in
// both; then the text is written anew.
func (s Sent) show(v contract.Value) (value any, text string) {
	value = s.decoded(v)
	if !wire.HasSecret(value) {
		return value, v.Text
	}
	value = maskNames(value)
	return value, jsonText(value)
}

func (s Sent) decoded(v contract.Value) any {
	if s.IsJSON(v) {
		return decoded(v.Text)
	}
	return v.Text
}

// IsJSON reports whether a value is decoded: the contract says that it is JSON, or does not know the name and the value
// looks like JSON, since a secret may stand in it.
func (s Sent) IsJSON(v contract.Value) bool {
	if p := s.Parameter(v.Name); p != nil {
		return p.JSON
	}
	text := strings.TrimLeft(v.Text, " \t\r\n")
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// Parameter returns what the contract says of a parameter; nil if it does not know the route or the name.
func (s Sent) Parameter(name string) *contract.Parameter {
	if s.Route == nil {
		return nil
	}
	return s.Route.Parameter(name)
}

// decoded returns what a JSON text says, and any other text as it is.
func decoded(text string) any {
	value, err := exact.Decode(text)
	if err != nil {
		return text
	}
	return value
}

// maskNames masks what stands under secret names in decoded JSON. It may change what it is given.
func maskNames(value any) any {
	var masks wire.Masks
	return masks.Value(value)
}

// MaskNames masks what stands under secret names in a JSON text. If nothing does, it returns the text as it is.
func MaskNames(text string) string {
	value := decoded(text)
	if !wire.HasSecret(value) {
		return text
	}
	return jsonText(maskNames(value))
}

// jsonText writes a value as JSON, keys sorted, with < and & as they are.
func jsonText(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("record: what was decoded from JSON can be written as JSON: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
