package scenario

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/mock/journal"
)

// Rule changes the answer to matching calls.
type Rule struct {
	Name  string // empty: none
	When  Matcher
	After int // how many matching calls pass before the rule applies
	Times int // how many matching calls it then applies to; 0: all

	Chance float64 // the probability that it applies, drawn from the sandbox's seed; 0: always
	InARow int     // with a chance, how many calls in a row it may apply to; at least 1

	Delay Delay
	Reply *Reply           // nil: the world answers
	Fault *ConnectionFault // nil: none

	Given json.RawMessage // the rule as it was written, for display
}

// Matcher selects calls. A call matches if it meets every condition that is set. The zero Matcher selects every call.
type Matcher struct {
	Operation string           // an operation's id
	Member    string           // a username
	Params    map[string]Param // the values of parameters; an object matches if the keys named here match
	Present   []string         // parameters that the call must have
	Absent    []string         // parameters that the call must not have

	Outcome    journal.Outcome // in expectations only, like the two below
	ErrorCode  int             // the code of the error in the answer; 0: any
	Violations Violating       // whether the call violated the contract
}

// Param is the value that a parameter must have.
type Param struct {
	JSON   json.RawMessage
	Value  any // JSON, decoded once for all calls; its numbers are json.Number
	leaves []leaf
}

// NewParam returns the Param of a JSON text.
func NewParam(text json.RawMessage) Param {
	p := Param{JSON: text}
	if err := exact.Unmarshal(text, &p.Value); err != nil {
		panic("scenario: a decoded value must be JSON: " + err.Error())
	}
	p.leaves = leavesOf(nil, p.Value, nil)
	return p
}

// leaf is what stands in a value under names: no object, but for one without members.
type leaf struct {
	names []string
	value any
}

func leavesOf(names []string, value any, all []leaf) []leaf {
	object, _ := value.(map[string]any)
	if len(object) == 0 {
		return append(all, leaf{slices.Clone(names), value})
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		all = leavesOf(append(names, name), object[name], all)
	}
	return all
}

// sentAs reports whether a text is the value in the notation of a parameter. A number, true or
// false is sent as its JSON text.
func (p Param) sentAs(text string) bool {
	switch wanted := p.Value.(type) {
	case string:
		return text == wanted
	case json.Number:
		return exact.IsNumber(text) && exact.Equal(wanted, json.Number(text))
	}
	return text == string(p.JSON)
}

// Violating says whether a call violated the contract. Empty means either.
type Violating string

// The values of Violating.
const (
	WithViolations    Violating = "some"
	WithoutViolations Violating = "none"
)

// Delay delays an answer by a time from Min to Max, drawn from the sandbox's seed. A fixed delay has Min equal to Max.
type Delay struct{ Min, Max time.Duration }

// Reply is an answer that the scenario defines: an error fixture, another fixture, or a status with or without a body.
type Reply struct {
	Document Document          // in a status reply its Body may be nil, and a JSON string is sent as plain text
	Status   int               // the HTTP status of a status reply; 0 in other replies
	Headers  map[string]string // of a status reply
	OffSpec  bool              // the reply may violate the contract
}

// ConnectionFault is a failure of the connection, or of a proxy in front of the portal.
type ConnectionFault struct {
	Kind           FaultKind
	Fraction       float64 // of TruncateFault: the part of the body that is sent
	BytesPerSecond int     // of DripFault
	Status         int     // of HTMLFault: the HTTP status
}

// FaultKind says what happens to the connection.
type FaultKind string

// The kinds of faults.
const (
	ResetFault    FaultKind = "reset"    // the connection is reset
	EmptyFault    FaultKind = "empty"    // the connection is closed without an answer
	TruncateFault FaultKind = "truncate" // the connection is closed within the body
	DripFault     FaultKind = "drip"     // the body is sent slowly
	HangFault     FaultKind = "hang"     // no answer is sent, and the connection stays open
	HTMLFault     FaultKind = "html"     // the answer is a proxy's error page
)
