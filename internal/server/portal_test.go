package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// TestControlApart proves that the portal and its control API can be served apart, and that both tell their health.
func TestControlApart(t *testing.T) {
	t.Parallel()
	own := portal(t, scenario.BuiltIn(), "trial", func(o *server.Options) { o.ControlApart = true })
	api := own.Control
	for _, row := range []struct {
		name    string
		handler http.Handler
		path    string
		want    string
	}{
		{"the portal has the portal", own, "/sharing/rest/info?f=json", "owningSystemUrl"},
		{"the portal has its health", own, "/readyz", `{"status":"ok"}`},
		{"the portal has no control API", own, "/__admin/scenarios?f=json", "Invalid URL"},
		{"the portal has no metrics", own, "/metrics?f=json", "Invalid URL"},
		{"the control API has the metrics", api, "/metrics", "mockportal_sandboxes 1"},
		{"the control API has itself", api, "/__admin/scenarios", "no-future-entitlements"},
		{"the control API has its health", api, "/livez", `{"status":"ok"}`},
		{"the control API has no portal", api, "/sharing/rest/info?f=json", "no operation has the path"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if body := serve(t, row.handler, http.MethodGet, row.path, "").Body.String(); !strings.Contains(body, row.want) {
				t.Errorf("no %s in %s", row.want, body)
			}
		})
	}
}
