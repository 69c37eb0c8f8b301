package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// summary is the result of a command that run has run.
type summary struct {
	run      *runCmd
	root     string // of the portal
	began    time.Time
	took     time.Duration
	ended    error // nil: with 0
	history  sandbox.Past
	coverage journal.CoverageReport
}

// ran reports whether the command was started.
func (s *summary) ran() bool {
	var status exitStatus
	return s.ended == nil || errors.As(s.ended, &status) && !status.unstarted
}

// conclude prints the summary and returns the error that decides the exit code: the command's own, else err, else that of the checks.
func (s *summary) conclude(p Process, err error) error {
	if s.ran() {
		p.warn("\n" + s.String())
	}
	switch {
	case s.ended != nil:
		if err != nil {
			p.warn("mockportal: " + err.Error())
		}
		return s.ended
	case err != nil:
		return err
	case s.unmet() > 0 || s.idle() && s.run.RequireCalls || !s.run.AllowViolations && len(s.violating())+s.history.DroppedViolating > 0:
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

// idle reports whether the command made no call.
func (s *summary) idle() bool { return len(s.history.Calls.Calls) == 0 && s.history.Calls.Complete }

func (s *summary) violations() int {
	n := 0
	for i := range s.history.Calls.Calls {
		n += len(s.history.Calls.Calls[i].Violations)
	}
	return n
}

// String is the summary for people.
func (s *summary) String() string {
	var b strings.Builder
	calls, violating := s.history.Calls, s.violating()
	fmt.Fprintf(&b, "mockportal: %s, %s, %s", s.counts(), plural(s.violations(), "violation", "violations"), s.expectations())
	if s.idle() && s.ended == nil {
		b.WriteString("\n" + noCalls + ": MOCKPORTAL_URL and its neighbours say where it is")
	}
	if !calls.Complete {
		dropped, violating := plural(calls.Dropped, "earlier call", "earlier calls"), s.history.DroppedViolating
		fmt.Fprintf(&b, "\nnot complete: the journal has dropped %s, %d of them with violations", dropped, violating)
	}
	if s.ended != nil {
		fmt.Fprintf(&b, "\n%s", s.ended)
	}
	if len(violating) > 0 {
		fmt.Fprintf(&b, "\n%s", violationsOf(violating[:min(len(violating), mostShown)]))
	}
	if more := len(violating) - mostShown; more > 0 {
		fmt.Fprintf(&b, "\n… and %s with violations; --report FILE lists all", plural(more, "more call", "more calls"))
	}
	for _, v := range s.history.Verdicts {
		if !v.Met() || !v.Complete {
			fmt.Fprintf(&b, "\n%s: %s", sandboxOf(v.Sandbox, v.Scenario.Name, v.Scenario.Seed), v.Verdict)
		}
	}
	switch s.run.Coverage {
	case "summary":
		line, _, _ := strings.Cut(s.coverage.String(), "\n")
		b.WriteString("\n" + line)
	case "full":
		b.WriteString("\n" + s.coverage.String())
	}
	return b.String()
}

// mostShown is how many calls with violations the summary lists at most: a loop can repeat one mistake a thousand times.
const mostShown = 20

const noCalls = "the command never called the portal"

// expectations says how many expectations of the scenarios are met.
func (s *summary) expectations() string {
	all, unmet := 0, s.unmet()
	for _, v := range s.history.Verdicts {
		all += v.Expectations
	}
	switch {
	case all == 0:
		return "no expectations"
	case unmet > 0:
		return fmt.Sprintf("%d of %s unmet", unmet, plural(all, "expectation", "expectations"))
	}
	return plural(all, "expectation", "expectations") + " met"
}

// counts says how many calls there were of each kind.
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

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// sandboxOf names a sandbox, with the scenario and the seed that repeat it.
func sandboxOf(sandbox, scenario string, seed uint64) string {
	return fmt.Sprintf("sandbox %q (scenario %q, seed %d)", sandbox, scenario, seed)
}

// violationsOf lists calls with their violations, by sandbox.
func violationsOf(calls []journal.Call) string {
	var lines []string
	last := ""
	for _, c := range calls {
		if at := sandboxOf(c.Sandbox, c.Scenario, c.Seed); at != last {
			lines, last = append(lines, at+":"), at
		}
		lines = append(lines, "  call "+c.String())
		for _, v := range c.Violations {
			lines = append(lines, "    "+v.String())
		}
	}
	return strings.Join(lines, "\n")
}

// suite is the summary as JUnit has it: a case for the command, one for the contract, and one for each expectation.
func (s *summary) suite() report.Suite {
	command := report.Case{Class: "mockportal.command", Name: s.run.Command[0], Time: report.Seconds(s.took)} // arguments may be secrets
	if s.ended != nil {
		command.Failure = &report.Failure{Message: s.ended.Error()}
	} else if s.idle() && s.run.RequireCalls {
		command.Failure = &report.Failure{Message: noCalls}
	}
	suite := report.Suite{Name: "mockportal", Time: s.began, Duration: s.took, Cases: []report.Case{command, s.contractCase()}}
	for _, v := range s.history.Verdicts {
		suite.Cases = append(suite.Cases, expectationCases(v)...)
	}
	return suite
}

// contractCase fails if calls violated the contract, those too that the journal has dropped. --allow-violations skips it instead.
func (s *summary) contractCase() report.Case {
	one := report.Case{Class: "mockportal.contract", Name: "all calls keep to the contract"}
	violating := s.violating()
	n := len(violating) + s.history.DroppedViolating
	if n == 0 {
		return one
	}
	message := plural(n, "call violated the contract", "calls violated the contract")
	if s.history.DroppedViolating > 0 {
		message += fmt.Sprintf("; the journal has dropped %d of them", s.history.DroppedViolating)
	}
	if s.run.AllowViolations {
		one.Skipped = &report.Skipped{Message: message + ", which is allowed"}
	} else {
		one.Failure = &report.Failure{Message: message, Text: violationsOf(violating)}
	}
	return one
}

func expectationCases(v sandbox.Verdict) []report.Case {
	var cases []report.Case
	for i, expectation := range v.Scenario.Expect {
		one := report.Case{Class: "mockportal.sandbox." + v.Sandbox, Name: fmt.Sprintf("expectation %d: %s", i+1, expectation)}
		at := slices.IndexFunc(v.Unmet, func(u journal.Unmet) bool { return u.Expectation == i+1 })
		if at >= 0 {
			unmet := v.Unmet[at]
			text := sandboxOf(v.Sandbox, v.Scenario.Name, v.Scenario.Seed) + ":\n" + unmet.String()
			one.Failure = &report.Failure{Message: unmet.Message, Text: text}
		}
		cases = append(cases, one)
	}
	return cases
}
