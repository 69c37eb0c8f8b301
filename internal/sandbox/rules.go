package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
)

// rule is a rule with its counters.
type rule struct {
	scenario.Rule

	id      string
	runtime bool // added at run time, not by the scenario
	matched int  // matching calls that reached it, including those that "after" lets pass
	streak  int  // how many calls in a row it has applied to
}

// spent reports whether the rule applies to no further call.
func (r *rule) spent() bool { return r.Times > 0 && r.matched >= r.After+r.Times }

// Decision is what a rule does to a call.
type Decision struct {
	Rule  string        // the rule's name, or its id if it has no name; "" if no rule applies
	Delay time.Duration // how long to delay the answer
	Reply *scenario.Reply
	Fault *scenario.ConnectionFault
}

// RuleView is a rule and its state, for display.
type RuleView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Runtime bool   `json:"runtime"` // it was added at run time; a reset removes it
	Matched int    `json:"matched"` // how many matching calls have reached it
	Spent   bool   `json:"spent"`   // it applies to no further call
	Rule    any    `json:"rule"`    // what it does, as it was written
}

// fileRules returns the rules of a scenario with ids by their position.
func fileRules(s *scenario.Scenario) []*rule {
	rules := make([]*rule, len(s.Rules))
	for i, r := range s.Rules {
		rules[i] = &rule{Rule: r, id: fmt.Sprintf("file-%d", i+1)}
	}
	return rules
}

// Decide returns what the first rule that applies does to a call, and counts the call. Rules that were added at run time come
// before those of the scenario.
func (t *Turn) Decide(matches func(scenario.Matcher) bool) Decision {
	for _, r := range t.box.state.rules {
		if r.spent() || !matches(r.When) {
			continue
		}
		if r.matched++; r.matched <= r.After || !r.drawn(t.box.state.random) {
			continue
		}
		return Decision{Rule: cmp.Or(r.Name, r.id), Delay: t.box.state.draw(r.Delay), Reply: r.Reply, Fault: r.Fault}
	}
	return Decision{}
}

// drawn reports whether the rule applies to this call: always without a chance, else as drawn, at most InARow times in a row.
func (r *rule) drawn(random *rand.Rand) bool {
	if r.Chance == 0 {
		return true
	}
	if hit := random.Float64() < r.Chance; !hit || r.streak == r.InARow {
		r.streak = 0
		return false
	}
	r.streak++
	return true
}

// draw returns a delay between the bounds, drawn from the sandbox's seed.
func (s *state) draw(d scenario.Delay) time.Duration {
	if d.Max <= d.Min {
		return d.Min
	}
	return d.Min + time.Duration(s.random.Int64N(int64(d.Max-d.Min)+1))
}

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x6d6f636b)) }

// maxRules is how many rules a sandbox has that were added at run time: each call is compared with all of them.
const maxRules = 1000

// ErrRules is wrapped by the error of adding too many rules.
var ErrRules = errors.New("there are too many rules")

// bytesOf is about what a rule takes.
func bytesOf(r scenario.Rule) int { return bytesPerDocument * len(r.Given) }

// AddRules adds rules before those of the scenario and after those that were added earlier. It returns their ids. The error wraps
// [ErrRules] or [record.ErrSpent]; then none is added.
func (s *Sandbox) AddRules(rules []scenario.Rule) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, bytes := 0, 0
	for _, r := range s.state.rules {
		if r.runtime {
			before++
		}
	}
	if before+len(rules) > maxRules {
		const format = "%w: %d were added, and with %d more they are over %d; remove some, or reset the sandbox"
		return nil, fmt.Errorf(format, ErrRules, before, len(rules), maxRules)
	}
	for _, r := range rules {
		bytes += bytesOf(r)
	}
	if err := s.state.charge(bytes); err != nil {
		return nil, err
	}
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
	return ids, nil
}

// Rules returns all rules in the order in which they are tried.
func (s *Sandbox) Rules() []RuleView {
	s.mu.Lock()
	defer s.mu.Unlock()
	views := []RuleView{}
	for _, r := range s.state.rules {
		views = append(views, RuleView{r.id, r.Name, r.runtime, r.matched, r.spent(), r.Given})
	}
	return views
}

// DropRules removes rules that were added at run time: the one with this id, or all of them if the id is "". It returns how many
// it has removed. The scenario's rules stay.
func (s *Sandbox) DropRules(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.state.rules)
	s.state.rules = slices.DeleteFunc(s.state.rules, func(r *rule) bool {
		drop := r.runtime && (id == "" || r.id == id)
		if drop {
			s.state.budget.Release(bytesOf(r.Rule))
			s.state.charged -= bytesOf(r.Rule)
		}
		return drop
	})
	return before - len(s.state.rules)
}
