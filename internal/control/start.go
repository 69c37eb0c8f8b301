package control

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// start says where everything is: the portal of a sandbox, its sign-in, its calls, the control API. It has no password and no token.
type start struct {
	address
	Summary    string   `json:"summary"`
	Members    []string `json:"members"`
	SignInURL  string   `json:"signInUrl"`
	TokenURL   string   `json:"generateTokenUrl"`
	ControlURL string   `json:"controlUrl"`
	CallsURL   string   `json:"callsUrl"`
}

func (a *API) startAt(r request, box *sandbox.Sandbox) start {
	masks := a.masks()
	s := start{address: a.addressOf(r, box), Summary: masks.Hide(box.Scenario().Summary), Members: []string{}}
	s.SignInURL, s.TokenURL = s.PortalAdminURL+"/login", s.SharingURL+"/generateToken"
	s.ControlURL = a.ControlURL
	if s.ControlURL == "" {
		s.ControlURL = masks.Hide(wire.ReachedBy(r.Request, a.TrustProxy).URL())
	}
	s.ControlURL += "/__admin"
	s.CallsURL = s.ControlURL + "/sandboxes/" + box.ID + "/calls"
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
	return response{contentType: wire.TypeHTML, body: a.startPage(s)}, nil
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
	// An error means that the client has gone.
	_, _ = w.Write(a.startPage(a.startAt(request{Request: r}, box)))
	return true
}

// wantsPage reports whether a browser asks: only browsers name html.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

func (a *API) startPage(s start) []byte {
	command := "mockportal calls --url " + strings.TrimSuffix(s.ControlURL, "/__admin")
	if s.ID != sandbox.Default {
		command += " --sandbox " + s.ID
	}
	if a.Token != "" {
		command += " --control-token TOKEN"
	}
	link := func(url string) page.Link { return page.Link{Text: url, URL: url} }
	var b bytes.Buffer
	_ = page.Start(&b, page.StartPage{ // a buffer takes everything
		Head: page.Head{Directory: "mockportal", Title: "mockportal"}, Scenario: s.Scenario, Summary: s.Summary,
		Sharing: link(s.SharingURL), PortalAdmin: link(s.PortalAdminURL), Members: s.Members,
		SignInAt: []page.Link{{Text: "to the Portal Administrator Directory", URL: s.SignInURL}, {Text: "for a token", URL: s.TokenURL}},
		Calls:    link(s.CallsURL), CallsCommand: command,
		Control: []page.Link{link(s.ControlURL), {Text: "its contract", URL: s.ControlURL + "/control.yaml"}},
	})
	return b.Bytes()
}
