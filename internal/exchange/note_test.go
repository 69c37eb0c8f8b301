package exchange_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// TestNote proves which calls leave the note that f was not sent: those of clients that are no browsers, and are answered with a page.
func TestNote(t *testing.T) {
	t.Parallel()
	const (
		note    = "answered as html: f was not sent"
		browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
		apps    = "world: { apps: { web: { secret: web-secret, redirectUris: [\"https://app.example.com\"] } } }\n"
		rule    = "rules: [{ when: {}, reply: { status: 503, offSpec: true } }]\n"
		page    = "rules: [{ when: {}, fault: { kind: html } }]\n"
		errors  = "rules: [{ when: { operation: getFutureLicense }, reply: { error: errors/portaladmin/internal } }]\n"
	)
	for _, tt := range []struct{ name, more, target, accept, want string }{
		{"no f", "", "GET " + licensePath + "?token=admin-token", "*/*", note},
		{"no f and no Accept", "", "GET " + licensePath + "?token=admin-token", "", note},
		{"an empty f", "", "GET " + licensePath + "?f=&token=admin-token", "application/json", note},
		{"a refused call", "", "GET " + licensePath, "*/*", note},
		{"the form of a POST", "", "GET " + provisionPath, "*/*", note},
		{"a wrong method", "", "PUT " + provisionPath, "*/*", note},
		{"a directory", "", "GET /portaladmin?token=admin-token", "*/*", note},
		{"an error by a rule", errors, "GET " + licensePath, "*/*", note},
		{"a browser", "", "GET " + licensePath + "?token=admin-token", browser, ""},
		{"html by Accept, in capitals", "", "GET " + licensePath + "?token=admin-token", "TEXT/HTML", ""},
		{"f=json", "", "GET " + licensePath + "?f=json&token=admin-token", "*/*", ""},
		{"f=html", "", "GET " + licensePath + "?f=html&token=admin-token", "*/*", ""},
		{"JSON by default", "", "POST /sharing/rest/oauth2/token", "*/*", ""},
		{"a page for people", "", "GET /sharing/rest/oauth2/authorize?client_id=pythonapi&redirect_uri=urn:ietf:wg:oauth:2.0:oob", "*/*", ""},
		{"another page for people", "", "GET /portaladmin/login", "*/*", ""},
		{"a redirect", apps, "GET /sharing/rest/oauth2/signout?client_id=web&redirect_uri=https://app.example.com", "*/*", ""},
		{"an unknown path", "", "GET /favicon.ico", "image/avif,*/*;q=0.8", ""},
		{"a body that was not read", "", "POST " + provisionPath + " {}", "*/*", ""},
		{"a lost sandbox", "", "GET /sandboxes/none" + licensePath, "*/*", ""},
		{"an answer by a rule", rule, "GET " + licensePath, "*/*", ""},
		{"a proxy's page", page, "GET " + licensePath, "*/*", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, tt.more, 0, nil)
			method, target, _ := strings.Cut(tt.target, " ")
			target, body, _ := strings.Cut(target, " ")
			r := httptest.NewRequest(method, target, strings.NewReader(body))
			r.Header.Set("Accept", tt.accept)
			w := httptest.NewRecorder()
			x.ServeHTTP(w, r)
			diff(t, "note", tt.want, firstCall(t, box).Note)
			diff(t, "header", tt.want, w.Header().Get("Mockportal-Note"))
			if shown := strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), "Mockportal-Note"); !shown {
				t.Error("scripts of other origins may not read the header")
			}
		})
	}
}
