package journal

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/openapi"
)

// Outcome says how a call ended.
type Outcome string

// The outcomes of a call, and the kind of one whose path no operation has.
const (
	OK    Outcome = "ok"    // the operation was done
	Error Outcome = "error" // the portal answered an error
	Fault Outcome = "fault" // the connection was broken on purpose

	KindUnknown openapi.Kind = "unknown"
)

// Call is one request and its outcome. Secrets are masked as "***". Lists and maps are never nil.
type Call struct {
	Number         int                 `json:"number"` // from 1 in its sandbox
	Sandbox        string              `json:"sandbox"`
	Scenario       string              `json:"scenario"`
	Seed           uint64              `json:"seed"`      // of the sandbox; whatever was drawn for this call came from it
	Operation      string              `json:"operation"` // "" for an unknown path and for a page that only shows a form
	Kind           openapi.Kind        `json:"kind"`      // licensing, support or unknown
	Method         string              `json:"method"`
	Path           string              `json:"path"`     // without the query
	Member         string              `json:"member"`   // the username; "" for nobody
	Params         map[string]any      `json:"params"`   // text, or decoded JSON, its numbers as json.Number; a repeated name is a list
	ParamsIn       []ParamIn           `json:"paramsIn"` // the same one by one: as they were sent, in their order, with their place
	Violations     []openapi.Violation `json:"violations"`
	Note           string              `json:"note"` // what is no violation but probably a mistake: "answered as html: f was not sent"; or ""
	Rule           string              `json:"rule"`
	Fault          string              `json:"fault"`
	Outcome        Outcome             `json:"outcome"`
	Status         int                 `json:"status"`    // of HTTP
	ErrorCode      int                 `json:"errorCode"` // of the error envelope; 0 when there is none
	Evidence       openapi.Level       `json:"evidence"`
	Reply          any                 `json:"reply"` // decoded JSON where the reply was made of JSON, in every format; else text, or null
	ReplyTruncated bool                `json:"replyTruncated,omitempty"`
	Time           time.Time           `json:"time"`       // of the wall clock
	PortalTime     time.Time           `json:"portalTime"` // of the sandbox's clock
	DurationMicros int64               `json:"durationMicros"`
}

// UnmarshalJSON reads a call as the control API writes it. Numbers keep their digits, as json.Number.
func (c *Call) UnmarshalJSON(text []byte) error {
	type plain Call
	return exact.Unmarshal(text, (*plain)(c))
}

// ParamIn is one value of a request: a parameter, the header or cookie that carried the token, or what stands in a body that the portal
// does not read: each field of a form, another text without a name, or how many bytes it has if it is not text. gzip is undone.
type ParamIn struct {
	In    string `json:"in"` // path, query, form, body, header or cookie
	Name  string `json:"name"`
	Value string `json:"value"`           // as it was sent, without the escapes of its place; JSON in which a value is masked is written anew
	Bytes []byte `json:"bytes,omitempty"` // the value again, if it is not UTF-8: a text of JSON always is; else nil
}

// Repeated is the values of a name that came more than once, in their order; its own type tells it from a JSON list.
type Repeated []any

// first returns the value of a parameter that counted: of a repeated name the first one.
func (c *Call) first(name string) any {
	if values, ok := c.Params[name].(Repeated); ok && len(values) > 0 {
		return values[0]
	}
	return c.Params[name]
}

// String is the call in a line: its number, what was asked, by whom, and how it ended.
func (c Call) String() string {
	return fmt.Sprintf("%d: %s %s by %s, %s", c.Number, c.Method, c.path(), cmp.Or(c.Member, "nobody"), c.ended())
}

// asked is the operation, or method and path of a call that reached none.
func (c *Call) asked() string { return cmp.Or(c.Operation, c.Method+" "+c.path()) }

// path is the path as a terminal can show it: quoted if it has control characters.
func (c *Call) path() string {
	if strings.ContainsFunc(c.Path, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return strconv.QuoteToGraphic(c.Path)
	}
	return c.Path
}

// ended is how a call ended, in a word or two, and its note.
func (c *Call) ended() string {
	text := string(c.Outcome)
	switch c.Outcome {
	case Error:
		text = fmt.Sprintf("error %d", c.ErrorCode)
	case Fault:
		text = "fault " + c.Fault
	}
	if c.Note != "" {
		text += " (" + c.Note + ")"
	}
	return text
}
