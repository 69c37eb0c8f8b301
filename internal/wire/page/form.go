package page

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// FormPage is an operation with its parameters, as a form that calls it.
type FormPage struct {
	Head
	// Summary is one sentence below the heading.
	Summary string
	// Action is the URL that the form is sent to; empty: the page's own URL.
	Action string
	// Method is GET or POST, in any letter case.
	Method string
	// Fields are shown in this order.
	Fields []Field
	// Submit is the text of the button; empty: "Submit".
	Submit string
}

// Field is a parameter in a form.
type Field struct {
	// Name is the parameter's name as it is sent.
	Name string
	// Label is the text that a person reads; empty: Name.
	Label string
	// Description is a sentence below the label.
	Description string
	// Example is a good value. The page shows it below the description and does not fill it in.
	Example string
	// Kind is text, password, textarea, select, number or hidden. A hidden field has no label, description or example.
	Kind string
	// Value fills the field; in a select it chooses the option. A browser leaves a number field empty if the value is not
	// a number.
	Value string
	// Options are the values of a select.
	Options []string
	// Required marks the field, and keeps a browser from sending it empty.
	Required bool
}

// Form writes the page of a form. It fails if w fails, if the method is not GET or POST, or if a field has an unknown
// kind; the error names every such field.
func Form(w io.Writer, f FormPage) error {
	if err := f.check(); err != nil {
		return err
	}
	f.Method = strings.ToLower(f.Method)
	return write(w, "form", f)
}

func (f FormPage) check() error {
	var mistakes []error
	if m := strings.ToUpper(f.Method); m != "GET" && m != "POST" {
		mistakes = append(mistakes, fmt.Errorf("page: form method %q: a form sends GET or POST", f.Method))
	}
	kinds := []string{"text", "password", "textarea", "select", "number", "hidden"}
	for _, field := range f.Fields {
		if !slices.Contains(kinds, field.Kind) {
			mistakes = append(mistakes,
				fmt.Errorf("page: field %q: unknown kind %q, allowed are %s", field.Name, field.Kind, strings.Join(kinds, ", ")))
		}
	}
	return errors.Join(mistakes...)
}
