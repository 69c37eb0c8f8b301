package mock

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// Sandbox is one isolated portal of a [Server]: scenario, state, clock, rules, seed and journal are its own. Its methods return no
// errors: what goes wrong ends the test that the sandbox was made for. It is safe for concurrent use.
type Sandbox struct {
	URL string // the root of its paths, without a final slash

	common
}

// common is a sandbox, and the test that it was made for. Its methods are those of a [Server] and of a [Sandbox]: go doc lists the methods
// of an embedded type only if the type is not exported.
type common struct {
	url    string
	portal *Portal // the same sandbox, with errors
	tb     TB
	client *http.Client
	shared atomic.Bool // a sandbox was made beside this one, so that nobody may mean to use this one
}

// require ends the test with an error.
func (s *common) require(err error) {
	s.tb.Helper()
	if err != nil {
		s.tb.Fatalf("mock: %v", err)
	}
}

// Client returns a client that trusts the server's certificate. Its idle connections are closed with the server.
func (s *common) Client() *http.Client { return s.client }

// SharingURL returns the address of a resource of the sharing API. It joins the parts by slashes, and escapes nothing.
func (s *common) SharingURL(parts ...string) string { return s.join("/portal/sharing/rest", parts) }

// PortalAdminURL returns the address of a resource of the Portal Administrator API. It joins the parts by slashes, and escapes nothing.
func (s *common) PortalAdminURL(parts ...string) string { return s.join("/portal/portaladmin", parts) }

func (s *common) join(root string, parts []string) string {
	return strings.Join(append([]string{s.url + root}, parts...), "/")
}

// Scenario returns the name of the scenario that is played.
func (s *common) Scenario() string { return s.portal.box.Scenario().Name }

// Members returns the usernames of the scenario's members, sorted.
func (s *common) Members() []string { return s.portal.box.World().Usernames() }

// Token returns the token that the scenario gives a member. A member without one fails the test.
func (s *common) Token(member string) string {
	s.tb.Helper()
	token, err := s.portal.Token(member)
	s.require(err)
	return token
}

// Password returns a member's password. A member without one fails the test.
func (s *common) Password(member string) string {
	s.tb.Helper()
	password, err := s.portal.Password(member)
	s.require(err)
	return password
}

// Calls returns the journaled calls of these operations, oldest first; with no operation, all calls, also those of unknown paths and of
// pages. An unknown operation fails the test.
func (s *common) Calls(operations ...string) []journal.Call {
	s.tb.Helper()
	calls, err := s.portal.Calls(operations...)
	s.require(err)
	return calls
}

// Journal returns the journaled calls that match, and whether any were dropped.
func (s *common) Journal(q journal.Query) journal.Page { return s.portal.box.Journal.Find(q) }

// AddRule puts rules before the scenario's. Mistakes in them fail the test.
func (s *common) AddRule(rules ...Rule) {
	s.tb.Helper()
	s.require(s.portal.AddRule(rules...))
}

// AddRules is AddRule for a text: one rule or a list, in YAML or JSON, as a scenario file has them.
func (s *common) AddRules(document string) {
	s.tb.Helper()
	s.require(s.portal.AddRules(document))
}

// Reset puts everything back to the start of the scenario: world, clock, journal and its numbers. It drops added rules and releases every
// answer that a rule holds back.
func (s *common) Reset() {
	s.tb.Helper()
	s.require(s.portal.Reset())
}

// Play starts another scenario by its name. World, clock and rules start over, the journal stays. An unknown scenario fails the test.
func (s *common) Play(scenario string) {
	s.tb.Helper()
	s.require(s.portal.Play(scenario))
}

// Await blocks until there are n calls of an operation, and returns all of them, oldest first. Dropped calls do not count.
// It fails the test when ctx ends or the server is closed first, and for an unknown operation.
func (s *common) Await(ctx context.Context, operation string, n int) []journal.Call {
	s.tb.Helper()
	calls, err := s.portal.Await(ctx, operation, n)
	s.require(err)
	return calls
}

// Verify fails a test when the calls so far do not meet the expectations, and returns whether they do. The failure explains each unmet
// expectation by the calls that come closest, shows how they differ, and names the other sandboxes that have such calls.
func (s *common) Verify(tb TB, expect ...Expectation) bool {
	tb.Helper()
	return s.VerifyAll(tb, Expectations{Expect: expect})
}

