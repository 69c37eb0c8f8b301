package openapi

import (
	"strconv"
	"strings"
	"unicode"
)

// ViolationKind says how a request violates the contract.
type ViolationKind string

// The kinds of violations.
const (
	Missing   ViolationKind = "missing"   // a required name is absent or empty
	Malformed ViolationKind = "malformed" // the value does not fit the contract
	Unknown   ViolationKind = "unknown"   // the contract does not have this name here
	Repeated  ViolationKind = "repeated"  // the name was sent more than once; the first value counted
)

// Violation is one thing in a request that the contract does not allow. It never holds the text of a parameter, which
// may be a token. An unreadable content type is cut and masked.
type Violation struct {
	Kind    ViolationKind `json:"kind"`
	In      string        `json:"in"`      // path, query, form, header, body or method
	Name    string        `json:"name"`    // the parameter's name
	Pointer string        `json:"pointer"` // RFC 6901, into the parameter's JSON value; empty for the value as a whole
	Message string        `json:"message"` // what is wrong, and what is allowed
	Hint    string        `json:"hint"`    // what to do about it; may be empty

	// Allowed completes the sentence "it must be …"; it may be empty. It is not part of the JSON form.
	Allowed string `json:"-"`
	// Offset is the byte, from 1, where a text stops being valid JSON; 0 if it is valid. It is not part of the JSON form.
	Offset int `json:"-"`
}

// Refusable reports whether the real portal refuses such a request: something is missing or malformed. The portal
// ignores unknown names and reads the first value of a repeated name.
func (v Violation) Refusable() bool { return v.Kind == Missing || v.Kind == Malformed }

// String returns the violation as one line: place, name, message and hint. A whole body or path has no name.
func (v Violation) String() string {
	name := v.Name + v.Pointer
	if v.Name == "*" && (v.In == "body" || v.In == "path" || v.In == "method") {
		name = v.Pointer
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		name = strconv.QuoteToGraphic(name) // a terminal would obey it
	}
	line := strings.TrimSuffix(v.In+" "+name, " ") + ": " + v.Message
	if v.Hint != "" {
		line += " (" + v.Hint + ")"
	}
	return line
}
