package control_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// ofBrowser is what Chromium sends when a person follows a link.
const ofBrowser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"

// TestStart proves what the start says, as JSON.
func TestStart(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("purchased"))
	for _, path := range []string{"/__admin", "/__admin/"} {
		diff(t, path, map[string]any{
			"scenario": "purchased", "scenarioUrl": s.URL + "/__admin/scenarios/purchased",
			"summary": "The purchaser has bought the listing, without end.",
			"url":     s.URL, "sharingUrl": s.URL + "/portal/sharing/rest", "portalAdminUrl": s.URL + "/portal/portaladmin",
			"members":   []any{"admin", "licensing", "publisher", "viewer"},
			"signInUrl": s.URL + "/portal/portaladmin/login", "generateTokenUrl": s.URL + "/portal/sharing/rest/generateToken",
			"controlUrl": s.URL + "/__admin", "callsUrl": s.URL + "/__admin/sandboxes/default/calls",
		}, good[map[string]any](t, s, "getStart", path, ""))
	}
}

// TestStartOfADocument proves that the start leads to no scenario if a client has sent the document.
func TestStartOfADocument(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	document := `{"scenario":{"format":1,"summary":"Mine.","extends":"trial"}}`
	good[any](t, s, "playScenario", "/__admin/sandboxes/default/scenario", document)
	diff(t, "scenarioUrl", nil, good[map[string]any](t, s, "getStart", "/__admin", "")["scenarioUrl"])
	if a := send(t, s.Client(), http.MethodGet, s.URL+"/", ofBrowser); !strings.Contains(a.body, "in the scenario document.") {
		t.Error(a.body)
	}
}

// TestStartPage proves that a browser gets the page at every root, that it is no call, and that its links lead somewhere.
func TestStartPage(t *testing.T) {
	t.Parallel()
	s := prepared(t)
	before := len(s.Calls())
	var links []string
	for path, root := range map[string]string{
		"/": s.URL, "/__admin": s.URL, "/__admin/": s.URL,
		"/sandboxes/mine": s.URL + "/sandboxes/mine", "/sandboxes/mine/": s.URL + "/sandboxes/mine",
	} {
		a := send(t, s.Client(), http.MethodGet, s.URL+path, ofBrowser)
		proveStartPage(t, path, a, root)
		if !strings.Contains(a.body, "mockportal calls --url "+s.URL) {
			t.Errorf("%s: no command in\n%s", path, a.body)
		}
		for _, part := range strings.Split(a.body, ` href="`+s.URL)[1:] {
			link, _, _ := strings.Cut(part, `"`)
			links = append(links, link)
		}
	}
	diff(t, "calls", before, len(s.Calls()))
	diff(t, "links", 5*8, len(links))
	for _, link := range links {
		a := send(t, s.Client(), http.MethodGet, s.URL+link, ofBrowser)
		if a.status != http.StatusOK || a.kind() == "text/html" && strings.Contains(a.body, "Invalid URL") {
			t.Errorf("%s answers %d: %s", link, a.status, a.body)
		}
	}
}

// proveStartPage proves that an answer is the page of the portal at a root, and has no secret.
func proveStartPage(t *testing.T, path string, a answer, root string) {
	t.Helper()
	diff(t, path, "text/html", a.kind())
	diff(t, path+": header of a call", "", a.header.Get("Mockportal-Call"))
	for _, want := range []string{
		"<b>trial</b>", "<b>viewer", `href="` + root + `/portal/sharing/rest"`,
		`href="` + root + `/portal/portaladmin"`, `/__admin/scenarios/trial"`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%s: no %s in\n%s", path, want, a.body)
		}
	}
	if strings.Contains(a.body, "-token<") || strings.Contains(a.body, "-password") {
		t.Errorf("%s: it has a secret:\n%s", path, a.body)
	}
	if csp := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("%s: the policy is %q", path, csp)
	}
}

// TestRootOfPrograms proves that a program that asks for a root gets what the portal answers, and is journaled.
func TestRootOfPrograms(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ method, path, accept, want string }{
		{"GET", "/", "Accept: */*", "Invalid URL"},
		{"GET", "/", "Accept: application/json, text/plain, */*", "Invalid URL"},
		{"GET", "/?f=json", ofBrowser, `{"error":{"code":400,"message":"Invalid URL","details":[]}}`},
		{"GET", "/?f=html", ofBrowser, "Invalid URL"},
		{"POST", "/", ofBrowser, "Invalid URL"},
		{"GET", "/portal", ofBrowser, "Invalid URL"},
		{"GET", "/sandboxes/nobody/", ofBrowser, "no such sandbox"},
		{"GET", "/sandboxes/", ofBrowser, "Invalid URL"},
	} {
		s := mock.NewServer(t)
		a := send(t, s.Client(), row.method, s.URL+row.path, row.accept)
		if !strings.Contains(a.body, row.want) || a.header.Get("Mockportal-Call") == "" {
			t.Errorf("%s %s with %s: %v\n%s", row.method, row.path, row.accept, a.header, a.body)
		}
	}
}

// TestStartWithAControlToken proves that the root says where to give the token, and that the control API still asks for it.
func TestStartWithAControlToken(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithControlToken("control-secret"))
	a := send(t, s.Client(), http.MethodGet, s.URL+"/", ofBrowser)
	if !strings.Contains(a.body, " --control-token TOKEN</code>") || strings.Contains(a.body, "control-secret") {
		t.Error(a.body)
	}
	diff(t, "status", http.StatusUnauthorized, send(t, s.Client(), http.MethodGet, s.URL+"/__admin", ofBrowser).status)
}
