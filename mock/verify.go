package mock

import (
	"context"
	"errors"
	"fmt"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/mock/journal"
)

// Verify fails the test with an explanation when the calls so far do not meet the expectations: for each the calls that come closest, and in
// what they differ. It returns whether they are met.
func (s *Sandbox) Verify(tb TB, expect ...Expectation) bool {
	tb.Helper()
	return s.VerifyAll(tb, Expectations{Expect: expect})
}

// VerifyAll does what Verify does, in order and with waiting where that is asked for.
func (s *Sandbox) VerifyAll(tb TB, expectations Expectations) bool {
	tb.Helper()
	verdict, err := s.Judge(context.Background(), expectations)
	if err != nil {
		tb.Fatalf("mock: %v", err)
		return false
	}
	return s.tell(tb, verdict)
}

// Judge does what VerifyAll does without a test. The error says what is wrong with the expectations; a verdict that is not met is none.
// It waits no longer than ctx.
func (s *Sandbox) Judge(ctx context.Context, expectations Expectations) (journal.Verdict, error) {
	read, err := expectations.read(s.portal.library, s.box.Scenario())
	if err != nil {
		return journal.Verdict{}, err
	}
	return s.box.Journal.Verify(ctx, read), nil
}

// tell fails a test with a verdict that is not met.
func (s *Sandbox) tell(tb TB, verdict journal.Verdict) bool {
	tb.Helper()
	if !verdict.Met() {
		tb.Errorf("mock: %s: %s", s.name(), verdict)
	}
	return verdict.Met()
}

// name is the sandbox as failures call it, with what it takes to play the same again.
func (s *Sandbox) name() string {
	scenario := s.box.Scenario()
	return fmt.Sprintf("sandbox %q (scenario %q, seed %d)", s.box.ID, scenario.Name, scenario.Seed)
}

// Await blocks until there are n calls of an operation, and returns all of them, oldest first. The error is that of ctx when it ended first,
// journal.ErrClosed when the portal was closed first, or says that there is no such operation, which fails a test. Calls that were dropped do not
// count.
func (s *Sandbox) Await(ctx context.Context, operation string, n int) ([]journal.Call, error) {
	if err := s.told(known(s.portal.library.Contract(), operation)); err != nil {
		return nil, err
	}
	page, err := s.box.Journal.Wait(ctx, journal.Query{Operations: []string{operation}}, n)
	if err == nil {
		return page.Calls, nil
	}
	lost := ""
	if !page.Complete {
		lost = fmt.Sprintf(" (not complete: %d dropped)", page.Dropped)
	}
	return page.Calls, fmt.Errorf("mock: %s: %d of %d calls of %s came%s: %w", s.name(), page.Total, n, operation, lost, err)
}

// known returns an error that names the operations which are not in the contract.
func known(c *contract.Contract, operations ...string) error {
	var errs []error
	for _, id := range operations {
		if _, ok := c.Operation(id); !ok {
			errs = append(errs, fmt.Errorf("no operation %q%s", id, nearest.Suggest(id, c.OperationIDs())))
		}
	}
	return errors.Join(errs...)
}

// checkExpectations fails the test when the scenario's own expectations are not met.
func (s *Sandbox) checkExpectations() {
	s.tb.Helper()
	s.tell(s.tb, s.box.Verify(context.Background()))
}

// logJournal writes what came to the log of a test that failed.
func (s *Sandbox) logJournal() {
	if !s.tb.Failed() {
		return
	}
	s.tb.Helper()
	page := s.Journal(journal.Query{})
	lost := ""
	if !page.Complete {
		lost = fmt.Sprintf(", after %d that are no longer held", page.Dropped)
	}
	if page.Total == 0 {
		s.tb.Logf("mock: %s: no calls came%s", s.name(), lost)
		return
	}
	s.tb.Logf("mock: %s: the journal%s\n%s", s.name(), lost, page.Table())
}
