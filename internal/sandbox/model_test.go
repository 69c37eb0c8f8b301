package sandbox_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

const (
	item      = "6489da7f08f045ac8c0a5b1de37d56fe"
	purchaser = "sWwd06TnJR4lHopc"
)

// model is a simple sandbox to compare the real one with. It knows no other sandbox.
type model struct {
	scenario *scenario.Scenario
	now      time.Time
	calls    int
	state
}

// state is everything that a scenario's start resets.
type state struct {
	provisioned *provisioned // nil: as the scenario has it
	issued      uint64
	revoked     int
	tokens      []token
	added       int
	rules       []modelRule
}

type provisioned struct{ maxUsers, at int64 }

type token struct {
	text    string
	expires time.Time
	revoked bool
}

type modelRule struct {
	sandbox.RuleView

	operation    string
	after, times int
}

func (m *model) start(s *scenario.Scenario) {
	m.scenario, m.now, m.state = s, s.Clock.At, state{}
	for i, r := range s.Rules {
		view := sandbox.RuleView{ID: fmt.Sprintf("file-%d", i+1), Name: r.Name, Rule: r.Given}
		m.rules = append(m.rules, modelRule{view, r.When.Operation, r.After, r.Times})
	}
}

// active reports whether the listing can be provisioned now.
func (m *model) active() bool {
	return m.scenario.Name == "future-entitlements" || m.now.Before(time.UnixMilli(1471798116000))
}

// decide returns the rule that answers a call, or "".
func (m *model) decide(operation string) string {
	for i := range m.rules {
		r := &m.rules[i]
		if r.Spent || r.operation != operation {
			continue
		}
		r.Matched++
		r.Spent = r.times > 0 && r.Matched == r.after+r.times
		if r.Matched > r.after {
			return cmpOr(r.Name, r.ID)
		}
	}
	return ""
}

func cmpOr(name, id string) string {
	if name != "" {
		return name
	}
	return id
}

// reporter is where a pair reports failures: a rapid.T, or a testing.T in any goroutine.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// pair is a sandbox and its model, which get the same calls.
type pair struct {
	t     reporter
	box   *sandbox.Sandbox
	model model
	plays []*scenario.Scenario
	draw  func(label string, n int) int // 0 to n-1
}

func newPair(t reporter, set *sandbox.Set, plays []*scenario.Scenario, wall func() time.Time, draw func(string, int) int) *pair {
	p := &pair{t: t, plays: plays, draw: draw}
	s := p.pick()
	box, err := set.Create(sandbox.Options{Scenario: s, Wall: wall})
	if err != nil {
		t.Errorf("%v", err)
		return nil
	}
	p.box = box
	p.model.start(s)
	return p
}

func (p *pair) pick() *scenario.Scenario { return p.plays[p.draw("scenario", len(p.plays))] }

func (p *pair) provision() {
	maxUsers := int64(p.draw("max", 10))
	p.box.Turn(func(turn *sandbox.Turn) {
		who, _ := turn.World().Identify("admin-token", "", turn.Now)
		w, _, problem := turn.World().Provision(
			turn.Now, who,
			portal.ProvisionRequest{ItemID: item, PurchaserOrgID: purchaser, MaxUsers: maxUsers, Entitlements: nil},
		)
		if refused := problem != nil; refused == p.model.active() {
			p.t.Errorf("%s: at %v it is refused: %t", p.box.ID, turn.Now, refused)
		}
		turn.Become(w)
	})
	if p.model.active() {
		p.model.provisioned = &provisioned{maxUsers, p.model.now.Unix() * 1000}
	}
}

func (p *pair) signIn() {
	minutes := 1 + int64(p.draw("minutes", 3000))
	p.box.Turn(func(turn *sandbox.Turn) {
		w, reply, problem := turn.World().GenerateToken(
			turn.Now, portal.SignInRequest{Username: "admin." + p.box.ID, Password: "admin-password", Expiration: minutes},
		)
		if problem != nil {
			p.t.Errorf("%s: %v", p.box.ID, problem)
			return
		}
		turn.Become(w)
		p.model.tokens = append(
			p.model.tokens,
			token{reply.Value.(portal.Token).Token, p.model.now.Add(time.Duration(minutes) * time.Minute), false},
		)
	})
	p.model.issued++
}

func (p *pair) revoke() {
	if len(p.model.tokens) == 0 {
		return
	}
	token := &p.model.tokens[p.draw("token", len(p.model.tokens))]
	p.box.Turn(func(turn *sandbox.Turn) {
		w, _ := turn.World().Revoke(turn.Now, token.text)
		turn.Become(w)
	})
	if !token.revoked && p.model.now.Before(token.expires) {
		token.revoked = true
		p.model.revoked++
	}
}

