package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// summary is what came of a command that was run beside a portal.
type summary struct {
	command  string // its name only: arguments may be secrets
	root     string // of the portal
	began    time.Time
	took     time.Duration
	ended    error // nil: with 0
	history  mock.History
	coverage journal.CoverageReport
}

// verdict is what the program ends with: the command's own end, else that of the checks.
func (s *summary) verdict() error {
	var status exitStatus
	switch {
	case errors.As(s.ended, &status):
		return status
	case s.ended != nil:
		return s.ended
	case len(s.violating())+s.unmet() > 0 || s.blind():
		return exitStatus{code: failed}
	}
	return nil
}

// violating returns the calls that violated the contract.
func (s *summary) violating() []journal.Call {
	return slices.DeleteFunc(slices.Clone(s.history.Calls.Calls), func(c journal.Call) bool { return len(c.Violations) == 0 })
}

func (s *summary) unmet() int {
	n := 0
	for _, v := range s.history.Verdicts {
		n += len(v.Unmet)
	}
	return n
}

// blind reports whether calls that are no longer held violated the contract.
func (s *summary) blind() bool { return s.history.DroppedViolating > 0 }

// String is the summary for people.
func (s *summary) String() string {
	var b strings.Builder
	calls := s.history.Calls
	fmt.Fprintf(&b, "mockportal: %s, %s against the contract, %s", s.counts(), none(len(s.violating())), plural(s.unmet(), "expectation unmet", "expectations unmet"))
	if !calls.Complete {
		fmt.Fprintf(&b, "\nnot complete: the first %s no longer held, %d of them violated the contract", plural(calls.Dropped, "call is", "calls are"), s.history.DroppedViolating)
	}
	if s.ended != nil {
		fmt.Fprintf(&b, "\n%s", s.ended)
	}
	for _, c := range s.violating() {
		fmt.Fprintf(&b, "\n%s", violationsOf(&c))
	}
	for _, v := range s.history.Verdicts {
		if !v.Met() || !v.Complete {
			fmt.Fprintf(&b, "\nsandbox %q (scenario %q, seed %d): %s", v.Sandbox, v.Scenario, v.Seed, v.Verdict)
		}
	}
	fmt.Fprintf(&b, "\n%s", s.coverage)
	return b.String()
}

// counts says how many calls came, and of which kinds.
func (s *summary) counts() string {
	kinds := map[openapi.Kind]int{}
	for _, c := range s.history.Calls.Calls {
		kinds[c.Kind]++
	}
	var parts []string
	for _, kind := range []openapi.Kind{openapi.Licensing, openapi.Support, journal.KindUnknown} {
		if n := kinds[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	text := plural(len(s.history.Calls.Calls), "call", "calls")
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	return text
}

func none(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}

func plural(n int, one, more string) string {
	switch n {
	case 0:
		return "no " + more
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// violationsOf is a call with a line for each of its violations.
func violationsOf(c *journal.Call) string {
	var b strings.Builder
	fmt.Fprintf(&b, "sandbox %q, call %s", c.Sandbox, c)
	for _, v := range c.Violations {
		fmt.Fprintf(&b, "\n    %s", v)
	}
	return b.String()
}

// suite is the summary for a CI server: a case for the command, one for each sandbox that was called, and one for each expectation.
func (s *summary) suite() report.Suite {
	suite := report.Suite{Name: "mockportal", Time: s.began, Duration: s.took, Properties: s.properties()}
	command := report.Case{Class: "mockportal.command", Name: s.command, Duration: s.took}
	if s.ended != nil {
		command.Failure = &report.Failure{Message: s.ended.Error()}
	}
	suite.Cases = append(suite.Cases, command)
	suite.Cases = append(suite.Cases, s.contractCases()...)
	for _, v := range s.history.Verdicts {
		suite.Cases = append(suite.Cases, expectationCases(v)...)
	}
	return suite
}

// contractCases are whether the calls of each sandbox kept to the contract.
func (s *summary) contractCases() []report.Case {
	broken := map[string][]string{}
	var sandboxes []string
	for i := range s.history.Calls.Calls {
		c := &s.history.Calls.Calls[i]
		if !slices.Contains(sandboxes, c.Sandbox) {
			sandboxes = append(sandboxes, c.Sandbox)
		}
		if len(c.Violations) > 0 {
			broken[c.Sandbox] = append(broken[c.Sandbox], violationsOf(c))
		}
	}
	var cases []report.Case
	for _, sandbox := range sandboxes {
		one := report.Case{Class: "mockportal.sandbox." + sandbox, Name: "keeps to the contract"}
		if lines := broken[sandbox]; len(lines) > 0 {
			one.Failure = &report.Failure{Message: plural(len(lines), "call violated the contract", "calls violated the contract"), Text: strings.Join(lines, "\n")}
		}
		cases = append(cases, one)
	}
	if s.blind() {
		cases = append(cases, report.Case{Class: "mockportal.journal", Name: "keeps what violated the contract", Failure: &report.Failure{
			Message: plural(s.history.DroppedViolating, "call that violated the contract is no longer held", "calls that violated the contract are no longer held"),
		}})
	}
	return cases
}

func expectationCases(v mock.SandboxVerdict) []report.Case {
	var cases []report.Case
	for i, name := range v.Expect {
		one := report.Case{Class: "mockportal.sandbox." + v.Sandbox, Name: fmt.Sprintf("expectation %d: %s", i+1, name)}
		at := slices.IndexFunc(v.Unmet, func(u journal.Unmet) bool { return u.Expectation == i+1 })
		if at >= 0 {
			one.Failure = &report.Failure{Message: v.Unmet[at].Message, Text: v.Unmet[at].String()}
		}
		cases = append(cases, one)
	}
	return cases
}

// properties are the coverage, for servers that show or plot properties.
func (s *summary) properties() []report.Property {
	properties := []report.Property{{Name: "calls", Value: fmt.Sprint(len(s.history.Calls.Calls))}, {Name: "complete", Value: fmt.Sprint(s.history.Calls.Complete)}}
	add := func(name string, counts []journal.Count) {
		never := journal.Never(counts)
		properties = append(properties,
			report.Property{Name: name, Value: fmt.Sprintf("%d of %d", len(counts)-len(never), len(counts))},
			report.Property{Name: name + ".never", Value: cmp.Or(strings.Join(never, ", "), "-")})
	}
	operations := []journal.Count{}
	for _, o := range s.coverage.Operations {
		operations = append(operations, journal.Count{Name: o.Operation, Calls: o.Calls})
	}
	add("coverage.operations", operations)
	add("coverage.scenarios", s.coverage.Scenarios)
	for _, o := range s.coverage.Operations {
		if o.Calls > 0 {
			add("coverage."+o.Operation+".parameters", o.Params)
			add("coverage."+o.Operation+".outcomes", o.Outcomes)
		}
	}
	return properties
}
