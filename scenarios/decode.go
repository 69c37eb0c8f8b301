package scenarios

import (
	"slices"

	"github.com/mockportal/mockportal/fixtures"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/openapi"
	"github.com/mockportal/mockportal/scenarios/internal/tree"
)

// surroundings are what a scenario is checked against.
type surroundings struct {
	fixtures *fixtures.Set
	contract *openapi.Contract
	broken   []string // ids of fixtures that have faults of their own
}

// decoder turns a merged document into a Scenario.
type decoder struct {
	surroundings

	secrets *secret.Known // of the world, once it is read
	members []string      // the usernames, once they are read
	anybody bool          // members are not known, so whoever is named may be one
}

// decode reads a merged document. The scenario is of use only when there are no faults.
func (s surroundings) decode(root *tree.Value) (*Scenario, fixtures.Faults) {
	reader := tree.NewReader()
	d := decoder{surroundings: s}
	scenario := d.scenario(reader.Field("a scenario", root))
	scenario.document = root.JSON()
	return scenario, masked(reader.Faults(), scenario.secrets)
}

func (d *decoder) scenario(f tree.Field) *Scenario {
	o := f.Object()
	readFormat(o)
	o.Key("extends") // read and taken out before the merge
	s := &Scenario{
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
		f.Fault("format must be 1, the only one that this version reads")
	}
}

func readClock(f tree.Field) Clock {
	o := f.Object()
	defer o.Close()
	return Clock{
		At:   o.Need("at").Time(),
		Mode: ClockMode(o.Key("mode").Word(string(Frozen), string(Running), string(Wall))),
	}
}

// texts reads a list of texts.
func texts(f tree.Field) []string {
	var list []string
	f.Items(func(item tree.Field) { list = append(list, item.Text()) })
	return list
}

// fixture finds the fixture that a field names; ok is false with a fault when there is none.
func (d *decoder) fixture(f tree.Field) (found fixtures.Fixture, ok bool) {
	id := f.Text()
	if id == "" {
		return fixtures.Fixture{}, false
	}
	found, ok = d.fixtures.Get(id)
	if !ok && !slices.Contains(d.broken, id) {
		f.Fault("no fixture %q%s", id, d.fixtures.Nearest(id))
	}
	return found, ok
}