func (p *pair) advance() {
	by := time.Duration(p.draw("hours", 24*9)) * time.Hour
	if err := p.box.ChangeClock(sandbox.ClockChange{Advance: by}); err != nil {
		p.t.Errorf("%s: %v", p.box.ID, err)
	}
	p.model.now = p.model.now.Add(by)
}

var operations = []string{"user", "getFutureLicense"}

func (p *pair) addRule() {
	r := scenario.Rule{
		When:  scenario.Matcher{Operation: operations[p.draw("operation", 2)]},
		After: p.draw("after", 3), Times: p.draw("times", 3), Delay: scenario.Delay{Min: 1, Max: 1},
	}
	p.model.added++
	want := fmt.Sprintf("rule-%d", p.model.added)
	if diff := cmp.Diff([]string{want}, addRules(p.t, p.box, []scenario.Rule{r})); diff != "" {
		p.t.Errorf("%s: ids (-want +got):\n%s", p.box.ID, diff)
	}
	at := slices.IndexFunc(p.model.rules, func(r modelRule) bool { return !r.Runtime })
	if at < 0 {
		at = len(p.model.rules)
	}
	view := sandbox.RuleView{ID: want, Runtime: true, Rule: r.Given}
	p.model.rules = slices.Insert(p.model.rules, at, modelRule{view, r.When.Operation, r.After, r.Times})
}

// call lets the rules decide a call and journals it.
func (p *pair) call() {
	subject := &scenario.Subject{Operation: operations[p.draw("operation", 2)]}
	var got sandbox.Decision
	number := 0
	p.box.Turn(func(turn *sandbox.Turn) {
		got = turn.Decide(func(m scenario.Matcher) bool { return m.Matches(subject) })
		number = p.box.Journal.Append(&record.Record{Call: journal.Call{Rule: got.Rule}})
	})
	p.model.calls++
	if want := p.model.decide(subject.Operation); got.Rule != want || number != p.model.calls {
		p.t.Errorf("%s: call %d by the rule %q; want %d by %q", p.box.ID, number, got.Rule, p.model.calls, want)
	}
}

func (p *pair) reset() {
	if err := p.box.Reset(); err != nil {
		p.t.Errorf("%s: %v", p.box.ID, err)
	}
	p.model.calls = 0
	p.model.start(p.model.scenario)
}

func (p *pair) play() {
	s := p.pick()
	if err := p.box.Play(s); err != nil {
		p.t.Errorf("%s: %v", p.box.ID, err)
	}
	p.model.start(s)
}

func (p *pair) step() {
	steps := []func(){p.provision, p.provision, p.signIn, p.signIn, p.revoke, p.advance, p.addRule, p.call, p.call, p.call, p.reset, p.play}
	steps[p.draw("step", len(steps))]()
}

// compare compares everything that a sandbox shows with its model.
func (p *pair) compare() {
	p.t.Helper()
	got := p.box.View()
	want := sandbox.View{
		Sandbox: p.box.ID, Scenario: p.model.scenario.Name, Seed: p.model.scenario.Seed,
		Clock: sandbox.Clock{Now: p.model.now, EpochMs: p.model.now.UnixMilli(), Mode: scenario.Frozen},
		World: p.model.world(p.t),
	}
	if p.model.provisioned != nil { // the model has the text of this provision
		provisions := got.World.Listings[0]["provisions"].([]any)
		text, err := json.Marshal(provisions[0])
		if err != nil {
			p.t.Errorf("%v", err)
		}
		provisions[0] = json.RawMessage(text)
	}
	if !reflect.DeepEqual(want, got) { // cmp takes its time
		if diff := cmp.Diff(want, got, asJSON()); diff != "" {
			p.t.Errorf("%s (-model +sandbox):\n%s", p.box.ID, diff)
		}
	}
	rules := []sandbox.RuleView{}
	for _, r := range p.model.rules {
		rules = append(rules, r.RuleView)
	}
	if diff := cmp.Diff(rules, p.box.Rules()); diff != "" {
		p.t.Errorf("%s: rules (-model +sandbox):\n%s", p.box.ID, diff)
	}
	if page := p.box.Journal.Find(journal.Query{}); page.Total != p.model.calls || page.Dropped > 0 {
		p.t.Errorf("%s: %d calls, %d dropped, want %d", p.box.ID, page.Total, page.Dropped, p.model.calls)
	}
	for i, token := range p.model.tokens {
		want := !token.revoked && p.model.now.Before(token.expires)
		if _, ok := p.box.World().Identify(token.text, "", p.model.now); ok != want {
			p.t.Errorf("%s: token %d is good: %t", p.box.ID, i, ok)
		}
	}
}

func decoded(text json.RawMessage) (value map[string]any) {
	_ = json.Unmarshal(text, &value)
	return value
}

