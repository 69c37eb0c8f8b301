package scenarios

import (
	"math"

	"github.com/mockportal/mockportal/scenarios/internal/tree"
)

// maxRules bounds the comparison of every rule with every earlier one.
const maxRules = 1000

func (d *decoder) rules(f tree.Field) []Rule {
	var rules []Rule
	var places []ruleKey
	f.Items(func(item tree.Field) {
		rule, place := d.rule(item)
		rules, places = append(rules, rule), append(places, place)
	})
	if len(rules) > maxRules {
		f.Fault("at most %d rules, not %d", maxRules, len(rules))
		return rules
	}
	reportUnreachable(f, places)
	return rules
}

func (d *decoder) rule(f tree.Field) (Rule, ruleKey) {
	before := f.Count()
	o := f.Object()
	when := o.Need("when")
	whenObject := when.Object()
	matcher, params := d.matcher(whenObject)
	whenObject.Close()
	delay, reply, fault := o.Key("delay"), o.Key("reply"), o.Key("fault")
	rule := Rule{
		Name:  o.Key("name").Text(),
		When:  matcher,
		Delay: readDelay(delay),
		Reply: d.reply(reply, matcher),
		Fault: readFault(fault),
	}
	if after := o.Key("after"); after.Present() {
		rule.After = after.Whole(0, math.MaxInt)
	}
	if times := o.Key("times"); times.Present() {
		rule.Times = times.Whole(1, math.MaxInt)
	}
	chance, inARow := o.Key("chance"), o.Key("inARow")
	if chance.Present() {
		rule.Chance, rule.InARow = chance.Fraction(), 1
	}
	if inARow.Present() {
		rule.InARow = inARow.Whole(1, math.MaxInt)
	}
	if inARow.Present() && !chance.Present() {
		inARow.Fault("inARow without chance: a rule that always holds holds for all calls in a row")
	}
	switch {
	case reply.Present() && fault.Present():
		fault.Fault("a rule has a reply or a fault, not both")
	case f.Is(tree.Object) && !reply.Present() && !fault.Present() && !delay.Present():
		f.Fault("%s does nothing: it needs a delay, a reply or a fault", f.Name())
	}
	o.Close()
	return rule, ruleKey{rule: rule, params: params, at: f.At(), sound: f.Count() == before}
}

// readDelay reads a fixed delay, or one between min and max.
func readDelay(f tree.Field) Delay {
	if f.Is(tree.Text) {
		fixed := f.Duration()
		return Delay{Min: fixed, Max: fixed}
	}
	if f.Present() && !f.Is(tree.Object) && !f.Is(tree.Unreadable) {
		f.Fault("delay must be a duration such as 50ms, or an object with min and max, not %s", f.Value().Kind)
		return Delay{}
	}
	o := f.Object()
	defer o.Close()
	low, high := o.Need("min"), o.Need("max")
	delay := Delay{Min: low.Duration(), Max: high.Duration()}
	if high.Present() && low.Present() && delay.Max < delay.Min {
		high.Fault("max must be at least min, %s, not %s", delay.Min, delay.Max)
	}
	return delay
}

// readFault reads what happens to the connection; each kind has fields of its own.
func readFault(f tree.Field) *ConnectionFault {
	o := f.Object()
	defer o.Close()
	kinds := []FaultKind{ResetFault, EmptyFault, TruncateFault, DripFault, HangFault, HTMLFault}
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = string(kind)
	}
	kind := o.Need("kind")
	fault := &ConnectionFault{Kind: FaultKind(kind.Word(words...))}
	fraction, rate, status := o.Key("fraction"), o.Key("bytesPerSecond"), o.Key("status")
	if belongs(fraction, fault.Kind, TruncateFault) {
		fault.Fraction = orDefault(fraction, fraction.Fraction(), 0.5)
	}
	if belongs(rate, fault.Kind, DripFault) {
		fault.BytesPerSecond = orDefault(rate, rate.Whole(1, math.MaxInt), 100)
	}
	if belongs(status, fault.Kind, HTMLFault) {
		fault.Status = orDefault(status, status.Whole(200, 599), 502)
	}
	if !f.Present() {
		return nil
	}
	return fault
}

// belongs reports whether a field is one of the fault's kind; it is a fault when it is written with another.
func belongs(f tree.Field, kind, owner FaultKind) bool {
	if kind != owner && kind != "" && f.Present() {
		f.Fault("%s belongs to the kind %s, not to %s", f.Name(), owner, kind)
	}
	return kind == owner
}

func orDefault[T any](f tree.Field, written, otherwise T) T {
	if f.Present() {
		return written
	}
	return otherwise
}

func (d *decoder) expectations(f tree.Field) []Expectation {
	var expect []Expectation
	f.Items(func(item tree.Field) { expect = append(expect, d.expectation(item)) })
	return expect
}

func (d *decoder) expectation(f tree.Field) Expectation {
	o := f.Object()
	defer o.Close()
	when := o.Need("when").Object()
	matcher, _ := d.matcher(when)
	readOutcome(when, &matcher)
	when.Close()
	e := Expectation{When: matcher, AtMost: NoLimit}
	exactly, atLeast, atMost := o.Key("exactly"), o.Key("atLeast"), o.Key("atMost")
	if atLeast.Present() {
		e.AtLeast = atLeast.Whole(0, math.MaxInt)
	}
	if atMost.Present() {
		e.AtMost = atMost.Whole(0, math.MaxInt)
	}
	switch {
	case exactly.Present() && (atLeast.Present() || atMost.Present()):
		exactly.Fault("exactly stands alone, without atLeast and atMost")
	case exactly.Present():
		e.AtLeast = exactly.Whole(0, math.MaxInt)
		e.AtMost = e.AtLeast
	case atLeast.Present() && atMost.Present() && e.AtLeast > e.AtMost:
		atMost.Fault("atMost must be at least atLeast, %d, not %d", e.AtLeast, e.AtMost)
	case f.Is(tree.Object) && !atLeast.Present() && !atMost.Present():
		f.Fault("%s needs exactly, atLeast or atMost", f.Name())
	}
	return e
}

// readOutcome reads what only a call that is over can be asked for.
func readOutcome(o *tree.ObjectField, m *Matcher) {
	if outcome := o.Key("outcome"); outcome.Present() || o.Listing() {
		m.Outcome = Outcome(outcome.Word(string(OK), string(Error), string(Faulted)))
	}
	if code := o.Key("errorCode"); code.Present() {
		m.ErrorCode = code.Whole(100, 999)
		if m.Outcome == OK || m.Outcome == Faulted {
			code.Fault("errorCode needs the outcome error, not %s", m.Outcome)
		}
	}
	if violations := o.Key("violations"); violations.Present() || o.Listing() {
		m.Violations = Violating(violations.Word(string(WithViolations), string(WithoutViolations)))
	}
}
