package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/mock/journal"
)

// Expectation says how many calls of an operation there should be. It is a value: each method returns another one. The zero Expectation
// is Expect(""). It follows the rules of an entry of expect in a scenario file, and uses the same words.
type Expectation struct {
	when   map[string]any
	counts map[string]int
}

// Expect begins an expectation for the calls of an operation; with "", for those of every licensing operation. Calls of support
// operations, such as sign-ins, count only if it names their operation, or narrows to calls with violations. Exactly, AtLeast or
// AtMost completes it.
func Expect(operation string) Expectation {
	if operation == "" {
		return Expectation{}
	}
	return Expectation{}.with("operation", operation)
}

// Member narrows to calls by a username.
func (e Expectation) Member(username string) Expectation { return e.with("member", username) }

// Param narrows to calls in which a parameter has a value: a text, or anything that marshals to JSON. A JSON object needs only the
// members that the value names, at every depth; a text for it is read as JSON. A name in it that is almost one of the contract's is a
// mistake. A text equals a number that is written like it.
func (e Expectation) Param(name string, value any) Expectation {
	before, _ := e.when["params"].(map[string]any)
	return e.with("params", added(before, name, value))
}

// Present narrows to calls that have all these parameters.
func (e Expectation) Present(names ...string) Expectation { return e.with("present", names) }

// Absent narrows to calls that have none of these parameters.
func (e Expectation) Absent(names ...string) Expectation { return e.with("absent", names) }

// Outcome narrows to calls with this outcome.
func (e Expectation) Outcome(outcome journal.Outcome) Expectation { return e.with("outcome", outcome) }

// ErrorCode narrows to calls that the portal answered with this error code.
func (e Expectation) ErrorCode(code int) Expectation { return e.with("errorCode", code) }

// Violating narrows to calls that violated the contract, or to those that did not.
func (e Expectation) Violating(violating bool) Expectation {
	if violating {
		return e.with("violations", scenario.WithViolations)
	}
	return e.with("violations", scenario.WithoutViolations)
}

// Exactly asks for n calls, neither more nor fewer.
func (e Expectation) Exactly(n int) Expectation { return e.count("exactly", n) }

// AtLeast asks for n calls or more.
func (e Expectation) AtLeast(n int) Expectation { return e.count("atLeast", n) }

// AtMost asks for n calls or fewer.
func (e Expectation) AtMost(n int) Expectation { return e.count("atMost", n) }

func (e Expectation) with(key string, value any) Expectation {
	e.when = added(e.when, key, value)
	return e
}

func (e Expectation) count(key string, n int) Expectation {
	e.counts = added(e.counts, key, n)
	return e
}

// added returns a copy of a map with an entry added or replaced.
func added[V any](all map[string]V, key string, value V) map[string]V {
	more := map[string]V{key: value}
	for k, v := range all {
		if k != key {
			more[k] = v
		}
	}
	return more
}

// MarshalJSON writes the expectation as a scenario file has it.
func (e Expectation) MarshalJSON() ([]byte, error) {
	when := e.when
	if when == nil {
		when = map[string]any{} // a matcher must be an object, not null
	}
	document := map[string]any{"when": when}
	for key, n := range e.counts {
		document[key] = n
	}
	return json.Marshal(document)
}

// Expectations is a list of expectations, with the order and the waiting that a scenario file may ask for beside expect.
type Expectations struct {
	Expect  []Expectation
	InOrder bool          // the required calls must come in the order of Expect
	Within  time.Duration // how long to wait for calls to come; 0: not at all. An upper bound is met only when this time is over
}

// read decodes them as those of a scenario file.
func (e Expectations) read(library *scenario.Library, played *scenario.Scenario) (read scenario.Expectations, err error) {
	err = asDocument("expectation", "expect:", e.Expect, func(document []byte) (err error) {
		read, err = library.InGo().Expectations(played, "expectations", document)
		return err
	})
	read.InOrder, read.Within = e.InOrder, e.Within
	return read, err
}

// asDocument has values read as a list of a scenario file, below a line that heads it. Each is a line of its own, so that the line of a
// mistake says which one it is about.
func asDocument[T any](what, head string, values []T, read func(document []byte) error) error {
	if len(values) == 0 {
		return fmt.Errorf("no %ss: name at least one", what)
	}
	document := bytes.NewBufferString(head + "\n")
	var errs []error
	for i, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %d: %w", what, i+1, err))
		}
		fmt.Fprintf(document, "- %s\n", text)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	var mistakes tree.Mistakes
	errors.As(read(document.Bytes()), &mistakes) // there is no other error
	for _, mistake := range mistakes {
		about := fmt.Sprintf("%s %d", what, mistake.Line-1)
		if mistake.Line < 2 {
			about = "the " + what + "s together"
		}
		errs = append(errs, fmt.Errorf("%s: %s", about, mistake.Message))
	}
	return errors.Join(errs...)
}