// world returns the view of a new world at the model's time, with the model's changes applied.
func (m *model) world(t reporter) portal.View {
	fresh, err := portal.NewWorld(m.scenario, 0)
	if err != nil {
		t.Errorf("%v", err)
	}
	view := fresh.View(m.now)
	view.Tokens.Issued, view.Tokens.Revoked = m.issued, m.revoked
	if m.provisioned != nil {
		var provision struct {
			OrgEntitlements json.RawMessage `json:"orgEntitlements"`
			Modified        json.RawMessage `json:"modified"`
		}
		shown, err := json.Marshal(view.Listings[0]["provisions"].([]any)[0])
		if err == nil {
			err = json.Unmarshal(shown, &provision)
		}
		if err != nil {
			t.Errorf("%v", err)
		}
		text := string(shown)
		entitlements := fmt.Sprintf(`{"maxUsers":%d,"entitlementsModified":%d,"entitlements":{}}`, m.provisioned.maxUsers, m.provisioned.at)
		text = strings.Replace(text, string(provision.OrgEntitlements), entitlements, 1)
		text = strings.Replace(text, `"modified":`+string(provision.Modified), fmt.Sprintf(`"modified":%d`, m.provisioned.at), 1)
		view.Listings[0]["provisions"].([]any)[0] = json.RawMessage(text)
	}
	return view
}

// played returns the scenarios that the property tests play.
func played(t *testing.T) []*scenario.Scenario {
	t.Helper()
	return []*scenario.Scenario{
		builtIn(t, "trial"), builtIn(t, "future-entitlements"),
		written(
			t,
			"seed: 5\nrules:\n  - { name: a, when: { operation: user }, after: 1, times: 2, delay: 1s }\n  - { when: { operation: "+
				"user }, after: 1, delay: 1s }\n  - { when: { operation: getFutureLicense }, times: 1, delay: 1s }\n",
		),
	}
}

// TestSandboxesMatchTheirModels takes random steps in several sandboxes of one set, and compares each sandbox after each step.
func TestSandboxesMatchTheirModels(t *testing.T) {
	t.Parallel()
	plays, wall := played(t), (&hand{at: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}).now
	rapid.Check(t, func(t *rapid.T) {
		set := setOf(t, plays[0], wall)
		draw := func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
		pairs := make([]*pair, 3)
		for i := range pairs {
			pairs[i] = newPair(t, set, plays, wall, draw)
		}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			pairs[draw("sandbox", len(pairs))].step()
			for _, p := range pairs {
				p.compare()
			}
		}
		for _, p := range pairs {
			p.compareForeign(pairs)
		}
	})
}

// compareForeign checks that a sandbox's tokens are not valid in another sandbox.
func (p *pair) compareForeign(pairs []*pair) {
	for _, token := range p.model.tokens {
		for _, other := range pairs {
			if _, ok := other.box.World().Identify(token.text, "", other.model.now); ok && other != p {
				p.t.Errorf("a token of %s is good in %s", p.box.ID, other.box.ID)
			}
		}
	}
}

func setOf(t interface{ Fatal(args ...any) }, s *scenario.Scenario, wall func() time.Time) *sandbox.Set {
	box, err := sandbox.New(sandbox.Options{ID: sandbox.Default, Scenario: s, Wall: wall})
	if err != nil {
		t.Fatal(err)
	}
	return sandbox.NewSet(box, 0, 0)
}

// TestSandboxesMatchTheirModelsAtOnce does the same in 64 goroutines, for the race detector. Each creates its own sandboxes, takes
// steps in them, and deletes them.
func TestSandboxesMatchTheirModelsAtOnce(t *testing.T) {
	t.Parallel()
	plays, wall := played(t), (&hand{at: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}).now
	set := setOf(t, plays[0], wall)
	var group sync.WaitGroup
	for seed := range uint64(64) {
		group.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1))
			draw := func(_ string, n int) int { return random.IntN(n) }
			for range 2 {
				driveOne(t, set, newPair(t, set, plays, wall, draw))
			}
		})
	}
	group.Wait()
	if diff := cmp.Diff([]string{sandbox.Default}, set.IDs()); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	view := set.Default.View()
	if view.World.Tokens.Issued != 0 || set.Default.Journal.Find(journal.Query{}).Total != 0 {
		t.Errorf("the default sandbox has changed without a call: %+v", view)
	}
}

func driveOne(t *testing.T, set *sandbox.Set, p *pair) {
	t.Helper()
	if p == nil {
		return
	}
	for range 10 {
		p.step()
		p.step()
		p.compare()
		if got, err := set.Get(p.box.ID); got != p.box || err != nil {
			t.Errorf("%s is not found: %v", p.box.ID, err)
		}
		if ofCredential(set, "admin."+p.box.ID) != p.box {
			t.Errorf("admin.%s belongs to another sandbox", p.box.ID)
		}
	}
	if _, err := set.Delete(p.box.ID); err != nil {
		t.Error(err)
	}
}

// asJSON compares views by their JSON.
func asJSON() cmp.Option {
	return cmp.Transformer("JSON", func(v portal.View) (value map[string]any) {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return decoded(text)
	})
}
