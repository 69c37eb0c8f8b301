package page

import (
	"io"
	"strings"
)

// FormPage is a form that calls an operation.
type FormPage struct {
	Head
	Summary string  // one sentence below the heading
	Action  string  // the URL that the form is sent to; empty: the page's own URL
	Method  string  // GET or POST
	Fields  []Field // the parameters, in the order of the form
	Submit  string  // the text of the button; empty: "Submit"
	Refused *Refusal
}

// Refusal says why the portal refused a form; nil: it has not been sent. Its fields have the values that were sent.
type Refusal struct {
	Code    int // inside the envelope, such as 499
	Message string
	Details []string // one line each
	SignIn  string   // the URL of a page that gives a token
}

// Field is a parameter in a form.
type Field struct {
	Name        string   // of the parameter; it labels the field
	Description string   // a sentence below the label
	Example     string   // a valid value, shown below the description; the field is not filled with it
	Kind        string   // text, password, textarea, select or number
	Value       string   // fills the field; of a select, the chosen option. A browser leaves a number field empty if it is not a number
	Options     []string // the values of a select
	Required    bool     // marks the field; a browser does not send it empty
}

// Form writes the page of a form. It fails if w fails.
func Form(w io.Writer, f FormPage) error {
	f.Method = strings.ToLower(f.Method)
	return write(w, "form", f)
}
