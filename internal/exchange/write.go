package exchange

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"

	"github.com/mockportal/mockportal/internal/fault"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// The headers that are the same on every answer; net/http only reads these lists. Browsers hide headers that are not exposed from scripts of
// foreign origins.
var (
	anyOrigin = []string{"*"}
	exposed   = []string{"Mockportal-Call, Mockportal-Sandbox, Mockportal-Scenario, Mockportal-Evidence, Mockportal-Rule, Mockportal-Violations"}
	pageOnly  = http.Header{
		"Content-Security-Policy": {page.ContentSecurityPolicy()},
		"X-Content-Type-Options":  {"nosniff"},
		"Referrer-Policy":         {"no-referrer"},
		"Cache-Control":           {"no-store"},
	}
)

// write is the only stage that sees the ResponseWriter. The length is always told: Esri's Python client words errors differently without it.
// The names are in their canonical form, so that they can be set without looking at each again.
func (c *call) write(w http.ResponseWriter) {
	contentType, body := c.encode()
	h := w.Header()
	maps.Copy(h, c.header)
	if c.format == wire.HTML && c.raw == "" {
		maps.Copy(h, pageOnly)
	}
	own := [...]string{
		contentType, strconv.Itoa(len(body)), strconv.Itoa(c.number), c.sandbox.ID, c.scenario.Name,
		string(c.evidence), strconv.Itoa(len(c.violations)),
	}
	h["Access-Control-Allow-Origin"], h["Access-Control-Expose-Headers"] = anyOrigin, exposed
	h["Content-Type"], h["Content-Length"] = own[0:1:1], own[1:2:2]
	h["Mockportal-Call"], h["Mockportal-Sandbox"] = own[2:3:3], own[3:4:4]
	h["Mockportal-Scenario"], h["Mockportal-Evidence"] = own[4:5:5], own[5:6:6]
	if len(c.violations) > 0 {
		h["Mockportal-Violations"] = own[6:7:7]
	}
	if c.decision.Rule != "" {
		h["Mockportal-Rule"] = []string{c.decision.Rule}
	}
	c.send(w, body)
}

// send holds the answer back and breaks it, where a rule wants that.
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
	// The client may have gone; there is nobody left to tell.
	_, _ = io.WriteString(w, body)
}

func (c *call) encode() (contentType, body string) {
	switch {
	case c.raw != "":
		return c.raw, c.body
	case c.status == http.StatusSeeOther:
		return wire.TypeHTML, ""
	case c.format == wire.HTML && (c.operation != nil || c.errorCode != 0):
		return wire.TypeHTML, c.page()
	}
	return c.format.Encode(c.body, c.callback())
}

// callback returns the name of the function that the answer is wrapped in a call of; a secret in that place is not sent back.
func (c *call) callback() string {
	name := c.params.Text("callback")
	if name != "" && c.masks.Hide(name) != name {
		return ""
	}
	return name
}

// log tells the operator of a server what came; it says no parameter, which could be a secret.
func (c *call) log() {
	level := slog.LevelDebug
	if len(c.violations) > 0 {
		level = slog.LevelWarn
	}
	if !c.x.Log.Enabled(context.Background(), level) {
		return
	}
	violations := make([]string, len(c.violations))
	for i, v := range c.violations {
		violations[i] = v.String()
	}
	c.x.Log.LogAttrs(context.Background(), level, "call",
		slog.Int("number", c.number), slog.String("method", c.method()), slog.String("path", c.masks.Hide(c.path)),
		slog.String("member", c.caller.Name()), slog.Int("status", c.status), slog.Int("error", c.errorCode),
		slog.Any("violations", violations))
}
