package control

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// startAt says where everything is: the portal of a sandbox, its sign-in, its calls, the control API.
func (a *API) startAt(r request, box *sandbox.Sandbox) page.StartPage {
	masks, at := a.masks(), a.addressOf(r, box)
	root := cmp.Or(a.ControlURL, masks.Hide(wire.ReachedBy(r.Request, a.TrustProxy).URL()))
	s := page.StartPage{
		URL: at.URL, SharingURL: at.SharingURL, PortalAdminURL: at.PortalAdminURL,
		ControlURL: root + "/__admin", CallsURL: root + "/__admin/sandboxes/" + box.ID + "/calls",
		SignInURL: at.PortalAdminURL + "/login", TokenURL: at.SharingURL + "/generateToken",
		Scenario: at.Scenario, Summary: masks.Hide(box.Scenario().Summary), Members: []string{}, Command: "mockportal calls --url " + root,
	}
	if box.ID != sandbox.Default {
		s.Command += " --sandbox " + box.ID
	}
	if a.Token != "" {
		s.Command += " --control-token TOKEN"
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
	if !wire.AcceptsHTML(r.Request) {
		return s, nil
	}
	var b bytes.Buffer
	_ = page.Start(&b, s) // a buffer takes everything
	return response{contentType: wire.TypeHTML, body: b.Bytes()}, nil
}

// ServeStart answers a browser that asks for the root of the portal or of a sandbox, and returns true. Everybody else is for the portal.
func (a *API) ServeStart(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || !wire.AcceptsHTML(r) {
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
	_ = page.Start(w, a.startAt(request{Request: r}, box)) // an error means that the client has gone
	return true
}
