package mock

import (
	"encoding/json"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
)

// Rule changes the answer to some calls: with a delay, and with a reply or a fault. It is a rule of a scenario file as a Go value; its
// fields are named after the keys there, and mean the same. A field that is zero is a key that is left out.
type Rule struct {
	Name     string        `json:"name,omitzero"`   // what the journal calls the rule
	When     When          `json:"when"`            // which calls it matches
	After    int           `json:"after,omitzero"`  // how many matching calls pass before it applies
	Times    int           `json:"times,omitzero"`  // how many calls it then applies to; 0: all
	Chance   float64       `json:"chance,omitzero"` // the probability that it then applies, drawn from the seed; 0: always
	InARow   int           `json:"inARow,omitzero"` // with Chance, how many calls in a row it may apply to; 0: 1
	Delay    time.Duration `json:"-"`               // how long the answer is held back
	MaxDelay time.Duration `json:"-"`               // if not 0, the delay is drawn from the seed, from Delay to MaxDelay
	Reply    Reply         `json:"reply,omitzero"`  // zero: the world answers
	Fault    Fault         `json:"fault,omitzero"`  // zero: none
}

// When selects calls: those that meet every condition. The zero When selects all calls.
type When struct {
	Operation string         `json:"operation,omitzero"` // an operation's id, such as [GetFutureLicense]
	Member    string         `json:"member,omitzero"`    // a username
	Params    map[string]any `json:"params,omitzero"`    // values of parameters, as in [Expectation.Param]
	Present   []string       `json:"present,omitzero"`   // parameters that the call has
	Absent    []string       `json:"absent,omitzero"`    // parameters that the call does not have
}

// Reply is the answer of a [Rule]: exactly one of Error, Fixture and Status.
type Reply struct {
	Error   string            `json:"error,omitzero"`   // an error fixture, such as errors/sharing/token-invalid
	Fixture string            `json:"fixture,omitzero"` // another fixture, such as provisions/trial
	With    any               `json:"with,omitzero"`    // a merge patch over Fixture
	Status  int               `json:"status,omitzero"`  // an HTTP status
	Headers map[string]string `json:"headers,omitzero"` // with Status
	Body    any               `json:"body,omitzero"`    // with Status: a string is sent as it is, everything else as JSON; nil: empty
	OffSpec bool              `json:"offSpec,omitzero"` // the contract does not allow the answer, and that is intended
}

// Fault is what a [Rule] does to the connection.
type Fault struct {
	Kind           string  `json:"kind"`                    // reset, empty, truncate, drip, hang or html
	Fraction       float64 `json:"fraction,omitzero"`       // with truncate, how much of the body is sent; 0: half of it
	BytesPerSecond int     `json:"bytesPerSecond,omitzero"` // with drip; 0: 100
	Status         int     `json:"status,omitzero"`         // with html, the HTTP status; 0: 502
}

// MarshalJSON writes the rule as a scenario file has it.
func (r Rule) MarshalJSON() ([]byte, error) {
	type keys Rule // without this method
	document := struct {
		keys

		Delay any `json:"delay,omitzero"`
	}{keys: keys(r)}
	switch {
	case r.MaxDelay != 0:
		document.Delay = map[string]string{"min": r.Delay.String(), "max": r.MaxDelay.String()}
	case r.Delay != 0:
		document.Delay = r.Delay.String()
	}
	return json.Marshal(document)
}

// readRules decodes rules as those of a scenario file.
func readRules(rules []Rule, library *scenario.Library, played *scenario.Scenario) (read []scenario.Rule, err error) {
	err = asDocument("rule", "", rules, func(document []byte) (err error) {
		read, err = library.InGo().Rules(played, document)
		return err
	})
	return read, err
}
