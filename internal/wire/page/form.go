package page

import (
	"io"
	"strings"
)

// FormPage is a form that calls an operation.
type FormPage struct {
	Head
	// Summary is one sentence below the heading.
	Summary string
	// Action is the URL that the form is sent to; empty: the page's own URL.
	Action string
	// Method is GET or POST.
	Method string
	// Fields are the parameters, in the order of the form.
	Fields []Field
	// Submit is the text of the button; empty: "Submit".
	Submit string
}

// Field is a parameter in a form.
type Field struct {
	// Name is the parameter's name. It labels the field.
	Name string
	// Description is a sentence below the label.
	Description string
	// Example is a valid value, shown below the description. The field is not filled with it.
	Example string
	// Kind is text, password, textarea, select or number.
	Kind string
	// Value fills the field; of a select, it is the chosen option. A browser leaves a number field empty if the value is
	// not a number.
	Value string
	// Options are the values of a select.
	Options []string
	// Required marks the field. A browser does not send it empty.
	Required bool
}

// Form writes the page of a form. It fails if w fails.
func Form(w io.Writer, f FormPage) error {
	f.Method = strings.ToLower(f.Method)
	return write(w, "form", f)
}
