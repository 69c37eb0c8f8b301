package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// Expectation says how many calls of an operation there should be. It is a value: each method returns another one; the zero Expectation is
// Expect(""). What it names is read by the same rules as an entry of expect in a scenario file, and has the same words.
type Expectation struct {
	when   map[string]any
	counts map[string]int
}

// Expect begins an expectation for the calls of an operation; with "" of any licensing operation. Calls that only support them, such as
// sign-ins, count when they are named. Exactly, AtLeast or AtMost completes it.
func Expect(operation string) Expectation {
	if operation == "" {
		return Expectation{}
	}
	return Expectation{}.with("operation", operation)
}

// Member narrows to calls by a username.
func (e Expectation) Member(username string) Expectation { return e.with("member", username) }

// Param narrows to calls in which a parameter has a value: a text, or anything that becomes JSON. Of an object only the members that are named
// count, also inside; a text equals a number that was written so.
func (e Expectation) Param(name string, value any) Expectation {
	before, _ := e.when["params"].(map[string]any)
	return e.with("params", added(before, name, value))
}

// Present narrows to calls that have all these parameters.
func (e Expectation) Present(names ...string) Expectation { return e.with("present", names) }

// Absent narrows to calls that have none of these parameters.
func (e Expectation) Absent(names ...string) Expectation { return e.with("absent", names) }

// Outcome narrows to calls that ended so.
func (e Expectation) Outcome(outcome journal.Outcome) Expectation { return e.with("outcome", outcome) }

// ErrorCode narrows to calls that were answered with this error.
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

// added returns a copy with one entry more.
func added[V any](all map[string]V, key string, value V) map[string]V {
	more := map[string]V{key: value}
	for k, v := range all {
		if k != key {
			more[k] = v
		}
	}
	return more
}

// MarshalJSON writes the expectation as it stands in a scenario file.
func (e Expectation) MarshalJSON() ([]byte, error) {
	when := e.when
	if when == nil {
		when = map[string]any{} // null would be no matcher
	}
	document := map[string]any{"when": when}
	for key, n := range e.counts {
		document[key] = n
	}
	return json.Marshal(document)
}

// Expectations is several expectations, with what a scenario file has beside expect.
type Expectations struct {
	Expect  []Expectation
	InOrder bool          // the calls that are required must come in the order of Expect
	Within  time.Duration // how long to wait for calls that are still to come; 0: not at all. An upper bound is kept only when all of it is over
}

// read turns them into what the journal is held against.
func (e Expectations) read(library *scenario.Library, played *scenario.Scenario) (scenario.Expectations, error) {
	all := scenario.Expectations{InOrder: e.InOrder, Within: e.Within}
	if len(e.Expect) == 0 {
		return all, errors.New("nothing is expected: name an expectation")
	}
	var errs []error
	for i, one := range e.Expect {
		document, err := json.Marshal(map[string]any{"expect": []Expectation{one}})
		if err != nil {
			errs = append(errs, fmt.Errorf("expectation %d: %w", i+1, err))
			continue
		}
		read, err := library.Expectations(played, "expectation", document)
		all.Expect = append(all.Expect, read.Expect...)
		var faults fixture.Mistakes
		if errors.As(err, &faults) {
			for _, fault := range faults { // their places are in a text that nobody wrote
				errs = append(errs, fmt.Errorf("expectation %d: %s", i+1, fault.Message))
			}
		} else if err != nil {
			errs = append(errs, fmt.Errorf("expectation %d: %w", i+1, err))
		}
	}
	return all, errors.Join(errs...)
}
