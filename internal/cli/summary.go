package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// summary is what came of a command that was run beside a portal.
type summary struct {
	command  string // its name only: arguments may be secrets
	root     string // of the portal
	lenient  bool   // calls that violated the contract do not fail the run
	began    time.Time
	took     time.Duration
	ended    error // nil: with 0
	history  sandbox.Past
	coverage journal.CoverageReport
}

// historyOf waits for calls that are still to come, as the scenarios say; of a command that never ran none do.
func (s *summary) historyOf(ctx context.Context, portal *started) sandbox.Past {
	if !s.ran() {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		ctx = ended
	}
	return portal.Sandboxes.Past(ctx)
}

// ran reports whether the command was started.
func (s *summary) ran() bool {
	var status exitStatus
	return s.ended == nil || errors.As(s.ended, &status) && !status.unstarted
}

// conclude says what came of the command, and what was wrong with our own files, and returns what the program ends with: the command's own
// end counts before ours.
func (s *summary) conclude(w io.Writer, err error) error {
	if s.ran() {
		say(w, "\n"+s.String())
	}
	switch {
	case s.ended == nil && err != nil:
		return err
	case err != nil:
		say(w, "mockportal: "+err.Error())
	}
	return s.verdict()
}

// verdict is what the program ends with: the command's own end, else that of the checks.
func (s *summary) verdict() error {
	switch {
	case s.ended != nil:
		return s.ended
	case s.unmet() > 0 || !s.lenient && (len(s.violating()) > 0 || s.blind()):
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
	calls, violating := s.history.Calls, s.violating()
	fmt.Fprintf(&b, "mockportal: %s, %s against the contract, %s", s.counts(), none(len(violating)), s.expectations())
	if len(calls.Calls) == 0 && calls.Complete && s.ended == nil {
		b.WriteString("\nThe command did not call the portal, which it finds by MOCKPORTAL_URL and the variables beside it.")
	}
	if !calls.Complete {
		fmt.Fprintf(&b, "\nnot complete: %s no longer held (%s against the contract)", plural(calls.Dropped, "earlier call is", "earlier calls are"), none(s.history.DroppedViolating))
	}
	if s.ended != nil {
		fmt.Fprintf(&b, "\n%s", s.ended)
	}
	if len(violating) > 0 {
		fmt.Fprintf(&b, "\n%s", violationsOf(violating[:min(len(violating), mostShown)]))
	}
	if more := len(violating) - mostShown; more > 0 {
		fmt.Fprintf(&b, "\n… and %s against the contract; --report FILE has all", plural(more, "more call", "more calls"))
	}
	for _, v := range s.history.Verdicts {
		if !v.Met() || !v.Complete {
			fmt.Fprintf(&b, "\n%s: %s", place(v.Sandbox, v.Scenario.Name, v.Scenario.Seed), v.Verdict)
		}
	}
	fmt.Fprintf(&b, "\n%s", s.coverage)
	return b.String()
}

// mostShown is how many calls against the contract the summary has at most: a loop that goes wrong makes one mistake a thousand times.
const mostShown = 20

// expectations says how many of the scenarios' expectations were kept.
func (s *summary) expectations() string {
	all, unmet := 0, s.unmet()
	for _, v := range s.history.Verdicts {
		all += v.Expectations
	}
	switch {
	case all == 0:
		return "nothing expected"
	case unmet > 0:
		return fmt.Sprintf("%d of %s unmet", unmet, plural(all, "expectation", "expectations"))
	}
	return plural(all, "expectation", "expectations") + " met"
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

// place names a sandbox with what it takes to play the same again.
func place(sandbox, scenario string, seed uint64) string {
	return fmt.Sprintf("sandbox %q (scenario %q, seed %d)", sandbox, scenario, seed)
}

// violationsOf writes calls with a line for each of their violations, under the sandbox that they came to.
func violationsOf(calls []journal.Call) string {
	var lines []string
	last := ""
	for _, c := range calls {
		if at := place(c.Sandbox, c.Scenario, c.Seed); at != last {
			lines, last = append(lines, at+":"), at
		}
		lines = append(lines, "  call "+c.String())
		for _, v := range c.Violations {
			lines = append(lines, "    "+v.String())
		}
	}
	return strings.Join(lines, "\n")
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
	broken := map[string][]journal.Call{}
	var sandboxes []string
	for i := range s.history.Calls.Calls {
		c := &s.history.Calls.Calls[i]
		if !slices.Contains(sandboxes, c.Sandbox) {
			sandboxes = append(sandboxes, c.Sandbox)
		}
		if len(c.Violations) > 0 {
			broken[c.Sandbox] = append(broken[c.Sandbox], *c)
		}
	}
	var cases []report.Case
	for _, sandbox := range sandboxes {
		one := report.Case{Class: "mockportal.sandbox." + sandbox, Name: "keeps to the contract"}
		if calls := broken[sandbox]; len(calls) > 0 {
			s.blame(&one, plural(len(calls), "call violated the contract", "calls violated the contract"), violationsOf(calls))
		}
		cases = append(cases, one)
	}
	if s.blind() {
		one := report.Case{Class: "mockportal.journal", Name: "keeps what violated the contract"}
		s.blame(&one, plural(s.history.DroppedViolating, "call that violated the contract is no longer held", "calls that violated the contract are no longer held"), "")
		cases = append(cases, one)
	}
	return cases
}

// blame has a case fail for violations, unless those are allowed.
func (s *summary) blame(one *report.Case, message, text string) {
	if s.lenient {
		one.Skipped = message + ", which is allowed"
		return
	}
	one.Failure = &report.Failure{Message: message, Text: text}
}

func expectationCases(v sandbox.Verdict) []report.Case {
	var cases []report.Case
	for i, expectation := range v.Scenario.Expect {
		one := report.Case{Class: "mockportal.sandbox." + v.Sandbox, Name: fmt.Sprintf("expectation %d: %s", i+1, expectation)}
		at := slices.IndexFunc(v.Unmet, func(u journal.Unmet) bool { return u.Expectation == i+1 })
		if at >= 0 {
			one.Failure = &report.Failure{Message: v.Unmet[at].Message, Text: place(v.Sandbox, v.Scenario.Name, v.Scenario.Seed) + ":\n" + v.Unmet[at].String()}
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
