package control

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// start says where everything is: the portal of a sandbox, its sign-in, its calls, the control API. It has no password and no token.
type start struct {
	URL            string   `json:"url"`
	SharingURL     string   `json:"sharingUrl"`
	PortalAdminURL string   `json:"portalAdminUrl"`
	ControlURL     string   `json:"controlUrl"`
	CallsURL       string   `json:"callsUrl"`
	SignInURL      string   `json:"signInUrl"`
	TokenURL       string   `json:"generateTokenUrl"`
	Scenario       string   `json:"scenario"`
	ScenarioURL    string   `json:"scenarioUrl,omitempty"` // "" for a document that a client has sent
	Summary        string   `json:"summary"`
	Members        []string `json:"members"`
	command        string   // prints the calls
}

func (a *API) startAt(r request, box *sandbox.Sandbox) start {
	masks, at := a.masks(), a.addressOf(r, box)
	root := a.ControlURL
	if root == "" {
		root = masks.Hide(wire.ReachedBy(r.Request, a.TrustProxy).URL())
	}
	s := start{
		URL: at.URL, SharingURL: at.SharingURL, PortalAdminURL: at.PortalAdminURL,
		ControlURL: root + "/__admin", CallsURL: root + "/__admin/sandboxes/" + box.ID + "/calls",
		SignInURL: at.PortalAdminURL + "/login", TokenURL: at.SharingURL + "/generateToken",
		Scenario: at.Scenario, Summary: masks.Hide(box.Scenario().Summary), Members: []string{}, command: "mockportal calls --url " + root,
	}
	if box.ID != sandbox.Default {
		s.command += " --sandbox " + box.ID
	}
	if a.Token != "" {
		s.command += " --control-token TOKEN"
	}
	if _, err := a.Library.Scenario(s.Scenario); err == nil {
		s.ScenarioURL = s.ControlURL + (&url.URL{Path: "/scenarios/" + s.Scenario}).EscapedPath()
	}
	for _, member := range box.World().Credentials().Members {
		s.Members = append(s.Members, masks.Hide(member.Username))
	}
	return s
}

// getStart answers a page to a browser, and JSON to everybody else.
func (a *API) getStart(r request) (any, error) {
	s := a.startAt(r, a.Sandboxes.Default)
	if !wantsPage(r.Request) {
		return s, nil
	}
	return response{contentType: wire.TypeHTML, body: s.page()}, nil
}

// ServeStart answers a browser that asks for the root of the portal or of a sandbox, and returns true. Everybody else is for the portal.
func (a *API) ServeStart(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || !wantsPage(r) {
		return false
	}
	box := a.Sandboxes.Default
	if id, ok := strings.CutPrefix(strings.TrimSuffix(r.URL.Path, "/"), "/sandboxes/"); ok {
		var err error
		if box, err = a.Sandboxes.Get(id); err != nil {
			return false
		}
	} else if r.URL.Path != "/" {
		return false
	}
	setHeaders(w.Header())
	w.Header().Set("Content-Type", wire.TypeHTML)
	//nolint:gosec // a template has escaped the host of the request; an error means that the client has gone
	_, _ = w.Write(a.startAt(request{Request: r}, box).page())
	return true
}

// wantsPage reports whether a browser asks: only browsers name html.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

func (s start) page() []byte {
	link := func(address string) page.Link { return page.Link{Text: address, URL: address} }
	var b bytes.Buffer
	_ = page.Start(&b, page.StartPage{ // a buffer takes everything
		Head:     page.Head{Directory: "mockportal", Title: "mockportal"},
		Scenario: page.Link{Text: s.Scenario, URL: s.ScenarioURL}, Summary: s.Summary,
		Sharing: link(s.SharingURL), PortalAdmin: link(s.PortalAdminURL), Members: s.Members,
		SignInAt: []page.Link{{Text: "to the Portal Administrator Directory", URL: s.SignInURL}, {Text: "for a token", URL: s.TokenURL}},
		Calls:    link(s.CallsURL), CallsCommand: s.command,
		Control: []page.Link{link(s.ControlURL), {Text: "its contract", URL: s.ControlURL + "/control.yaml"}},
	})
	return b.Bytes()
}
