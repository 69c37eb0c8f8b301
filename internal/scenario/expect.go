package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockportal/mockportal/openapi"
)

// Expectations is what should be seen of a sandbox's calls, the same in scenario files, over HTTP and in Go.
type Expectations struct {
	Expect  []Expectation
	InOrder bool          // the calls that are required must come in the order of Expect
	Within  time.Duration // how long a check waits for calls that are still to come; 0: not at all
}

// Expectation says how many of the matching calls should come.
type Expectation struct {
	When    Matcher
	AtLeast int
	AtMost  int  // NoLimit: as many as like
	Exact   bool // both bounds were written as one number
	InGo    bool // it was written in Go, and is described in Go's words
}

// NoLimit is the AtMost of an expectation without an upper bound.
const NoLimit = -1

// Concerns reports whether an expectation looks at the calls of an operation at all: the operation that it names; else, if it
// asks for violations, all calls, those of unknown paths too; else the licensing operations.
func (e Expectation) Concerns(operation string, kind openapi.Kind) bool {
	if e.When.Operation != "" {
		return e.When.Operation == operation
	}
	return kind == openapi.Licensing || e.When.Violations == WithViolations
}

// Counts reports whether a call is one of those that the expectation counts.
func (e Expectation) Counts(s *Subject) bool {
	return e.Concerns(s.Operation, s.Kind) && e.When.Matches(s)
}

// String describes the expectation in a line, such as: exactly 1 call of getFutureLicense by admin with f = "json".
func (e Expectation) String() string {
	return e.count() + e.When.describe()
}

// count says how many calls should come, in the words of who wrote the expectation.
func (e Expectation) count() string {
	exactly, atLeast, and, atMost := "exactly %d", "at least %d", " and ", "at most %d"
	if e.InGo {
		exactly, atLeast, and, atMost = "Exactly(%d)", "AtLeast(%d)", ".", "AtMost(%d)"
	}
	switch {
	case e.Exact:
		return fmt.Sprintf(exactly+calls(e.AtMost), e.AtMost)
	case e.AtMost == NoLimit:
		return fmt.Sprintf(atLeast+calls(e.AtLeast), e.AtLeast)
	case e.AtLeast == 0:
		return fmt.Sprintf(atMost+calls(e.AtMost), e.AtMost)
	}
	return fmt.Sprintf(atLeast+and+atMost+calls(e.AtMost), e.AtLeast, e.AtMost)
}

func calls(n int) string {
	if n == 1 {
		return " call"
	}
	return " calls"
}

// describe continues "calls" with what the matcher names.
func (m Matcher) describe() string {
	var b strings.Builder
	unnamed := "any licensing operation"
	if m.Violations == WithViolations {
		unnamed = "any operation"
	}
	fmt.Fprintf(&b, " of %s", cmp.Or(m.Operation, unnamed))
	if m.Member != "" {
		fmt.Fprintf(&b, " by %s", m.Member)
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(m.Params)) {
		parts = append(parts, fmt.Sprintf("%s = %s", name, m.Params[name].JSON))
	}
	for _, name := range m.Present {
		parts = append(parts, name+" present")
	}
	for _, name := range m.Absent {
		parts = append(parts, name+" absent")
	}
	if m.Outcome != "" {
		parts = append(parts, "outcome "+string(m.Outcome))
	}
	if m.ErrorCode != 0 {
		parts = append(parts, "error code "+strconv.Itoa(m.ErrorCode))
	}
	switch m.Violations {
	case WithViolations:
		parts = append(parts, "violations")
	case WithoutViolations:
		parts = append(parts, "no violations")
	}
	if len(parts) > 0 {
		b.WriteString(" with " + strings.Join(parts, ", "))
	}
	return b.String()
}
