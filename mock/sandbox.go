package mock

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
)

// Sandbox is one isolated portal of a server: scenario, state, clock, rules, seed and journal are its own. It is safe for concurrent use.
type Sandbox struct {
	URL string // where it is reached, without a final slash; "" when nobody listens

	box    *sandbox.Sandbox
	portal *Portal
	tb     TB // nil outside of tests
	client *http.Client
}

// Token returns the token that the scenario gives a member. Without one it fails the test, and returns "" outside of tests.
func (s *Sandbox) Token(member string) string {
	token, ok := s.box.World().Token(member)
	if !ok && s.tb != nil {
		s.tb.Helper()
		s.tb.Fatalf("mock: scenario %q gives no token to a member %q%s; its members are %s", s.Scenario(), member, nearest.Suggest(member, s.Members()), strings.Join(s.Members(), ", "))
	}
	return token
}

// Password returns a member's password. Without one it fails the test, and returns "" outside of tests.
func (s *Sandbox) Password(member string) string {
	password, _ := s.box.World().Password(member)
	if password == "" && s.tb != nil {
		s.tb.Helper()
		s.tb.Fatalf("mock: scenario %q gives no password to a member %q%s; its members are %s", s.Scenario(), member, nearest.Suggest(member, s.Members()), strings.Join(s.Members(), ", "))
	}
	return password
}

// Members returns the usernames of the scenario's members, sorted.
func (s *Sandbox) Members() []string { return s.box.World().Usernames() }

// Scenario returns the name of the scenario that is played.
func (s *Sandbox) Scenario() string { return s.box.Scenario().Name }

// Calls returns the journaled calls of some operations, oldest first; of every operation, unknown paths and pages too, when none is named.
// An operation that there is not fails the test.
func (s *Sandbox) Calls(operations ...string) []journal.Call {
	if s.told(known(s.portal.library.Contract(), operations...)) != nil {
		return nil
	}
	return s.Journal(journal.Query{Operations: operations}).Calls
}

// Journal returns the journaled calls that match, and whether any were dropped.
func (s *Sandbox) Journal(q journal.Query) journal.Page { return s.box.Journal.Find(q) }

// Client returns a client that trusts the server's certificate, whatever its names are; nil when nobody listens. Its idle connections are closed with the server.
func (s *Sandbox) Client() *http.Client { return s.client }

// SharingURL returns the address of a resource of the sharing API, the parts joined by slashes as they are.
func (s *Sandbox) SharingURL(parts ...string) string { return s.join("/portal/sharing/rest", parts) }

// PortalAdminURL returns the address of a resource of the Portal Administrator API, the parts joined by slashes as they are.
func (s *Sandbox) PortalAdminURL(parts ...string) string { return s.join("/portal/portaladmin", parts) }

func (s *Sandbox) join(root string, parts []string) string {
	return strings.Join(append([]string{s.URL + root}, parts...), "/")
}

// AddRules puts rules before the scenario's, as they would stand there, one or a list, YAML or JSON.
// The error tells everything that is wrong with them; in a test it fails the test.
func (s *Sandbox) AddRules(document string) error {
	rules, err := s.portal.library.Rules(s.box.Scenario(), []byte(document))
	if err == nil {
		s.box.AddRules(rules)
	}
	return s.told(err)
}

// Reset puts everything back to the start of the scenario, journal, numbers and added rules too, and lets go of every answer that is held back.
func (s *Sandbox) Reset() error { return s.told(s.box.Reset()) }

// Play starts another scenario by its name. World, clock and rules start over, the journal stays.
func (s *Sandbox) Play(scenario string) error {
	next, err := s.portal.library.Scenario(scenario)
	if err == nil {
		err = s.box.Play(next)
	}
	return s.told(err)
}

// told fails the test with an error, where there is a test.
func (s *Sandbox) told(err error) error {
	if err != nil && s.tb != nil {
		s.tb.Helper()
		s.tb.Fatalf("mock: %v", err)
	}
	return err
}

// checkViolations fails the test with one line per violation.
func (s *Sandbox) checkViolations() {
	s.tb.Helper()
	with := true
	page := s.Journal(journal.Query{Violations: &with})
	dropped := s.box.Journal.DroppedViolating()
	if len(page.Calls)+dropped == 0 {
		return
	}
	var b strings.Builder
	for _, call := range page.Calls {
		for _, v := range call.Violations {
			fmt.Fprintf(&b, "\n\tcall %d, %s %s: %s", call.Number, call.Method, call.Path, v)
		}
	}
	if dropped > 0 {
		fmt.Fprintf(&b, "\n\t%d of them are no longer held by the journal (mock.WithJournal bounds it)", dropped)
	}
	fmt.Fprintf(&b, "\n\tin sandbox %q, scenario %q, seed %d", s.box.ID, s.Scenario(), s.box.Scenario().Seed)
	s.tb.Errorf("mock: %d of the calls to the portal violated its contract (mock.AllowViolations lets them pass):%s", len(page.Calls)+dropped, b.String())
}
