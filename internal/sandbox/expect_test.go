package sandbox_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// TestUnmet holds each kind of expectation against the same calls, once met and once not.
func TestUnmet(t *testing.T) {
	t.Parallel()
	calls := []journal.Call{
		{Operation: "getFutureLicense", Kind: openapi.Licensing, Member: "admin", Outcome: journal.OK, Params: map[string]any{"f": "json"}},
		{Operation: "getFutureLicense", Kind: openapi.Licensing, Outcome: journal.Error, ErrorCode: 498, Params: map[string]any{"f": journal.Repeated{"pjson", "json"}}, Violations: []openapi.Violation{{}}},
		{Operation: "generateToken", Kind: openapi.Support, Outcome: journal.OK},
	}
	for _, tt := range []struct {
		name, expect string
		want         []sandbox.Unmet
	}{
		{"none", "", []sandbox.Unmet{}},
		{"support calls do not count unless named", "{ when: {}, exactly: 2 }, { when: { operation: generateToken }, exactly: 1 }", []sandbox.Unmet{}},
		{"exactly, too many", "{ when: { operation: getFutureLicense }, exactly: 1 }", []sandbox.Unmet{{Expectation: 1, Seen: 2, AtLeast: 1, AtMost: 1}}},
		{"at least, too few", "{ when: { operation: provisionOrgEntitlements }, atLeast: 1 }", []sandbox.Unmet{{Expectation: 1, AtLeast: 1, AtMost: -1}}},
		{"at least", "{ when: { operation: getFutureLicense }, atLeast: 2 }", []sandbox.Unmet{}},
		{"at most, too many", "{ when: {}, atMost: 1 }", []sandbox.Unmet{{Expectation: 1, Seen: 2, AtMost: 1}}},
		{"at most", "{ when: {}, atMost: 2 }", []sandbox.Unmet{}},
		{"outcome", "{ when: { outcome: ok }, exactly: 1 }, { when: { outcome: fault }, exactly: 0 }", []sandbox.Unmet{}},
		{"error code", "{ when: { errorCode: 498 }, exactly: 1 }, { when: { errorCode: 499 }, exactly: 1 }", []sandbox.Unmet{{Expectation: 2, AtLeast: 1, AtMost: 1}}},
		{"violations", "{ when: { violations: some }, exactly: 1 }, { when: { violations: none }, exactly: 1 }", []sandbox.Unmet{}},
		{"member", "{ when: { member: admin }, exactly: 1 }, { when: { member: viewer }, exactly: 0 }", []sandbox.Unmet{}},
		{"of a repeated name the first value", "{ when: { operation: getFutureLicense, params: { f: pjson } }, exactly: 1 }, { when: { operation: getFutureLicense, params: { f: json } }, exactly: 1 }", []sandbox.Unmet{}},
		{"each by its place", "{ when: {}, exactly: 2 }, { when: {}, exactly: 3 }", []sandbox.Unmet{{Expectation: 2, Seen: 2, AtLeast: 3, AtMost: 3}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := box(t, sandbox.Options{Scenario: written(t, "expect: ["+tt.expect+"]\n")})
			for _, call := range calls {
				b.Journal.Append(journal.Record{Call: call, Detail: func(*journal.Call) {}})
			}
			if diff := cmp.Diff(tt.want, b.Unmet()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
