package scenario

import (
	"math"

	"github.com/mockportal/mockportal/internal/tree"
)

// maxRules limits the rules, because each rule is compared with every earlier one.
const maxRules = 1000

func (d *decoder) rules(f tree.Field) []Rule {
	var rules []Rule
	var decoded []decodedRule
	f.Items(func(item tree.Field) {
		rule := d.rule(d.item(item, item.Name()))
		rules, decoded = append(rules, rule.Rule), append(decoded, rule)
	})
	if len(rules) > maxRules {
		f.Mistake("at most %d rules, not %d", maxRules, len(rules))
		return rules
	}
	reportUnreachable(f, decoded)
	return rules
}

func (d *decoder) rule(f tree.Field) decodedRule {
	before := f.Count()
	o := f.Object()
	when := o.Need("when").Object()
	matcher := d.matcher(when)
	when.Close()
	delay, reply, fault, chance, inARow := o.Key("delay"), o.Key("reply"), o.Key("fault"), o.Key("chance"), o.Key("inARow")
	rule := Rule{
		Name:   o.Key("name").Text(),
		When:   matcher,
		After:  o.Key("after").Whole(0, math.MaxInt),
		Times:  o.Key("times").Whole(1, math.MaxInt),
		Chance: chance.Fraction(),
		InARow: inARow.Whole(1, math.MaxInt),
		Delay:  readDelay(delay),
		Reply:  d.reply(reply, matcher),
		Fault:  readFault(fault),
		Given:  f.Value().JSON(),
	}
	if chance.Present() && !inARow.Present() {
		rule.InARow = 1
	}
	if inARow.Present() && !chance.Present() {
		inARow.Mistake("%s without %s: a rule without %s applies to every matching call", inARow.Name(), chance.Name(), chance.Name())
	}
	switch {
	case reply.Present() && fault.Present():
		fault.Mistake("a rule must not have both a reply and a fault")
	case f.Is(tree.Object) && !reply.Present() && !fault.Present() && !delay.Present():
		f.Mistake("%s does nothing: it needs a delay, a reply or a fault", f.Name())
	}
	o.Close()
	return decodedRule{Rule: rule, at: f.At(), inGo: d.inGo, sound: f.Count() == before}
}

// readDelay reads a fixed delay, or a delay between min and max.
func readDelay(f tree.Field) Delay {
	if f.Is(tree.Text) || f.Is(tree.Unreadable) {
		fixed := f.Duration()
		return Delay{Min: fixed, Max: fixed}
	}
	if f.Present() && !f.Is(tree.Object) {
		f.Mistake("delay must be a duration such as 50ms, or an object with min and max, not %s", f.Value().Kind)
		return Delay{}
	}
	o := f.Object()
	defer o.Close()
	low, high := o.Need("min"), o.Need("max")
	delay := Delay{Min: low.Duration(), Max: high.Duration()}
	if high.Present() && low.Present() && delay.Max < delay.Min {
		high.Mistake("the longest delay must be at least the shortest, %s, not %s", delay.Min, delay.Max)
	}
	return delay
}

// readFault reads what happens to the connection. Some kinds have a field of their own.
func readFault(f tree.Field) *ConnectionFault {
	if !f.Present() {
		return nil
	}
	o := f.Object()
	defer o.Close()
	kind := o.Need("kind").Word(string(ResetFault), string(EmptyFault), string(TruncateFault),
		string(DripFault), string(HangFault), string(HTMLFault))
	fault := &ConnectionFault{Kind: FaultKind(kind)}
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
	return fault
}

// belongs reports whether a field belongs to the fault's kind. It records a mistake if the field is present with another kind.
func belongs(f tree.Field, kind, owner FaultKind) bool {
	if kind != owner && kind != "" && f.Present() {
		f.Mistake("%s is allowed only with the kind %s, not with %s", f.Name(), owner, kind)
	}
	return kind == owner
}

func orDefault[T any](f tree.Field, written, otherwise T) T {
	if f.Present() {
		return written
	}
	return otherwise
}
