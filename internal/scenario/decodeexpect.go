package scenario

import (
	"fmt"
	"math"

	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/mock/journal"
)

// expectations reads a list of expectations, and the keys inOrder and within beside it.
func (d *decoder) expectations(o *tree.ObjectField, list tree.Field) Expectations {
	var e Expectations
	list.Items(func(item tree.Field) {
		name := fmt.Sprintf("expectation %d", len(e.Expect)+1) // as verdicts count them
		e.Expect = append(e.Expect, d.expectation(d.item(item, name)))
	})
	inOrder, within := o.Key("inOrder"), o.Key("within")
	e.InOrder = inOrder.Bool()
	e.Within = within.Duration()
	for _, f := range []tree.Field{inOrder, within} {
		if f.Present() && (!list.Present() || list.Is(tree.List) && len(e.Expect) == 0) {
			f.Mistake("%s without expect", f.Name())
		}
	}
	return e
}

func (d *decoder) expectation(f tree.Field) Expectation {
	o := f.Object()
	defer o.Close()
	when := o.Need("when").Object()
	matcher := d.matcher(when)
	d.refuseSecrets(when.Key("params"), matcher)
	readOutcome(when, &matcher)
	when.Close()
	exactly, atLeast, atMost := o.Key("exactly"), o.Key("atLeast"), o.Key("atMost")
	e := Expectation{When: matcher, AtLeast: atLeast.Whole(0, math.MaxInt), AtMost: NoLimit, Exact: exactly.Present(), InGo: d.inGo}
	if atMost.Present() {
		e.AtMost = atMost.Whole(0, math.MaxInt)
	}
	switch {
	case exactly.Present() && (atLeast.Present() || atMost.Present()):
		exactly.Mistake("%s cannot be combined with %s or %s", exactly.Name(), atLeast.Name(), atMost.Name())
	case exactly.Present():
		e.AtLeast = exactly.Whole(0, math.MaxInt)
		e.AtMost = e.AtLeast
	case atLeast.Present() && atMost.Present() && e.AtLeast > e.AtMost:
		atMost.Mistake("%s must be at least %s, %d, not %d", atMost.Name(), atLeast.Name(), e.AtLeast, e.AtMost)
	case f.Is(tree.Object) && !atLeast.Present() && !atMost.Present():
		f.Mistake("%s needs %s, %s or %s", f.Name(), exactly.Name(), atLeast.Name(), atMost.Name())
	}
	return e
}

// refuseSecrets reports parameters that hold secrets: the journal masks them, so nothing could ever be equal to them.
func (d *decoder) refuseSecrets(params tree.Field, m Matcher) {
	if !params.Is(tree.Object) {
		return
	}
	instead := "present: [%s]"
	if d.inGo {
		instead = "Present(%q)"
	}
	for _, entry := range params.Value().Entries {
		alone := &tree.Value{Kind: tree.Object, Entries: []tree.Entry{entry}}
		alone.Entries[0].Value, _ = tree.Parse("", m.Params[entry.Key].JSON) // decoded, if it was given as text
		text := string(alone.JSON())
		if d.contract.Secret(entry.Key) || len(secretsIn(alone, false)) > 0 || secret.Hide(text, d.secrets) != text {
			params.MistakeAt(entry.At, "%s is masked in the journal and equals nothing there; expect it with "+instead, entry.Key, entry.Key)
		}
	}
}

// readOutcome reads the conditions that apply only to a finished call.
func readOutcome(o *tree.ObjectField, m *Matcher) {
	code := o.Key("errorCode")
	m.Outcome = journal.Outcome(o.Key("outcome").Word(string(journal.OK), string(journal.Error), string(journal.Fault)))
	m.ErrorCode = code.Whole(100, 999)
	m.Violations = Violating(o.Key("violations").Word(string(WithViolations), string(WithoutViolations)))
	if code.Present() && (m.Outcome == journal.OK || m.Outcome == journal.Fault) {
		code.Mistake("%s needs the outcome error, not %s", code.Name(), m.Outcome)
	}
}
