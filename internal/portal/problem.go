package portal

import "github.com/mockportal/mockportal/openapi"

// Problem is the reason why an operation fails. A fixture holds the text that the client sees.
type Problem struct {
	ID      string // the fixture's id under errors/{api}, such as item-not-found
	Allowed string // replaces {allowed} in the fixture's texts
	Lines   []Line // replace the fixture's details, unless the list is empty
}

// Line is one line of an error's details. A fixture holds its text.
type Line struct {
	ID      string // parameter-missing or parameter-malformed
	Name    string // replaces {name}
	Allowed string // replaces {allowed}
}

// problem returns a problem without details.
func problem(id string) *Problem { return &Problem{ID: id} }

// missing returns the problem with this id, with one line for each parameter that was not sent.
func missing(id string, names ...string) *Problem {
	p := problem(id)
	for _, name := range names {
		p.Lines = append(p.Lines, Line{ID: "parameter-missing", Name: name})
	}
	return p
}

// Reply is the result of an operation that succeeded.
type Reply struct {
	Value    any           // marshals to the documented JSON
	Evidence openapi.Level // the evidence of the documents that it was computed from; "" if there are none
	Keep     bool          // it depends on the scenario and the time only, so it holds until the next of [World.Boundaries]
}
