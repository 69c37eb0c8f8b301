package server_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// TestMaxMemory proves that what a client asks the server to keep is refused with 429 and a word when it does not fit, and that waiting
// requests count too.
func TestMaxMemory(t *testing.T) {
	t.Parallel()
	p := portal(t, scenario.BuiltIn(), "trial", func(o *server.Options) { o.MaxMemory = 600_000 })
	long := strings.Repeat("x", 50_000)
	large := `{"scenario":{"format":1,"extends":"trial","summary":"` + long + `"}}`
	const small = `{"scenario":"trial"}`
	for _, row := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodPost, "/sandboxes", large, http.StatusTooManyRequests},
		{http.MethodPut, "/sandboxes/default/scenario", large, http.StatusTooManyRequests},
		{http.MethodPost, "/sandboxes/default/rules", `{"name":"` + long + `","when":{},"delay":"1ms"}`, http.StatusTooManyRequests},
		{http.MethodPost, "/sandboxes", small, http.StatusCreated},
		{http.MethodPost, "/sandboxes/default/reset", "", http.StatusOK},
	} {
		w := serve(t, p, row.method, "/__admin"+row.path, row.body)
		if w.Code != row.status || w.Code == http.StatusTooManyRequests && !strings.Contains(w.Body.String(), "--max-memory") {
			t.Errorf("%s %s: %d %.300s", row.method, row.path, w.Code, w.Body)
		}
	}
	codes := make(chan int, 30)
	var all sync.WaitGroup
	for range cap(codes) {
		all.Go(func() {
			codes <- serve(t, p, http.MethodGet, "/__admin/sandboxes/default/calls?wait=500ms&count=99", "").Code
		})
	}
	all.Wait()
	close(codes)
	seen := map[int]int{}
	for code := range codes {
		seen[code]++
	}
	if seen[http.StatusOK] < 5 || seen[http.StatusTooManyRequests] < 5 || len(seen) != 2 {
		t.Errorf("thirty that wait are answered with %v", seen)
	}
	if w := serve(t, p, http.MethodGet, "/__admin/sandboxes/default/calls?wait=1ms&count=99", ""); w.Code != http.StatusOK {
		t.Errorf("one that waits when the others have gone: %d", w.Code)
	}
}

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
