package exchange

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// answer is what a call is answered with.
type answer struct {
	status    int
	header    http.Header // in addition to the headers of every answer; may be nil
	body      string      // JSON, unless raw says otherwise
	shown     string      // the body as the journal shows it, when it was masked before; else ""
	raw       string      // the content type of a body that is sent as it is; "" for JSON, which is sent in the format asked for
	evidence  openapi.Level
	errorCode int
	errorID   string // of the error fixture in the answer, without its folder; "" without one
	envelope  wire.Envelope
}

// render makes the answer of the reply or the problem, or of what stands in for both.
func (c *call) render(reply sandbox.Kept, problem *portal.Problem) answer {
	switch {
	case c.lost != nil:
		return c.renderLost()
	case c.decision.Reply != nil:
		return c.renderRule(c.decision.Reply)
	case c.overruled():
		return answer{status: c.decision.Fault.Status, evidence: openapi.Assumed, raw: wire.TypeHTML}
	case problem != nil:
		return c.renderProblem(problem)
	case c.aside && c.request.Method == http.MethodOptions:
		return answer{status: http.StatusOK, evidence: openapi.Assumed, raw: wire.TypePJSON, header: http.Header{
			"Access-Control-Allow-Headers": {"Authorization, Content-Type, X-Esri-Authorization, X-Requested-With"},
			"Access-Control-Allow-Methods": {strings.Join(c.match.Methods(), ", ")},
		}}
	case c.aside:
		return answer{status: http.StatusOK, evidence: openapi.Assumed}
	}
	return c.renderReply(reply)
}

// renderLost answers a call that is lost. No portal answers so. It is a mistake in the test, so the answer is a problem (RFC 9457).
func (c *call) renderLost() answer {
	status, header := http.StatusNotFound, http.Header{}
	if c.refused() {
		status = http.StatusMethodNotAllowed
		header.Set("Allow", "GET, HEAD, OPTIONS, POST")
	}
	problem := map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": c.masks.Hide(c.lost.Error()),
	}
	return answer{
		status: status, header: header, errorCode: status, evidence: openapi.Assumed, raw: "application/problem+json", body: marshal(problem),
	}
}

func (c *call) renderProblem(problem *portal.Problem) answer {
	envelope, err := wire.NewEnvelope(c.x.Library.Fixtures(), c.api, problem)
	if err != nil {
		panic("exchange: " + err.Error()) // a defect: packs can add fixtures, but cannot remove them
	}
	a := c.renderEnvelope(envelope)
	a.errorID = problem.ID
	switch problem.ID {
	case tooLarge:
		a.status = http.StatusRequestEntityTooLarge
	case "method-not-supported":
		a.header = http.Header{"Allow": {problem.Allowed}}
	}
	return a
}

// renderEnvelope sends errors under HTTP 200, as the portal does, unless the scenario has them under a status of their own.
func (c *call) renderEnvelope(e wire.Envelope) answer {
	a := answer{status: http.StatusOK, body: marshal(e), evidence: e.Evidence, errorCode: e.Error.Code, envelope: e}
	if c.scenario.World.Portal.Errors == "status" && a.errorCode >= 400 && a.errorCode < 600 {
		a.status = a.errorCode
	}
	return a
}

func (c *call) renderReply(reply sandbox.Kept) answer {
	a := answer{status: http.StatusOK, body: reply.Body, shown: reply.Shown, evidence: c.operation.Evidence.Level.Weaker(reply.Reply.Evidence)}
	if reply.Reply.Location != "" {
		a.status, a.header = http.StatusFound, http.Header{"Location": {reply.Reply.Location}}
		return a
	}
	if a.body == "" {
		a.body = marshal(reply.Reply.Value)
	}
	if c.cookie != "" {
		a.header = http.Header{"Set-Cookie": {c.cookie}}
		if c.format == wire.HTML {
			_, directory := c.root()
			a.status = http.StatusSeeOther
			a.header.Set("Location", c.within(directory, c.params.Text("redirect")))
		}
	}
	return a
}

// renderRule gives the reply of a rule. The scenario's loader has proven it.
func (c *call) renderRule(reply *scenario.Reply) answer {
	body := reply.Document.Body
	switch {
	case reply.Status != 0:
		return renderStatus(reply)
	case strings.HasPrefix(reply.Document.Fixture, "errors/"):
		envelope := wire.Envelope{Evidence: reply.Document.Evidence}
		if json.Unmarshal(body, &envelope) == nil {
			a := c.renderEnvelope(envelope)
			a.errorID = path.Base(reply.Document.Fixture)
			return a
		}
	}
	return answer{status: http.StatusOK, body: compact(body), evidence: reply.Document.Evidence}
}

// renderStatus sends the body as it is: a text as text, everything else as JSON, in every format.
func renderStatus(reply *scenario.Reply) answer {
	a := answer{status: reply.Status, header: http.Header{}, evidence: openapi.Assumed, raw: wire.TypeJSON}
	for name, value := range reply.Headers {
		a.header.Set(name, value)
	}
	if json.Unmarshal(reply.Document.Body, &a.body) == nil {
		a.raw = wire.TypePJSON
	} else {
		a.body = compact(reply.Document.Body)
	}
	if own := a.header.Get("Content-Type"); own != "" {
		a.raw = own
	}
	var envelope wire.Envelope
	switch {
	case json.Unmarshal(reply.Document.Body, &envelope) == nil && envelope.Error.Code != 0:
		a.errorCode = envelope.Error.Code
	case a.status >= http.StatusBadRequest:
		a.errorCode = a.status
	}
	return a
}

func compact(text []byte) string {
	var b bytes.Buffer
	_ = json.Compact(&b, text) // a fixture's body is JSON, or empty
	return b.String()
}

// buffers hold replies while they are written. The journal keeps copies of the right size.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// marshal writes JSON as the portal does, without escaping the characters of HTML.
func marshal(value any) string {
	b, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if own, ok := value.(interface{ AppendJSON(to []byte) []byte }); ok {
		b.Write(own.AppendJSON(b.AvailableBuffer()))
		return b.String()
	}
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // structs, maps, texts and numbers cannot fail
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
