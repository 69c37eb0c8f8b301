package sandbox_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// decide returns the rules' decision on a call.
func decide(b *sandbox.Sandbox, operation, member string) sandbox.Decision {
	subject := &scenario.Subject{Operation: operation, Member: member, Params: func() map[string]any { return nil }}
	return turn(b, func(turn *sandbox.Turn) sandbox.Decision {
		return turn.Decide(func(m scenario.Matcher) bool { return m.Matches(subject) })
	})
}

// decided returns the rule that answers each of several calls of the operation user.
func decided(b *sandbox.Sandbox, calls int) []string {
	var rules []string
	for range calls {
		rules = append(rules, decide(b, "user", "admin").Rule)
	}
	return rules
}

// rules reads rules in the format that a client sends.
func rules(t *testing.T, source string) []scenario.Rule {
	t.Helper()
	all, err := scenario.BuiltIn().Rules(builtIn(t, "trial"), []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestDecide checks which rule answers each call of the operation user by admin.
func TestDecide(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason, source string
		want           []string
	}{
		{"no rules", "[]", []string{"", ""}},
		{"always", "[{ name: a, when: {}, delay: 1s }]", []string{"a", "a", "a"}},
		{"without a name, its id", "[{ when: { operation: portalSelf }, delay: 1s }, { when: {}, delay: 1s }]", []string{"file-2", "file-2"}},
		{"of another operation", "[{ name: a, when: { operation: portalSelf }, delay: 1s }]", []string{""}},
		{"of another member", "[{ name: a, when: { member: viewer }, delay: 1s }]", []string{""}},
		{"the first in file order", "[{ name: a, when: { operation: user }, delay: 1s }, { name: b, when: {}, " +
			"delay: 1s }]", []string{"a", "a"}},
		{"times", "[{ name: a, when: {}, times: 2, delay: 1s }]", []string{"a", "a", "", ""}},
		{
			"times, then the next",
			"[{ name: a, when: {}, times: 1, delay: 1s }, { name: b, when: {}, times: 2, delay: 1s }]",
			[]string{"a", "b", "b", ""},
		},
		{"after", "[{ name: a, when: {}, after: 2, delay: 1s }]", []string{"", "", "a", "a"}},
		{"after and times", "[{ name: a, when: {}, after: 1, times: 2, delay: 1s }]", []string{"", "a", "a", "", ""}},
		{
			"what passes goes on to the next",
			"[{ name: a, when: {}, after: 1, delay: 1s }, { name: b, when: {}, delay: 1s }]",
			[]string{"b", "a", "a"},
		},
		{
			"what never comes to it does not count",
			"[{ name: a, when: {}, times: 2, delay: 1s }, { name: b, when: {}, after: 1, delay: 1s }]",
			[]string{"a", "a", "", "b"},
		},
	} {
		if diff := cmp.Diff(tt.want, decided(box(t, sandbox.Options{Scenario: written(t, "rules: "+tt.source+"\n")}), len(tt.want))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
		}
	}
}

// TestOnlyMatchingCallsCount: other calls do not change a rule's counters.
func TestOnlyMatchingCallsCount(t *testing.T) {
	t.Parallel()
	b := box(t, sandbox.Options{Scenario: written(t, "rules: [{ name: a, when: { member: admin }, after: 1, times: 1, delay: 1s }]\n")})
	var got []string
	for _, member := range []string{"viewer", "admin", "viewer", "", "admin", "admin"} {
		got = append(got, decide(b, "user", member).Rule)
	}
	if diff := cmp.Diff([]string{"", "", "", "", "a", ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecisionHasWhatTheRuleHas(t *testing.T) {
	t.Parallel()
	s := written(t, "rules:\n  - { name: f, when: { operation: user }, delay: 50ms, fault: { kind: html, status: 500 } }\n"+
		"  - { name: r, when: { operation: getFutureLicense }, reply: { status: 429, headers: { Retry-After: \"2\" }, offSpec: true } }\n")
	b := box(t, sandbox.Options{Scenario: s})
	want := sandbox.Decision{Rule: "f", Delay: 50 * time.Millisecond, Fault: &scenario.ConnectionFault{Kind: scenario.HTMLFault, Status: 500}}
	if diff := cmp.Diff(want, decide(b, "user", "")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want = sandbox.Decision{Rule: "r", Reply: s.Rules[1].Reply}
	if diff := cmp.Diff(want, decide(b, "getFutureLicense", "")); diff != "" || want.Reply.Status != 429 {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAddedRules: added rules come before the scenario's, in the order in which they were added. Only added rules can be dropped.
func TestAddedRules(t *testing.T) {
	t.Parallel()
	b := box(t, sandbox.Options{Scenario: written(t, "rules: [{ name: file, when: { operation: user }, delay: 1s }]\n")})
	first := addRules(t, b,
		rules(t, "[{ name: a, when: { operation: user }, times: 1, delay: 1s }, { when: { operation: user }, times: 1, delay: 1s }]"),
	)
	second := addRules(t, b, rules(t, "{ name: c, when: { operation: user }, times: 2, delay: 1s }"))
	if diff := cmp.Diff([][]string{{"rule-1", "rule-2"}, {"rule-3"}}, [][]string{first, second}); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "rule-2", "c"}, decided(b, 3)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := []sandbox.RuleView{
		{ID: "rule-1", Name: "a", Runtime: true, Matched: 1, Spent: true},
		{ID: "rule-2", Runtime: true, Matched: 1, Spent: true},
		{ID: "rule-3", Name: "c", Runtime: true, Matched: 1},
		{ID: "file-1", Name: "file"},
	}
	asWritten := cmpopts.IgnoreFields(sandbox.RuleView{}, "Rule") // as in internal/control
	if diff := cmp.Diff(want, b.Rules(), asWritten); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, drop := range []struct {
		id   string
		want int
	}{{"rule-2", 1}, {"rule-2", 0}, {"file-1", 0}, {"a", 0}, {"", 2}, {"", 0}} {
		if got := b.DropRules(drop.id); got != drop.want {
			t.Errorf("DropRules(%q) is %d, want %d", drop.id, got, drop.want)
		}
	}
	if diff := cmp.Diff(want[3:], b.Rules(), asWritten); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"rule-4"}, addRules(t, b, rules(t, "{ when: {}, delay: 1s }"))); diff != "" {
		t.Errorf("ids after dropping (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{}, addRules(t, b, nil)); diff != "" {
		t.Errorf("ids of no rules (-want +got):\n%s", diff)
	}
}

func TestNoRules(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]sandbox.RuleView{}, box(t, sandbox.Options{}).Rules()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// drawn returns the decisions on several calls under a seed.
func drawn(t *testing.T, source string, seed uint64, calls int) []sandbox.Decision {
	t.Helper()
	return decisions(box(t, sandbox.Options{Scenario: written(t, "rules: "+source+"\n"), Seed: &seed}), calls)
}

func decisions(b *sandbox.Sandbox, calls int) []sandbox.Decision {
	all := make([]sandbox.Decision, calls)
	for i := range all {
		all[i] = decide(b, "user", "admin")
	}
	return all
}

// TestChance: a rule with a chance applies to no more calls in a row than allowed, and about as often as expected. After a call that
// it applies to, it applies to the next one with the same chance, until inARow is reached.
func TestChance(t *testing.T) {
	t.Parallel()
	const calls = 10_000
	for _, tt := range []struct {
		source string
		chance float64
		inARow int
	}{
		{"[{ name: a, when: {}, chance: 0.5, delay: 1s }]", 0.5, 1},
		{"[{ name: a, when: {}, chance: 0.3, inARow: 3, delay: 1s }]", 0.3, 3},
		{"[{ name: a, when: {}, chance: 0.9, inARow: 5, delay: 1s }]", 0.9, 5},
		{"[{ name: a, when: {}, chance: 0.5, inARow: 1000, delay: 1s }]", 0.5, 1000},
	} {
		struck, row, longest := 0, 0, 0
		for _, d := range drawn(t, tt.source, 7, calls) {
			if d.Rule == "" {
				row = 0
				continue
			}
			struck++
			row++
			longest = max(longest, row)
		}
		expected := 0.0 // strikes between two misses
		for i := 1; i <= tt.inARow; i++ {
			expected += math.Pow(tt.chance, float64(i))
		}
		share := expected / (1 + expected)
		if got := float64(struck) / calls; math.Abs(got-share) > 0.02 {
			t.Errorf("%s: of %d calls %.3f are hit, want %.3f", tt.source, calls, got, share)
		}
		if longest > tt.inARow || tt.inARow <= 5 && longest < tt.inARow {
			t.Errorf("%s: %d in a row", tt.source, longest)
		}
	}
}

// TestDrawnFromTheSeed: the seed determines the sequence of chances and of delays.
func TestDrawnFromTheSeed(t *testing.T) {
	t.Parallel()
	const source = "[{ name: a, when: {}, chance: 0.5, inARow: 2, delay: { min: 10ms, max: 90ms } }, { name: b, when: {}, " +
		"delay: { min: 1s, max: 2s } }]"
	one := drawn(t, source, 7, 200)
	if diff := cmp.Diff(one, drawn(t, source, 7, 200)); diff != "" {
		t.Errorf("the same seed again (-first +again):\n%s", diff)
	}
	if cmp.Equal(one, drawn(t, source, 8, 200)) {
		t.Error("another seed draws the same")
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]scenario.Delay{
		"50ms":                     {Min: 50 * time.Millisecond, Max: 50 * time.Millisecond},
		"{ min: 10ms, max: 90ms }": {Min: 10 * time.Millisecond, Max: 90 * time.Millisecond},
		"{ min: 3ns, max: 5ns }":   {Min: 3, Max: 5},
		"{ min: 1s, max: 1s }":     {Min: time.Second, Max: time.Second},
	} {
		low, high := time.Duration(math.MaxInt64), time.Duration(0)
		for _, d := range drawn(t, "[{ when: {}, delay: "+source+" }]", 3, 2000) {
			low, high = min(low, d.Delay), max(high, d.Delay)
		}
		slack := (want.Max - want.Min) / 100
		if low < want.Min || high > want.Max || low > want.Min+slack || high < want.Max-slack {
			t.Errorf("%s: from %v to %v", source, low, high)
		}
	}
}

// TestBuiltInPortals checks the rules of portal-unavailable and slow-portal.
func TestBuiltInPortals(t *testing.T) {
	t.Parallel()
	unavailable := sandbox.Decision{Rule: "unavailable", Fault: &scenario.ConnectionFault{Kind: scenario.HTMLFault, Status: 503}}
	slow := sandbox.Decision{Rule: "slow", Delay: 2 * time.Second}
	for name, want := range map[string]sandbox.Decision{"portal-unavailable": unavailable, "slow-portal": slow} {
		b := box(t, sandbox.Options{Scenario: builtIn(t, name)})
		for _, operation := range []string{"getFutureLicense", "provisionOrgEntitlements", "generateToken", ""} {
			for range 3 {
				if diff := cmp.Diff(want, decide(b, operation, "")); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", name, operation, diff)
				}
			}
		}
	}
}

// TestFlakyPortal: about a third of the licensing calls fail, never two of a kind in a row.
func TestFlakyPortal(t *testing.T) {
	t.Parallel()
	b := box(t, sandbox.Options{Scenario: builtIn(t, "flaky-portal")})
	for operation, rule := range map[string]string{"getFutureLicense": "throttled", "provisionOrgEntitlements": "the connection is reset"} {
		var answers strings.Builder
		for range 3000 {
			answers.WriteString(decide(b, operation, "admin").Rule + "\n")
		}
		failed := strings.Count(answers.String(), rule+"\n")
		if strings.Contains(answers.String(), rule+"\n"+rule) || len(answers.String()) != 3000+failed*len(rule) {
			t.Errorf("%s: two in a row fail, or by another rule:\n%s", operation, answers.String())
		}
		if failed < 900 || failed > 1100 {
			t.Errorf("%s: of 3000 calls %d fail", operation, failed)
		}
	}
	if got := decide(b, "portalSelf", "admin").Rule; got != "" {
		t.Errorf("a support call meets the rule %q", got)
	}
}

// use changes everything in a sandbox that can change.
func use(t *testing.T, b *sandbox.Sandbox, wall *hand) {
	t.Helper()
	signIn(t, b)
	b.Turn(func(turn *sandbox.Turn) {
		who, _ := turn.World().Identify("admin-token", "", turn.Now)
		w, _, problem := turn.World().Provision(turn.Now, who, portal.ProvisionRequest{ItemID: item, PurchaserOrgID: purchaser})
		if problem != nil {
			t.Error(problem)
		}
		w, _ = w.Revoke(turn.Now, "viewer-token")
		turn.Become(w)
		turn.Keep("getFutureLicense", sandbox.Kept{Body: "kept"})
	})
	decided(b, 5)
	addRules(t, b, rules(t, "{ when: {}, delay: 1s }"))
	for range 3 {
		b.Journal.Append(&record.Record{})
	}
	if err := b.ChangeClock(sandbox.ClockChange{Mode: scenario.Running}); err != nil {
		t.Fatal(err)
	}
	wall.set(wall.now().Add(time.Hour))
}

// looks is everything that a sandbox shows.
type looks struct {
	View  sandbox.View
	Rules []sandbox.RuleView
	Kept  bool
	Calls int
	Next  int
}

func look(t *testing.T, b *sandbox.Sandbox) looks {
	t.Helper()
	view := b.View()
	kept := turn(b, func(turn *sandbox.Turn) bool { _, ok := turn.Kept("getFutureLicense"); return ok })
	total := b.Journal.Find(journal.Query{}).Total
	return looks{view, b.Rules(), kept, total, b.Journal.Append(&record.Record{})}
}

const restarted = "seed: 11\nrules: [{ name: a, when: { operation: user }, after: 1, times: 90, chance: 0.5, delay: { min: " +
	"1ms, max: 1s } }]\n"

// TestReset: everything is as at the start, including the journal, its numbers, and the random sequence.
func TestReset(t *testing.T) {
	t.Parallel()
	wall, seed := &hand{at: epoch}, uint64(12)
	b := box(t, sandbox.Options{ID: "s1", Scenario: written(t, restarted), Seed: &seed, Wall: wall.now})
	first := look(t, b)
	token, sequence := signIn(t, b), decisions(b, 100)
	use(t, b, wall)
	held := turn(b, func(turn *sandbox.Turn) <-chan struct{} { return turn.Released })
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, look(t, b), asJSON()); diff != "" {
		t.Errorf("(-start +reset):\n%s", diff)
	}
	if again := signIn(t, b); again != token {
		t.Error("another token is issued than after the start")
	}
	if diff := cmp.Diff(sequence, decisions(b, 100)); diff != "" {
		t.Errorf("what is drawn (-start +reset):\n%s", diff)
	}
	if !isClosed(held) || released(b) {
		t.Errorf("delayed answers are released: %t; later ones: %t", isClosed(held), released(b))
	}
	if diff := cmp.Diff([]string{"rule-1"}, addRules(t, b, rules(t, "{ when: {}, delay: 1s }"))); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

// TestPlay: world, clock and rules are those of the new scenario at its start, and the journal goes on.
func TestPlay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"written", "future-entitlements"} {
		wall, seed := &hand{at: epoch}, uint64(12)
		next := written(t, restarted)
		if name != next.Name {
			next = builtIn(t, name)
		}
		options := sandbox.Options{ID: "s1", Scenario: next, Seed: &seed, Wall: wall.now}
		want := look(t, box(t, options))
		sequence := decisions(box(t, options), 100)
		options.Scenario = written(t, restarted)
		b := box(t, options)
		use(t, b, wall)
		held := turn(b, func(turn *sandbox.Turn) <-chan struct{} { return turn.Released })
		if err := b.Play(next); err != nil {
			t.Fatal(err)
		}
		want.Calls, want.Next = 3, 4
		if diff := cmp.Diff(want, look(t, b), asJSON()); diff != "" {
			t.Errorf("%s (-new +played):\n%s", name, diff)
		}
		if diff := cmp.Diff(sequence, decisions(b, 100)); diff != "" {
			t.Errorf("%s: what is drawn (-new +played):\n%s", name, diff)
		}
		if !isClosed(held) || released(b) {
			t.Errorf("%s: delayed answers are released: %t; later ones: %t", name, isClosed(held), released(b))
		}
	}
}

// TestClockSettingOutlivesTheScenario: the setting of --clock still applies after Reset and Play.
func TestClockSettingOutlivesTheScenario(t *testing.T) {
	t.Parallel()
	wall := &hand{at: epoch}
	b := box(t, sandbox.Options{Clock: scenario.Clock{Mode: scenario.Wall}, Wall: wall.now})
	for name, f := range map[string]func() error{"Reset": b.Reset, "Play": func() error { return b.Play(builtIn(t, "purchased")) }} {
		if err := b.ChangeClock(sandbox.ClockChange{Mode: scenario.Frozen}); err != nil {
			t.Fatal(err)
		}
		wall.set(wall.now().Add(time.Hour))
		if err := f(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sandbox.Clock{Now: wall.now(), EpochMs: wall.now().UnixMilli(), Mode: scenario.Wall}, b.ReadClock()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