// VerifyAll does what Verify does, in order and with waiting where the expectations ask for it.
func (s *common) VerifyAll(tb TB, expectations Expectations) bool {
	tb.Helper()
	verdict, err := s.portal.Verify(context.Background(), expectations)
	if err != nil {
		tb.Fatalf("mock: %v", err)
		return false
	}
	return s.report(tb, verdict)
}

// report fails a test with an unmet verdict.
func (s *common) report(tb TB, verdict journal.Verdict) bool {
	tb.Helper()
	if !verdict.Met() {
		tb.Errorf("mock: %s: %s", s.portal.name(), verdict)
	}
	return verdict.Met()
}

// watch has the sandbox checked at the end of its test, and its journal logged if the test has failed by then. Both are reported at the
// line that made the sandbox.
func (s *common) watch(c *config) {
	s.tb.Helper()
	s.tb.Cleanup(s.logJournal) // cleanups run last first
	if !c.allowViolations {
		s.tb.Cleanup(s.checkViolations)
	}
	if c.checkExpectations {
		s.tb.Cleanup(s.checkExpected)
	}
}

// checkExpected fails the test when the calls do not meet what the scenario expects, or when it expects nothing.
func (s *common) checkExpected() {
	s.tb.Helper()
	verdict := s.portal.judge(context.Background(), s.portal.box.Scenario().Expectations)
	if verdict.Expectations == 0 {
		s.tb.Errorf("mock: %s: CheckExpectations has nothing to check: the scenario has no expect", s.portal.name())
	}
	s.report(s.tb, verdict)
}

// checkViolations fails the test with one line per violation.
func (s *common) checkViolations() {
	s.tb.Helper()
	with := true
	page := s.Journal(journal.Query{Violations: &with})
	lost := s.portal.box.Journal.DroppedViolating()
	if len(page.Calls)+lost == 0 {
		return
	}
	var b strings.Builder
	for _, call := range page.Calls {
		for _, v := range call.Violations {
			fmt.Fprintf(&b, "\n\tcall %d, %s %s: %s", call.Number, call.Method, call.Path, v)
		}
	}
	if lost > 0 {
		fmt.Fprintf(&b, "\n\t%d of them were dropped from the journal (mock.WithJournal bounds it)", lost)
	}
	fmt.Fprintf(&b, "\n\tin %s", s.portal.name())
	const format = "mock: %d of the calls to the portal violated its contract (mock.AllowViolations lets them pass):%s"
	s.tb.Errorf(format, len(page.Calls)+lost, &b)
}

// logJournal logs the journal of a test that has failed; not an empty one of a server on which the test uses sandboxes instead.
func (s *common) logJournal() {
	s.tb.Helper()
	if !s.tb.Failed() {
		return
	}
	page := s.Journal(journal.Query{})
	switch {
	case page.Total > 0:
		s.tb.Logf("mock: %s: the journal%s\n%s", s.portal.name(), dropped(page), page.Table())
	case !s.shared.Load():
		s.tb.Logf("mock: %s: 0 calls in the journal", s.portal.name())
	}
}

// Clock is a sandbox's clock. Trials and purchases end, parts of the licence take effect and tokens expire as it moves. It never goes
// back; [Sandbox.Reset] starts it over. It is safe for concurrent use.
type Clock struct{ of *common }

// Clock returns the sandbox's clock.
func (s *common) Clock() Clock { return Clock{s} }

// Now returns the portal's time.
func (c Clock) Now() time.Time { return c.of.portal.box.ReadClock().Now }

// Advance moves the clock on. A negative duration fails the test.
func (c Clock) Advance(d time.Duration) {
	c.of.tb.Helper()
	c.of.require(c.of.portal.Advance(d))
}

// AdvanceTo moves the clock on to an instant. An instant that has passed fails the test.
func (c Clock) AdvanceTo(at time.Time) {
	c.of.tb.Helper()
	c.of.require(c.of.portal.AdvanceTo(at))
}

// SetMode makes the clock stand still ("frozen"), run ("running"), or follow the wall clock with all dates of the world shifted along
// ("wall"). Another mode fails the test.
func (c Clock) SetMode(mode string) {
	c.of.tb.Helper()
	switch mode := scenario.ClockMode(mode); mode {
	case scenario.Frozen, scenario.Running, scenario.Wall:
		c.of.require(c.of.portal.box.ChangeClock(sandbox.ClockChange{Mode: mode}))
	default:
		c.of.tb.Fatalf("mock: no clock mode %q: allowed are frozen, running and wall", mode)
	}
}
