package openapi

import "strings"

// ViolationKind says in which way a request departs from the contract.
type ViolationKind string

// The kinds of violations.
const (
	Missing   ViolationKind = "missing"   // a required name is not there, or empty
	Malformed ViolationKind = "malformed" // the value is not what the contract asks for
	Unknown   ViolationKind = "unknown"   // the contract does not have this name in this place
	Repeated  ViolationKind = "repeated"  // the name came more than once; the first value counted
)

// Violation is one thing that a request did and that the contract does not allow. It never holds the text of a parameter, since that may be a
// token; a content type that cannot be read is shown cut and masked.
type Violation struct {
	Kind    ViolationKind `json:"kind"`
	In      string        `json:"in"`      // path, query, form, header or body
	Name    string        `json:"name"`    // the parameter's name
	Pointer string        `json:"pointer"` // RFC 6901, into the parameter's JSON value; empty for the value as a whole
	Message string        `json:"message"` // what is wrong, and what is allowed
	Hint    string        `json:"hint"`    // what to do about it; may be empty

	// Allowed completes the sentence "it must be …"; empty when the message does not say so. It is not part of the JSON form.
	Allowed string `json:"-"`
	// Offset is where a JSON text stops being JSON, in bytes from 1; 0 when it is JSON. It is not part of the JSON form.
	Offset int `json:"-"`
}

// Refusable reports whether the real portal cannot answer such a request: something is missing or malformed.
// It ignores unknown names and reads the first of a repeated one.
func (v Violation) Refusable() bool { return v.Kind == Missing || v.Kind == Malformed }

// String returns the violation as one line: place, name, message and hint. A body or a path as a whole has no name.
func (v Violation) String() string {
	name := v.Name + v.Pointer
	if v.Name == "*" && (v.In == "body" || v.In == "path") {
		name = v.Pointer
	}
	line := strings.TrimSuffix(v.In+" "+name, " ") + ": " + v.Message
	if v.Hint != "" {
		line += " (" + v.Hint + ")"
	}
	return line
}
