package scenario

import (
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/openapi"
)

// surroundings are what a scenario refers to: the fixtures and the contract.
type surroundings struct {
	fixtures *fixture.Set
	contract *contract.Contract
	inGo     bool // see [Library.InGo]
}

// decoder turns a merged document into a [Scenario].
type decoder struct {
	surroundings

	secrets *secret.Known // of the world; nil before it is read
	members []string      // the usernames; nil before they are read
	anybody bool          // the members are unknown, so that any name may be a member's

	notes tree.Mistakes // what is allowed and may not be meant
}

// decode reads a merged document. The scenario is usable only if there are no mistakes.
func (s surroundings) decode(root *tree.Value, mistakes *tree.Mistakes) *Scenario {
	d := decoder{surroundings: s}
	decoded := d.scenario(root.Field("a scenario", mistakes))
	decoded.document, decoded.notes = root.JSON(), d.notes
	return decoded
}

func (d *decoder) scenario(f tree.Field) *Scenario {
	o := f.Object()
	readFormat(o)
	o.Key("extends") // read and removed before the merge
	s := &Scenario{
		once:    new(once),
		Summary: o.Key("summary").Text(),
		Seed:    o.Key("seed").Seed(),
		Clock:   readClock(o.Need("clock")),
		World:   d.world(o.Key("world")),
		Rules:   d.rules(o.Key("rules")),
	}
	s.secrets = s.World.secrets()
	d.secrets = s.secrets
	s.Expectations = d.expectations(o, o.Key("expect"))
	o.Close()
	return s
}

func readFormat(o *tree.ObjectField) {
	f := o.Need("format")
	if f.Present() && !f.Is(tree.Unreadable) && (!f.Is(tree.Number) || f.Value().Text != "1") {
		f.Mistake("format must be 1, the only format that this version reads")
	}
}

func readClock(f tree.Field) Clock {
	o := f.Object()
	defer o.Close()
	at := o.Need("at")
	c := Clock{At: at.Time(), Mode: ClockMode(o.Key("mode").Option(string(Frozen), string(Running), string(Wall)))}
	switch year := c.At.Year(); {
	case c.At.IsZero(): // it could not be read
	case !c.At.Before(tree.Latest()):
		at.Mistake("%s must be before %s, where clocks stop", at.Name(), tree.Latest().Format(time.RFC3339))
	case c.Mode == Wall && (year < 1900 || year > 2100): // the dates are moved by a duration, which has 292 years at most
		at.Mistake("%s must be from the year 1900 to 2100 in mode wall, which moves all dates by the distance to the wall clock", at.Name())
	}
	return c
}

// template is a fixture that a scenario makes a document of.
type template struct {
	fixture.Fixture

	body *tree.Value
}

// template finds the fixture that a field names. ok is false, with a mistake recorded, if the fixture is not usable.
func (d *decoder) template(f tree.Field) (found template, ok bool) {
	id := f.Text()
	if id == "" {
		return template{}, false
	}
	if found.Fixture, ok = d.fixtures.Get(id); !ok {
		f.Mistake("no fixture %q%s", id, d.fixtures.Nearest(id))
		return template{}, false
	}
	found.body = found.Tree() // a mistake in it is reported with the fixture
	return found, found.body != nil && !found.Broken
}

// document returns the template with the changes of a "with", which may be absent.
func (t template) document(with tree.Field) (Document, *tree.Value) {
	level := t.Evidence.Level
	if with.Is(tree.Object) {
		t.body = tree.Merge(t.body, with.Value())
		if len(with.Value().Entries) > 0 {
			level = level.Weaker(openapi.Assumed)
		}
	}
	return Document{Fixture: t.ID, Body: t.body.JSON(), Evidence: level}, t.body
}
