package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
)

// Head is what all pages share. The zero value of a field leaves its part of the page out.
type Head struct {
	// Directory names the directory, in the bar at the top and in the window's title.
	Directory string
	// Title is the heading of this page, such as the name of an operation.
	Title string
	// Crumbs lead from the directory's root to this page, which comes last and has no URL.
	Crumbs []Link
	// Formats are the same resource in other formats.
	Formats []Link
	// Member is the username of the member who is signed in.
	Member string
	// Window is the window's title; empty: Title and Directory.
	Window string
	// Data is a script that programs read; empty: none.
	Data template.HTML
	// SignIn and SignOut are the URLs behind the links of these names in the bar.
	SignIn, SignOut string
}

// Link is a text with the place that it leads to. Without a URL it is the text alone.
type Link struct{ Text, URL string }

// ResultPage is the JSON reply of an operation, as the portal's directory shows it.
type ResultPage struct {
	Head
	// Summary is one sentence below the heading.
	Summary string
	// Body is the reply, any JSON value.
	Body json.RawMessage
}

// Result writes the page of an operation's reply: keys in the order of the body, objects as lists of names and values,
// arrays of flat objects as tables, a date in epoch milliseconds with its time in UTC beside it. What is nested
// deeper than 32 levels is shown as JSON text, and very long texts and bodies are cut with a note that says so.
// The error is a body that is not JSON, or w's.
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
	// MessageCode is such as "GWM_0003", empty where the portal has none.
	MessageCode string
	// Message is the portal's own sentence.
	Message string
	// Details are one line each.
	Details []string
}

// Error writes the page of an error. The error that it returns is w's.
func Error(w io.Writer, e ErrorPage) error { return write(w, "error", e) }

// SignInPage asks for a username and a password.
type SignInPage struct {
	Head
	// Action is where the form is posted, with the fields username, password and redirect.
	Action string
	// Redirect is the value of the hidden field of this name: where to go after the sign-in.
	Redirect string
	// Username is what the form is filled with, after a sign-in that failed.
	Username string
	// Message says why the last sign-in failed, and Details say more, one line each.
	Message string
	Details []string
}

// SignIn writes the sign-in page. The error is w's.
func SignIn(w io.Writer, s SignInPage) error { return write(w, "signin", s) }

// DirectoryPage is a resource with its children.
type DirectoryPage struct {
	Head
	// Summary is one sentence below the heading.
	Summary string
	// Body is the resource's own JSON, shown as by Result; without any bytes the page has no such part.
	Body json.RawMessage
	// Resources and Operations are the resource's children.
	Resources, Operations []Link
}

// Directory writes the page of a resource. The error is a body that is not JSON, or w's.
func Directory(w io.Writer, d DirectoryPage) error {
	var body *node
	if len(d.Body) > 0 {
		var err error
		if body, err = parse(d.Body); err != nil {
			return err
		}
	}
	return write(w, "directory", struct {
		DirectoryPage
		Tree *node
	}{d, body})
}

// write renders into a buffer first, so that no page is ever written by half.
func write(w io.Writer, kind string, data any) error {
	var page bytes.Buffer
	if err := pages()[kind].Execute(&page, data); err != nil {
		return fmt.Errorf("page: %s: %w", kind, err)
	}
	if _, err := w.Write(page.Bytes()); err != nil {
		return fmt.Errorf("page: %s: %w", kind, err)
	}
	return nil
}
