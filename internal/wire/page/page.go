package page

import (
	"encoding/json"
	"io"
)

// Head is the part that all pages have. A field with its zero value leaves its part of the page out.
type Head struct {
	// Directory names the directory, in the bar at the top and in the window's title.
	Directory string
	// Title is the heading of this page, such as the name of an operation.
	Title string
	// Crumbs lead from the directory's root to this page. The last one is this page and has no URL.
	Crumbs []Link
	// Formats link to the same resource in other formats.
	Formats []Link
	// Member is the username of the member who is signed in.
	Member string
	// SignIn is the URL of the sign-in page.
	SignIn string
}

// Link is a text that links to a URL. Without a URL it is plain text.
type Link struct{ Text, URL string }

// ResultPage is the JSON reply of an operation, as the portal's directory shows it.
type ResultPage struct {
	Head
	// Summary is one sentence below the heading.
	Summary string
	// Body is the reply, any JSON value.
	Body json.RawMessage
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
	// Code is the code inside the envelope, such as 499.
	Code int
	// MessageCode is a code such as "GWM_0003"; it may be empty.
	MessageCode string
	// Message is the portal's message.
	Message string
	// Details are one line each.
	Details []string
}

// Error writes the page of an error. It fails if w fails.
func Error(w io.Writer, e ErrorPage) error { return write(w, "error", e) }

// SignInPage asks for a username and a password.
type SignInPage struct {
	Head
	// Action is the URL that the form is posted to, with the fields username, password and redirect.
	Action string
	// Redirect is the URL to go to after the sign-in, sent in a hidden field.
	Redirect string
	// Username fills the form after a failed sign-in.
	Username string
	// Message says why the last sign-in failed. Details add to it, one line each.
	Message string
	Details []string
}

// SignIn writes the sign-in page. It fails if w fails.
func SignIn(w io.Writer, s SignInPage) error { return write(w, "signin", s) }

// DirectoryPage is a resource with its children.
type DirectoryPage struct {
	Head
	// Summary is one sentence below the heading.
	Summary string
	// Body is the JSON of the resource, shown as [Result] shows it.
	Body json.RawMessage
	// Resources and Operations are the resource's children.
	Resources, Operations []Link
}

// Directory writes the page of a resource. It fails if the body is not JSON or w fails.
func Directory(w io.Writer, d DirectoryPage) error {
	body, err := parse(d.Body)
	if err != nil {
		return err
	}
	return write(w, "directory", struct {
		DirectoryPage
		Tree *node
	}{d, body})
}

func write(w io.Writer, kind string, data any) error { return pages()[kind].Execute(w, data) }
