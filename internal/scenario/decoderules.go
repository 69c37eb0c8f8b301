package scenario

import (
	"math"

	"github.com/mockportal/mockportal/internal/scenario/tree"
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
		f.Mistake("at most %d rules, not %d", maxRules, len(rules))
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
		inARow.Mistake("inARow without chance: a rule that always holds holds for all calls in a row")
	}
	switch {
	case reply.Present() && fault.Present():
		fault.Mistake("a rule has a reply or a fault, not both")
	case f.Is(tree.Object) && !reply.Present() && !fault.Present() && !delay.Present():
		f.Mistake("%s does nothing: it needs a delay, a reply or a fault", f.Name())
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
		f.Mistake("delay must be a duration such as 50ms, or an object with min and max, not %s", f.Value().Kind)
		return Delay{}
	}
	o := f.Object()
	defer o.Close()
	low, high := o.Need("min"), o.Need("max")
	delay := Delay{Min: low.Duration(), Max: high.Duration()}
	if high.Present() && low.Present() && delay.Max < delay.Min {
		high.Mistake("max must be at least min, %s, not %s", delay.Min, delay.Max)
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
		f.Mistake("%s belongs to the kind %s, not to %s", f.Name(), owner, kind)
	}
	return kind == owner
}

func orDefault[T any](f tree.Field, written, otherwise T) T {
	if f.Present() {
		return written
	}
	return otherwise
}
