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
	// Action is where the form is sent; empty: to the page's own URL.
	Action string
	// Method is GET or POST, in any letter case.
	Method string
	// Fields stand in this order.
	Fields []Field
	// Submit is the text of the button; empty: "Submit".
	Submit string
}

// Field is one parameter in a form.
type Field struct {
	// Name is the parameter's name as it is sent.
	Name string
	// Label is the text that a person reads; empty: Name.
	Label string
	// Description is a sentence below the label.
	Description string
	// Example is a value that would do, shown below the description, not filled in.
	Example string
	// Kind is text, password, textarea, select, number or hidden. A hidden field has no label, description or example.
	Kind string
	// Value is what the field is filled with; of a select, the option that is chosen. A browser leaves a number empty
	// whose value is none.
	Value string
	// Options are the values of a select.
	Options []string
	// Required marks the field, and keeps a browser from sending it empty.
	Required bool
}

// Form writes the page of a form. The error names every field of an unknown kind and a method that no form has, or is
// w's.
func Form(w io.Writer, f FormPage) error {
	if err := f.check(); err != nil {
		return err
	}
	f.Method = strings.ToLower(f.Method)
	return write(w, "form", f)
}

func (f FormPage) check() error {
	var faults []error
	if m := strings.ToUpper(f.Method); m != "GET" && m != "POST" {
		faults = append(faults, fmt.Errorf("page: form method %q: a form sends GET or POST", f.Method))
	}
	kinds := []string{"text", "password", "textarea", "select", "number", "hidden"}
	for _, field := range f.Fields {
		if !slices.Contains(kinds, field.Kind) {
			faults = append(faults, fmt.Errorf("page: field %q: unknown kind %q, allowed are %s", field.Name, field.Kind, strings.Join(kinds, ", ")))
		}
	}
	return errors.Join(faults...)
}
