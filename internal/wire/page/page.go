package page

import (
	"encoding/json"
	"html/template"
	"io"
)

// Head is the part that all pages have. A field with its zero value leaves its part of the page out.
type Head struct {
	Directory string        // names the directory, in the bar at the top and in the window's title
	Title     string        // the heading of this page, such as the name of an operation
	Crumbs    []Link        // lead from the directory's root to this page; the last one is this page and has no URL
	Formats   []Link        // link to the same resource in other formats
	Member    string        // the username of the member who is signed in
	Window    string        // the window's title; empty: Title and Directory
	Data      template.HTML // a script that programs read; empty: none
	SignIn    string        // the URL of the sign-in page
	SignOut   string        // the URL that ends the session of a browser
}

// Link is a text that links to a URL. Without a URL it is plain text.
type Link struct{ Text, URL string }

// ResultPage is the JSON reply of an operation, as the portal's directory shows it.
type ResultPage struct {
	Head
	Summary    string          // one sentence below the heading
	Body       json.RawMessage // the reply, any JSON value
	Resources  []Link          // the children of a directory
	Operations []Link          // the same
}

// Result writes the page of an operation's reply. Objects are lists of names and values in the order of the body. A date in epoch
// milliseconds has its time in UTC beside it. Result fails if the body is not JSON or w fails.
func Result(w io.Writer, r ResultPage) error {
	body, err := parse(r.Body)
	if err != nil {
		return err
	}
	return write(w, "result", struct {
		ResultPage
		Tree *node
	}{r, body})
}

// ErrorPage is the portal's error envelope.
type ErrorPage struct {
	Head
	Code        int    // inside the envelope, such as 499
	MessageCode string // such as "GWM_0003"; may be empty
	Message     string
	Details     []string // one line each
}

// Error writes the page of an error. It fails if w fails.
func Error(w io.Writer, e ErrorPage) error { return write(w, "error", e) }

// SignInPage asks for a username and a password, for this directory or for an application.
type SignInPage struct {
	Head
	Action   string     // the URL that the form is posted to, with the fields username, password and redirect or oauth_state
	Redirect string     // the URL to go to after the sign-in, sent in a hidden field
	OAuth    *OAuthInfo // of the application, with the button cancel and the field oauth_state; nil: signs in to the directory
	Username string     // fills the form after a failed sign-in
	Message  string     // says why the last sign-in failed
	Details  []string   // add to the message, one line each
}

// SignIn writes the sign-in page. It fails if w fails.
func SignIn(w io.Writer, s SignInPage) error {
	if s.OAuth != nil {
		s.Data = script(s.OAuth)
	}
	return write(w, "signin", s)
}

func write(w io.Writer, kind string, data any) error { return pages()[kind].Execute(w, data) }
