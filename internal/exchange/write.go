package exchange

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"strconv"

	"github.com/mockportal/mockportal/internal/fault"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// exposed names our headers, because browsers hide headers from scripts of other origins unless an answer exposes them.
const exposed = "Mockportal-Call, Mockportal-Sandbox, Mockportal-Scenario, Mockportal-Evidence, Mockportal-Rule, Mockportal-Violations, " +
	"Mockportal-Note"

// write is the only stage that sees the ResponseWriter. It always sends the length, because Esri's Python client words errors differently
// without it.
func (c *call) write(w http.ResponseWriter) {
	contentType, body := c.encode()
	h := w.Header()
	maps.Copy(h, c.header)
	if c.format == wire.HTML && c.raw == "" {
		h.Set("Content-Security-Policy", page.ContentSecurityPolicy(c.redirectTarget()))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
	}
	values := make([]string, 0, 11) // one allocation for the values of all these headers, where h.Set makes one for each
	set := func(name, value string) {
		values = append(values, value)
		h[name] = values[len(values)-1 : len(values) : len(values)]
	}
	set("Access-Control-Allow-Origin", "*")
	set("Access-Control-Expose-Headers", exposed)
	set("Content-Type", contentType)
	set("Content-Length", strconv.Itoa(len(body)))
	set("Mockportal-Call", strconv.Itoa(c.number))
	set("Mockportal-Sandbox", c.sandbox.ID)
	set("Mockportal-Scenario", c.scenario.Name)
	set("Mockportal-Evidence", string(c.evidence))
	if len(c.violations) > 0 {
		set("Mockportal-Violations", strconv.Itoa(len(c.violations)))
	}
	if c.note != "" {
		set("Mockportal-Note", c.note)
	}
	if c.decision.Rule != "" {
		set("Mockportal-Rule", c.decision.Rule)
	}
	c.send(w, body)
}

// send delays the answer and breaks it, where a rule says so.
func (c *call) send(w http.ResponseWriter, body string) {
	gone := c.request.Context().Done()
	if !fault.Wait(c.decision.Delay, gone, c.released) {
		return
	}
	if c.decision.Fault != nil {
		fault.Break(w, fault.Answer{Status: c.status, Body: body}, *c.decision.Fault, gone, c.released)
		return
	}
	w.WriteHeader(c.status)
	if len(body) > roomy {
		w = wire.Patient{ResponseWriter: w}
	}
	// An error means that the client has gone.
	_, _ = io.WriteString(w, body)
}

// roomy is how many bytes the connection takes whether or not the client reads them.
const roomy = 16 << 10

// encode returns the body in the format that the request asks for.
func (c *call) encode() (contentType, body string) {
	switch {
	case c.raw != "":
		return c.raw, c.body
	case c.redirects():
		return wire.TypeHTML, ""
	case c.isPage():
		return wire.TypeHTML, c.page()
	}
	contentType, body = c.format.Encode(c.body, c.callback())
	if contentType == wire.TypeJSON && c.operation != nil && c.scenario.World.Portal.ContentTypes == "observed" {
		contentType = cmp.Or(c.operation.ObservedType, contentType)
	}
	return contentType, body
}

// redirects reports whether the answer sends the client to another address.
func (c *call) redirects() bool {
	return c.status == http.StatusSeeOther || c.status == http.StatusFound
}

// isPage reports whether the answer is a page of the directory.
func (c *call) isPage() bool {
	return c.format == wire.HTML && c.raw == "" && !c.redirects() && (c.operation != nil || c.errorCode != 0)
}

// noteOf notes that a client which is no browser got a page because it sent no f: the commonest bug of clients. The portal answers so.
func (c *call) noteOf() string {
	switch {
	case !c.isPage(), wire.First(c.values, "f") != "", wire.AcceptsHTML(c.request):
		return ""
	case c.operation == nil: // browsers ask for favicon.ico without Accept: text/html
		return ""
	case c.forPeople(): // the page is what the client wants
		return ""
	case c.unread != nil: // f may stand in the body that was not read, as a violation says
		return ""
	}
	return "answered as html: f was not sent"
}

// callback returns the name of the JavaScript function that takes the answer; "" for none. It does not send a secret back as that name.
func (c *call) callback() string {
	name := c.params.Text("callback")
	if name != "" && c.masks.Hide(name) != name {
		return ""
	}
	return name
}
