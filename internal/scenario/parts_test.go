package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/scenario"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"0s": 0, "0": 0, "1ms": time.Millisecond, "1m30s": 90 * time.Second, "0d": 0, "1d": day, "31d": 31 * day,
		"1d12h": 36 * time.Hour, "30d0.5s": 30*day + 500*time.Millisecond, "99999d": 99999 * day,
	} {
		got, err := scenario.ParseDuration(text)
		if err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", " ", "d", "1", "-1s", "+1s", "-1d", "1d-1h", "1.5d", "1d1d", "12h1d", "1 d", "100000d", "106752d", "1w", "1D",
		"31 days", "1d+1h",
	} {
		got, err := scenario.ParseDuration(text)
		if err == nil {
			t.Errorf("%q is %v", text, got)
			continue
		}
		if diff := cmp.Diff(`"`+text+`" must be a duration of 0 or more, such as 50ms, 1m30s or 31d`, err.Error()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestRules reads one rule and lists of rules, in YAML and in JSON.
func TestRules(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	trial := find(t, library, "trial")
	slow := scenario.Rule{Name: "slow", When: scenario.Matcher{Member: "admin"}, Delay: scenario.Delay{Min: time.Second, Max: time.Second}}
	reset := scenario.Rule{
		When: scenario.Matcher{Operation: "user"}, Chance: 0.5, InARow: 1,
		Fault: &scenario.ConnectionFault{Kind: scenario.ResetFault},
	}
	rare := reset
	rare.InARow, rare.After, rare.Times = 3, 2, 7
	for name, tt := range map[string]struct {
		source string
		want   []scenario.Rule
	}{
		"one, YAML": {"name: slow\nwhen: { member: admin }\ndelay: 1s\n", []scenario.Rule{slow}},
		"one, JSON": {`{"name":"slow","when":{"member":"admin"},"delay":"1s"}`, []scenario.Rule{slow}},
		"a list, YAML": {
			"- { name: slow, when: { member: admin }, delay: 1s }\n- { when: { operation: user }, chance: 0.5, fault: { kind: reset } }\n",
			[]scenario.Rule{slow, reset},
		},
		"a list, JSON": {
			`[{"when":{"operation":"user"},"chance":0.5,"inARow":3,"after":2,"times":7,"fault":{"kind":"reset"}}]`,
			[]scenario.Rule{rare},
		},
		"an empty list": {"[]", nil},
	} {
		got, err := library.Rules(trial, []byte(tt.source))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, got, ignoreGiven()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestRulesReferToScenarioAndLibrary: a rule's member must be one of the scenario, and its fixture one of the library.
func TestRulesReferToScenarioAndLibrary(t *testing.T) {
	t.Parallel()
	library := open(t, pack(
		"scenarios/ours.yaml", "format: 1\nextends: trial\nworld: { members: { eva: { role: org_user, orgId: HwhoSWTiJyaB0VDi } } }\n",
		"fixtures/errors/portaladmin/teapot.json", `{"error":{"code":500,"message":"teapot","details":null}}`,
	))
	ours, trial := find(t, library, "ours"), find(t, library, "trial")
	eva := []byte("when: { member: eva }\ndelay: 1s\n")
	if _, err := library.Rules(ours, eva); err != nil {
		t.Errorf("a member of the scenario: %v", err)
	}
	if _, err := library.Rules(trial, eva); err == nil || !strings.HasPrefix(err.Error(), `rules:1:17: no member "eva"`) {
		t.Errorf("a member of another scenario: %v", err)
	}
	const teapot = "when: { operation: getFutureLicense }\nreply: { error: errors/portaladmin/teapot }\n"
	if rules, err := library.Rules(trial, []byte(teapot)); err != nil || !strings.Contains(string(rules[0].Reply.Document.Body), "teapot") {
		t.Errorf("a fixture of the pack: %v, %v", rules, err)
	}
	if _, err := scenario.BuiltIn().Rules(find(t, scenario.BuiltIn(), "trial"), []byte(teapot)); err == nil {
		t.Error("a fixture of another library is taken")
	}
}

func TestRulesMistakes(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	for _, tt := range []struct{ name, source, want string }{
		{"nothing at all", "", "rules: the document is empty"},
		{"not YAML", "{", "rules:2:1: not YAML: did not find expected node content"},
		{"a text", "slow", "rules:1:1: the rule must be an object, not text"},
		{"no action", "when: {}", "rules:1:1: the rule does nothing: it needs a delay, a reply or a fault"},
		{"no when", "delay: 1s", "rules:1:1: the rule has no when, which is required"},
		{"an unknown key", "- when: {}\n  delay: 1s\n  tmes: 1\n", `rules:3:3: unknown key "tmes"`},
		{"an unknown member", "- { when: { member: admn }, delay: 1s }", `rules:1:21: no member "admn" (did you mean "admin"?)`},
		{
			"an unknown operation", "[{\"when\":{\"operation\":\"usr\"},\n\"delay\":\"1s\"}]",
			`rules:1:23: no operation "usr" (did you mean "user"?)`,
		},
		{
			"an unreachable one", "- { when: {}, delay: 1s }\n- { when: { member: admin }, delay: 1s }\n",
			"rules:2:3: unreachable: the rule in line 1 matches every call that this rule matches",
		},
		{
			"an off-spec reply", "when: { operation: getFutureLicense }\nreply: { status: 200, body: {} }\n",
			"rules:2:29: this body of getFutureLicense is off-spec: /appBundles is missing",
		},
		{
			"all at once", "- { when: { member: x1 }, delay: soon }\n- 7\n",
			"rules:1:34: delay must be a duration of 0 or more, such as 50ms, 1m30s or 2d, not \"soon\"\nrules:2:3: ",
		},
	} {
		rules, err := library.Rules(find(t, library, "trial"), []byte(tt.source))
		if err == nil {
			t.Errorf("%s: is %v", tt.name, rules)
			continue
		}
		if got := mistakesOf(t, err).Error(); !strings.Contains(got, tt.want) {
			t.Errorf("%s: want %s, got\n%s", tt.name, tt.want, got)
		}
	}
}

// TestExpectations reads expectations, with inOrder and within, in YAML and in JSON.
func TestExpectations(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	trial := find(t, library, "trial")
	once := scenario.Expectation{When: scenario.Matcher{Operation: "getFutureLicense", Member: "admin"}, AtLeast: 1, AtMost: 1, Exact: true}
	for name, tt := range map[string]struct {
		source string
		want   scenario.Expectations
	}{
		"YAML": {
			"expect:\n  - { when: { operation: getFutureLicense, member: admin }, exactly: 1 }\n",
			scenario.Expectations{Expect: []scenario.Expectation{once}},
		},
		"JSON": {
			`{"inOrder":true,"within":"2s","expect":[{"when":{"operation":"getFutureLicense","member":"admin"},"exactly":1}]}`,
			scenario.Expectations{Expect: []scenario.Expectation{once}, InOrder: true, Within: 2 * time.Second},
		},
	} {
		got, err := library.Expectations(trial, "document", []byte(tt.source))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	const stranger = "{ expect: [{ when: { member: somebody }, exactly: 1 }] }"
	got, err := library.Expectations(nil, "document", []byte(stranger))
	if err != nil || len(got.Expect) != 1 || got.Expect[0].When.Member != "somebody" {
		t.Errorf("without a scenario any member may be named: got %v and %v", got, err)
	}
	for source, want := range map[string]string{
		stranger:         `document:1:30: no member "somebody"`,
		"{}":             "document:1:1: a verification has no expect, which is required",
		"{ expect: [] }": "document:1:11: expect must have at least one expectation: without one, everything would pass",
		"{ expect: [{ when: {}, exactly: 1 }], wthin: 2s}": "document:1:39: unknown key \"wthin\" (did you mean \"within\"?); a " +
			"verification has expect, inOrder, within",
		"[": "document:2:1: not YAML: ",
	} {
		_, err := library.Expectations(trial, "document", []byte(source))
		if got := mistakesOf(t, err).Error(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}

// TestExpectationInWords checks the line that describes an expectation.
func TestExpectationInWords(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	for want, expect := range map[string]string{
		"exactly 1 call of any licensing operation": "{ when: {}, exactly: 1 }",
		"exactly 0 calls of generateToken by admin": "{ when: { operation: " +
			"generateToken, member: admin }, exactly: 0 }",
		"at least 2 calls of any licensing operation with outcome error, error code 498, " +
			"no violations": "{ when: { outcome: error, errorCode: 498, violations: none }, atLeast: 2 }",
		"at most 1 call of any operation with violations":  "{ when: { violations: some }, atMost: 1 }",
		"at most 0 calls of any operation with violations": "{ when: { violations: some }, atMost: 0 }",
		`at least 2 and at most 3 calls of generateToken with expiration = 60, f = "json", token present, ip absent`: "{ when: { operation: " +
			"generateToken, params: { f: json, expiration: 60 }, present: [token], absent: [ip] }, atLeast: 2, atMost: 3 }",
	} {
		e, err := library.Expectations(find(t, library, "trial"), "document", []byte("{ expect: ["+expect+"] }"))
		if err != nil {
			t.Errorf("%s: %v", expect, err)
			continue
		}
		if diff := cmp.Diff(want, e.Expect[0].String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expect, diff)
		}
	}
}

// TestExpectationInGo checks that an expectation that was written in Go says so, with the methods of package mock.
func TestExpectationInGo(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	for bounds, want := range map[string]string{
		"exactly: 0":            "Exactly(0) calls",
		"exactly: 1":            "Exactly(1) call",
		"atLeast: 2":            "AtLeast(2) calls",
		"atMost: 0":             "AtMost(0) calls",
		"atMost: 1":             "AtMost(1) call",
		"atLeast: 1, atMost: 3": "AtLeast(1).AtMost(3) calls",
	} {
		source := []byte("{ expect: [{ when: { operation: getFutureLicense }, " + bounds + " }] }")
		e, err := library.InGo().Expectations(find(t, library, "trial"), "document", source)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want+" of getFutureLicense", e.Expect[0].String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", bounds, diff)
		}
	}
	if e, _ := library.Expectations(nil, "document", []byte("{ expect: [{ when: {}, exactly: 2 }] }")); e.Expect[0].InGo {
		t.Error("a document of the same library is in Go")
	}
}
