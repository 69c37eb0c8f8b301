package portal

import "github.com/mockportal/mockportal/openapi"

// Problem is why an operation cannot be done. It is told to the client in the words of a fixture.
type Problem struct {
	ID      string // the fixture's id under errors/{api}, such as item-not-found
	Allowed string // replaces {allowed} in the fixture's texts
	Lines   []Line // in place of the fixture's details, when there are any
}

// Line is one line of an error's details, in the words of a fixture too.
type Line struct {
	ID      string // parameter-missing or parameter-malformed
	Name    string // replaces {name}
	Allowed string // replaces {allowed}
}

// problem is one that needs no more than its name.
func problem(id string) *Problem { return &Problem{ID: id} }

// missing says which parameters were not sent, under the problem with this id.
func missing(id string, names ...string) *Problem {
	p := problem(id)
	for _, name := range names {
		p.Lines = append(p.Lines, Line{ID: "parameter-missing", Name: name})
	}
	return p
}

// Reply is the outcome of an operation that could be done.
type Reply struct {
	Value    any           // marshals to the documented JSON; nil with a Location
	Location string        // where the browser is sent instead
	Evidence openapi.Level // of what went into it beside the operation itself; "" when there is nothing
	Keep     bool          // only the scenario and the time decide it: it is good until the world's next boundary in time
}
