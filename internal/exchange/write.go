package exchange

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// exposed names our headers to browsers, which hide others from scripts of foreign origins.
const exposed = "Mockportal-Call, Mockportal-Sandbox, Mockportal-Scenario, Mockportal-Evidence, Mockportal-Rule, Mockportal-Violations"

// write is the only stage that sees the ResponseWriter. The length is always told: Esri's Python client words errors differently without it.
func (c *call) write(w http.ResponseWriter) {
	contentType, body := c.encode()
	h := w.Header()
	for name, values := range c.header {
		h[name] = values
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", exposed)
	h.Set("Mockportal-Call", strconv.Itoa(c.number))
	h.Set("Mockportal-Sandbox", c.sandbox.ID)
	h.Set("Mockportal-Scenario", c.sandbox.Scenario.Name)
	h.Set("Mockportal-Evidence", string(c.evidence))
	if len(c.violations) > 0 {
		h.Set("Mockportal-Violations", strconv.Itoa(len(c.violations)))
	}
	if c.format == wire.HTML {
		h.Set("Content-Security-Policy", page.ContentSecurityPolicy())
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(c.status)
	// The client may have gone; there is nobody left to tell.
	_, _ = w.Write(body)
}

func (c *call) encode() (contentType string, body []byte) {
	switch {
	case c.status == http.StatusSeeOther:
		return wire.TypeHTML, nil
	case c.format == wire.HTML:
		return wire.TypeHTML, c.page()
	}
	return c.format.Encode(c.body, c.params.Text("callback"))
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
	path, _ := wire.Masked(c.request.URL.Path, c.token).(string)
	violations := make([]string, len(c.violations))
	for i, v := range c.violations {
		violations[i] = v.String()
	}
	c.x.Log.LogAttrs(context.Background(), level, "call",
		slog.Int("number", c.number), slog.String("method", c.request.Method), slog.String("path", path),
		slog.String("member", c.caller.Name()), slog.Int("status", c.status), slog.Int("error", c.errorCode),
		slog.Any("violations", violations))
}
