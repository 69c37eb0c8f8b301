package page

import "io"

// StartPage is where a person begins: it leads to both directories of a portal, and says how to sign in and how to see calls.
type StartPage struct {
	Head
	Scenario     Link     // what the portal plays; its document has the passwords and tokens
	Summary      string   // of the scenario, one sentence
	Sharing      Link     // the directory of the sharing API
	PortalAdmin  Link     // the directory of the Portal Administrator API
	Members      []string // their usernames
	SignInAt     []Link   // the pages to sign in at
	Calls        Link     // the journal
	CallsCommand string   // prints it
	Control      []Link   // resources of the control API
}

// Start writes the start page. It fails if w fails.
func Start(w io.Writer, s StartPage) error { return write(w, "start", s) }
