package page

import "io"

// StartPage is where a person begins: it leads to both directories of a portal, and says how to sign in and how to see calls. Programs get
// it as JSON. It has no password and no token.
type StartPage struct {
	URL            string   `json:"url"` // of the portal
	SharingURL     string   `json:"sharingUrl"`
	PortalAdminURL string   `json:"portalAdminUrl"`
	ControlURL     string   `json:"controlUrl"`
	CallsURL       string   `json:"callsUrl"`
	SignInURL      string   `json:"signInUrl"`
	TokenURL       string   `json:"generateTokenUrl"`
	Scenario       string   `json:"scenario"`
	ScenarioURL    string   `json:"scenarioUrl,omitempty"` // "" for a document that a client has sent
	Summary        string   `json:"summary"`               // of the scenario, one sentence
	Members        []string `json:"members"`               // their usernames
	Command        string   `json:"-"`                     // prints the calls
}

// Start writes the start page. It fails if w fails.
func Start(w io.Writer, s StartPage) error {
	return write(w, "start", struct {
		Head
		StartPage
	}{Head{Directory: "mockportal", Title: "mockportal"}, s})
}
