package sandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
)

// rule is a rule with what it has counted.
type rule struct {
	scenario.Rule

	id      string
	runtime bool // added while the sandbox was playing
	matched int  // calls that it was meant for, those that passed first included
	streak  int  // for how many calls in a row it has held
}

// spent reports whether the rule holds for no further call.
func (r *rule) spent() bool { return r.Times > 0 && r.matched >= r.After+r.Times }

// Decision is what a rule does to a call.
type Decision struct {
	Rule  string        // the rule's name, or its id when it has none; "" when no rule holds
	Delay time.Duration // how long the answer is held back
	Reply *scenario.Reply
	Fault *scenario.ConnectionFault
}

// RuleView is a rule as people may look at it.
type RuleView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Runtime bool   `json:"runtime"` // it was added while the sandbox was playing; a reset drops it
	Matched int    `json:"matched"` // calls that it was meant for so far
	Spent   bool   `json:"spent"`   // it holds for no further call
}

// fileRules numbers the rules of a scenario.
func fileRules(s *scenario.Scenario) []*rule {
	rules := make([]*rule, len(s.Rules))
	for i, r := range s.Rules {
		rules[i] = &rule{Rule: r, id: fmt.Sprintf("file-%d", i+1)}
	}
	return rules
}

// Decide returns what the first matching rule does to a call, and counts it. Rules that were added while playing stand before the file's.
func (t *Turn) Decide(matches func(scenario.Matcher) bool) Decision {
	for _, r := range t.box.state.rules {
		if r.spent() || !matches(r.When) {
			continue
		}
		if r.matched++; r.matched <= r.After || !r.strikes(t.box.state.random) {
			continue
		}
		return Decision{Rule: r.title(), Delay: t.box.state.draw(r.Delay), Reply: r.Reply, Fault: r.Fault}
	}
	return Decision{}
}

// strikes draws whether a rule with a chance holds, at most so many times in a row. One without always holds.
func (r *rule) strikes(random *rand.Rand) bool {
	if r.Chance == 0 {
		return true
	}
	if drawn := random.Float64() < r.Chance; !drawn || r.streak == r.InARow {
		r.streak = 0
		return false
	}
	r.streak++
	return true
}

func (r *rule) title() string {
	if r.Name != "" {
		return r.Name
	}
	return r.id
}

// draw returns a delay between its bounds, from the sandbox's seed.
func (s *state) draw(d scenario.Delay) time.Duration {
	if d.Max <= d.Min {
		return d.Min
	}
	return d.Min + time.Duration(s.random.Int64N(int64(d.Max-d.Min)+1))
}

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x6d6f636b)) }

// AddRules puts rules before the file's, in the order in which they came, and returns their ids.
func (s *Sandbox) AddRules(rules []scenario.Rule) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.IndexFunc(s.state.rules, func(r *rule) bool { return !r.runtime })
	if at < 0 {
		at = len(s.state.rules)
	}
	ids := []string{}
	for _, r := range rules {
		s.state.added++
		added := &rule{Rule: r, id: fmt.Sprintf("rule-%d", s.state.added), runtime: true}
		s.state.rules = slices.Insert(s.state.rules, at+len(ids), added)
		ids = append(ids, added.id)
	}
	return ids
}

// Rules returns all rules in the order in which they are tried.
func (s *Sandbox) Rules() []RuleView {
	s.mu.Lock()
	defer s.mu.Unlock()
	views := []RuleView{}
	for _, r := range s.state.rules {
		views = append(views, RuleView{r.id, r.Name, r.runtime, r.matched, r.spent()})
	}
	return views
}

// DropRules takes rules away that were added while playing: the one with this id, or all of them for "". It returns how many.
// The file's rules stay.
func (s *Sandbox) DropRules(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.state.rules)
	s.state.rules = slices.DeleteFunc(s.state.rules, func(r *rule) bool { return r.runtime && (id == "" || r.id == id) })
	return before - len(s.state.rules)
}
