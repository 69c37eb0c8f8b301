package control_test

import (
	"testing"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// TestCoverage proves that the answer fits the contract with and without calls, is what the portal says from Go, and outlives sandboxes.
func TestCoverage(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"nothing was called": 0, "calls of all kinds": 4} {
		coverage := mock.NewCoverage()
		s := played(t, n, mock.WithCoverage(coverage))
		diff(t, name, coverage.Report(), good[journal.CoverageReport](t, s, "getCoverage", "/__admin/coverage", ""))
	}
	s := played(t, 4)
	good[any](t, s, "createSandbox", "/__admin/sandboxes", `{"scenario":{"format":1,"summary":"Mine.","extends":"trial"},"id":"mine"}`)
	send(t, s.Client(), "GET", s.URL+"/sandboxes/mine"+licensePath+"?f=json&token=admin-token")
	good[any](t, s, "deleteSandbox", "/__admin/sandboxes/mine", "")
	good[any](t, s, "resetSandbox", "/__admin/sandboxes/default/reset", "")
	r := good[journal.CoverageReport](t, s, "getCoverage", "/__admin/coverage", "")
	calls := map[string]int{}
	for _, o := range r.Operations {
		calls[o.Operation] = o.Calls
	}
	for _, c := range r.Scenarios {
		calls[c.Name] = c.Calls
	}
	diff(
		t, "calls", []int{3, 1, 0, 3, 1},
		[]int{calls["getFutureLicense"], calls["provisionOrgEntitlements"], calls["sharingInfo"], calls["trial"], calls["document"]},
	)
}
