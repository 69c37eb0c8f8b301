package scenario

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/mockportal/mockportal/mock/journal"
)

// Rule answers matching calls otherwise than the world would.
type Rule struct {
	Name  string // empty: none
	When  Matcher
	After int // so many matching calls pass first
	Times int // then it holds for so many; 0: for all

	Chance float64 // how likely it then holds, drawn from the sandbox's seed; 0: always
	InARow int     // with a chance, for how many calls in a row it may hold; at least 1

	Delay Delay
	Reply *Reply           // nil: the world answers
	Fault *ConnectionFault // nil: none
}

// Matcher says which calls are meant: those for which all that is set here is so. The zero Matcher means every call.
type Matcher struct {
	Operation string           // an operation's id
	Member    string           // a username
	Params    map[string]Param // the value of each; of an object the keys named here count, of all else the whole
	Present   []string         // parameters that the call has
	Absent    []string         // parameters that it has not

	Outcome    journal.Outcome // "": any; in expectations only, like the two below
	ErrorCode  int             // of the error that was answered; 0: any
	Violations Violating       // whether the call violated the contract
}

// Param is the value that a parameter should have.
type Param struct {
	JSON  json.RawMessage // as it is written
	Value any             // the same decoded, once for all calls that are held against it; numbers as they are written
}

// NewParam returns the value that a JSON text is.
func NewParam(text json.RawMessage) Param {
	p := Param{JSON: text}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&p.Value); err != nil {
		panic("scenarios: what was read as a value is JSON: " + err.Error())
	}
	return p
}

// sentAs reports whether a text is the value as a parameter carries it: a number or a literal as it is written.
func (p Param) sentAs(text string) bool {
	if wanted, ok := p.Value.(string); ok {
		return text == wanted
	}
	return text == string(p.JSON)
}

// Violating says whether a call violated the contract; empty means either.
type Violating string

// Whether calls violated the contract.
const (
	WithViolations    Violating = "some"
	WithoutViolations Violating = "none"
)

// Delay holds an answer back, for a time from Min to Max that is drawn from the sandbox's seed. Both are equal when it is fixed.
type Delay struct{ Min, Max time.Duration }

// Reply is an answer that the scenario gives in full.
type Reply struct {
	Kind     ReplyKind
	Document Document          // what is answered; of a status reply its Body may be nil, and a JSON string is sent as plain text
	Status   int               // the HTTP status of a status reply; 0 in the others
	Headers  map[string]string // of a status reply
	OffSpec  bool              // the contract need not allow it
}

// ReplyKind says where the body of a reply comes from.
type ReplyKind string

// The kinds of replies.
const (
	ErrorReply   ReplyKind = "error"   // an error fixture
	FixtureReply ReplyKind = "fixture" // another fixture, perhaps changed
	StatusReply  ReplyKind = "status"  // the scenario itself
)

// ConnectionFault is something that goes wrong below HTTP, or before the portal.
type ConnectionFault struct {
	Kind           FaultKind
	Fraction       float64 // of TruncateFault: how much of the body is sent
	BytesPerSecond int     // of DripFault
	Status         int     // of HTMLFault: the HTTP status
}

// FaultKind says what happens to the connection.
type FaultKind string

// The kinds of mistakes.
const (
	ResetFault    FaultKind = "reset"    // the connection is reset
	EmptyFault    FaultKind = "empty"    // it is closed without an answer
	TruncateFault FaultKind = "truncate" // it is closed within the body
	DripFault     FaultKind = "drip"     // the body comes slowly
	HangFault     FaultKind = "hang"     // nothing comes, and it stays open
	HTMLFault     FaultKind = "html"     // a proxy's error page comes instead
)
