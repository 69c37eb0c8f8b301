package journal

import (
	"encoding/json"
	"time"

	"github.com/mockportal/mockportal/openapi"
)

// Outcome says how a call ended.
type Outcome string

// The outcomes of a call.
const (
	OK    Outcome = "ok"    // the operation was done
	Error Outcome = "error" // the portal answered an error
	Fault Outcome = "fault" // the connection was broken on purpose
)

// KindUnknown is the kind of a call that reached no operation: an unknown path.
const KindUnknown openapi.Kind = "unknown"

// Call is one request and its outcome. Secrets are masked as "***".
type Call struct {
	Number         int                 `json:"number"` // from 1 in its sandbox
	Sandbox        string              `json:"sandbox"`
	Scenario       string              `json:"scenario"`
	Seed           uint64              `json:"seed"`      // of the sandbox; whatever was drawn for this call came from it
	Operation      string              `json:"operation"` // "" for an unknown path and for a page that only shows a form
	Kind           openapi.Kind        `json:"kind"`      // licensing, support or unknown
	Method         string              `json:"method"`
	Path           string              `json:"path"`   // without the query
	Member         string              `json:"member"` // the username; "" for nobody
	Params         map[string]any      `json:"params"` // text, or decoded JSON; a repeated name is a list
	Violations     []openapi.Violation `json:"violations"`
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

// Repeated is the values of a name that came more than once, in their order; its own type tells it from a JSON list.
type Repeated []any

// FirstParams returns the parameters with, of a repeated name, the value that counted.
func (c *Call) FirstParams() map[string]any { return firstOf(c.Params) }

func firstOf(all map[string]any) map[string]any {
	params := make(map[string]any, len(all))
	for name, value := range all {
		if values, ok := value.(Repeated); ok && len(values) > 0 {
			value = values[0]
		}
		params[name] = value
	}
	return params
}

// MarshalJSON writes lists as lists and objects as objects, also when they are empty.
func (c Call) MarshalJSON() ([]byte, error) {
	type plain Call
	p := plain(c)
	if p.Params == nil {
		p.Params = map[string]any{}
	}
	if p.Violations == nil {
		p.Violations = []openapi.Violation{}
	}
	return json.Marshal(p)
}
