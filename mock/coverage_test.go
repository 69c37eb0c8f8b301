package mock_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// exercised is a coverage in a form that one can read: what has been exercised at all, with its counts.
func exercised(r journal.CoverageReport) map[string]int {
	found := map[string]int{}
	add := func(prefix string, counts []journal.Count) {
		for _, c := range counts {
			if c.Calls > 0 {
				found[prefix+c.Name] = c.Calls
			}
		}
	}
	for _, o := range r.Operations {
		add("", []journal.Count{{Name: o.Operation, Calls: o.Calls}})
		add(o.Operation+" param ", o.Params)
		add(o.Operation+" outcome ", o.Outcomes)
	}
	add("scenario ", r.Scenarios)
	return found
}

// TestCoverage proves what a call adds to the coverage.
func TestCoverage(t *testing.T) {
	t.Parallel()
	const rule = `rules:
  - when: { operation: getFutureLicense, params: { f: pjson } }
    reply: { error: errors/portaladmin/internal }
  - when: { operation: getFutureLicense, member: viewer }
    reply: { error: errors/portaladmin/not-permitted }
  - when: { operation: getFutureLicense, member: jsmith }
    fault: { kind: empty }
  - when: { operation: getFutureLicense, absent: [token] }
    fault: { kind: empty }
  - when: { operation: sharingInfo }
    reply: { status: 503, offSpec: true }
`
	document := mock.WithScenarioDocument(
		[]byte(
			"format: 1\nsummary: It fails.\nextends: trial\n" +
				"world: { members: { jsmith: { token: jsmith-token, orgId: HwhoSWTiJyaB0VDi, role: org_admin } } }\n" + rule,
		),
	)
	l := func(more map[string]int) map[string]int {
		all := map[string]int{"getFutureLicense": 1, "getFutureLicense param f": 1, "getFutureLicense param token": 1, "scenario document": 1}
		maps.Copy(all, more)
		return all
	}
	for _, tt := range []struct {
		name string
		call request
		want map[string]int
	}{
		{"a success", license(), l(map[string]int{"getFutureLicense outcome ok": 1})},
		{"an error", license().with("token", "nonsense"), l(map[string]int{"getFutureLicense outcome token-invalid": 1})},
		{
			"a parameter twice", get(licensePath+"?f=json", "f", "json", "token", "admin-token"),
			l(map[string]int{"getFutureLicense param f": 2, "getFutureLicense outcome ok": 1}),
		},
		{
			"a rule's error that the operation has", license().with("token", "viewer-token"),
			l(map[string]int{"getFutureLicense outcome not-permitted": 1}),
		},
		{"a rule's error that it does not have", license().with("f", "pjson"), l(nil)},
		{"an unknown parameter", license().with("outputFormat", "x"), l(map[string]int{"getFutureLicense outcome ok": 1})},
		{"an unknown path", get("/nothing"), map[string]int{}},
		{"another method", license().by("POST"), l(map[string]int{"getFutureLicense outcome method-not-supported": 1})},
		{
			"a rule's status", get("/sharing/rest/info", "f", "json"),
			map[string]int{"sharingInfo": 1, "sharingInfo param f": 1, "scenario document": 1},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			coverage := mock.NewCoverage()
			call(t, portal(t, document, mock.WithCoverage(coverage)), tt.call)
			diff(t, "coverage", tt.want, exercised(coverage.Report()))
		})
	}
	for name, row := range map[string]struct {
		call request
		want map[string]int
	}{
		"a fault in place of a success": {license().with("token", "jsmith-token"), l(nil)},
		"a fault in place of an error": {
			license().with("token", ""),
			map[string]int{"getFutureLicense": 1, "getFutureLicense param f": 1, "scenario document": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			coverage := mock.NewCoverage()
			s := mock.NewServer(t, document, mock.WithCoverage(coverage))
			if resp, err := s.Client().Do(row.call.to(t, s.URL)); err == nil {
				_ = resp.Body.Close()
				t.Fatal("there is no fault")
			}
			diff(t, "coverage", row.want, exercised(coverage.Report()))
		})
	}
}

// TestCoverageIsShared proves that several portals count in a coverage that they share, and that another portal does not.
func TestCoverageIsShared(t *testing.T) {
	t.Parallel()
	shared := mock.NewCoverage()
	one, two := portal(t, mock.WithCoverage(shared)), mock.NewServer(t, mock.WithCoverage(shared), mock.WithScenario("purchased"))
	call(t, one, license())
	ask(t, two, license())
	ask(t, two, provision())
	call(t, portal(t), license())
	found := exercised(shared.Report())
	diff(
		t, "calls", []int{2, 1, 1, 2},
		[]int{found["getFutureLicense"], found["provisionOrgEntitlements"], found["scenario trial"], found["scenario purchased"]},
	)
}

// unplayed returns the names of those that no call exercised.
func unplayed(counts []journal.Count) []string {
	var names []string
	for _, c := range counts {
		if c.Calls == 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// TestCoverageHasAll proves that the report has every operation of the contract with its parameters and errors, and every scenario, also
// those never exercised.
func TestCoverageHasAll(t *testing.T) {
	t.Parallel()
	r := mock.NewCoverage().Report()
	diff(t, "exercised", map[string]int{}, exercised(r))
	var want, got []string
	for _, o := range contract.BuiltIn().Operations() {
		want = append(want, o.ID, string(o.Kind))
		want = append(append(append(want, o.ParameterNames()...), "ok"), o.Errors...)
	}
	for _, o := range r.Operations {
		got = append(got, o.Operation, string(o.Kind))
		for _, c := range slices.Concat(o.Params, o.Outcomes) {
			got = append(got, c.Name)
		}
	}
	diff(t, "operations", want, got)
	diff(t, "scenarios", scenario.BuiltIn().Names(), unplayed(r.Scenarios))
}

// TestCoverageText proves that the coverage as a text is a few lines.
func TestCoverageText(t *testing.T) {
	t.Parallel()
	coverage := mock.NewCoverage()
	p := portal(t, mock.WithCoverage(coverage))
	diff(t, "nothing", "coverage: no operation was called", coverage.Report().String())
	call(t, p, get("/sharing/rest/info", "f", "json"))
	golden(t, "coverage", "support", coverage.Report().String()+"\n")
	call(t, p, license())
	call(t, p, license().with("token", "nonsense"))
	call(t, p, provision())
	golden(t, "coverage", "licensing", coverage.Report().String()+"\n")
	onlyGolden(t, "coverage", map[string]bool{"support": true, "licensing": true})
}
