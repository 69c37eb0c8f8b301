package scenario

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/scenarios"
)

// ErrUnknown is wrapped by the error for a scenario that is not in a library.
var ErrUnknown = errors.New("no scenario")

// builtInName is the name of the built-in pack.
const builtInName = "built-in"

// Counted says how many documents of its own a pack has.
type Counted struct {
	Pack                string // its name
	Scenarios, Fixtures int
}

// Library holds scenarios and the fixtures that they use. It is immutable and safe for concurrent use.
type Library struct {
	surroundings

	scenarios map[string]func() *Scenario
	files     map[string]*file // of the scenarios, for those that extend them
	packs     []Counted
	notes     tree.Mistakes
}

// BuiltIn returns the library of the built-in scenarios, loaded once per process.
func BuiltIn() *Library { return builtIn() }

// The files are embedded and the tests of this package prove them, so a mistake in them is a defect of the build.
var builtIn = sync.OnceValue(func() *Library {
	library, err := load(nil)
	if err != nil {
		panic(err)
	}
	return library
})

// Open returns a library of the built-in scenarios and those of the packs. If two packs have a scenario or fixture of the same name,
// the later pack wins. The error is a [tree.Mistakes] with the mistakes of all files.
func Open(packs ...Pack) (*Library, error) {
	if len(packs) == 0 {
		return BuiltIn(), nil
	}
	return load(packs)
}

func load(packs []Pack) (*Library, error) {
	l := &loader{library: &Library{
		surroundings: surroundings{fixtures: fixture.BuiltIn(), contract: contract.BuiltIn()},
		scenarios:    map[string]func() *Scenario{},
		files:        map[string]*file{},
	}}
	l.library.packs = []Counted{{Pack: builtInName, Fixtures: l.library.fixtures.Top()}}
	for _, pack := range packs {
		l.overlay(pack)
	}
	l.read(builtInName, tree.Folder{FS: scenarios.Documents, Root: ".", Shown: "scenarios"})
	for _, pack := range packs {
		l.read(pack.Name, tree.Folder{FS: pack.FS, Root: "scenarios", Shown: path.Join(pack.Name, "scenarios")})
	}
	l.decode(len(packs) == 0)
	if err := l.err(); err != nil {
		return nil, err
	}
	return l.library, nil
}

// Names returns the names of all scenarios, sorted.
func (l *Library) Names() []string { return slices.Sorted(maps.Keys(l.scenarios)) }

// Packs counts the packs, the built-in one first.
func (l *Library) Packs() []Counted { return l.packs }

// Notes returns what is allowed in the packs and may not be meant, as lines.
func (l *Library) Notes() []string { return l.notes.Lines() }

// Scenario returns the scenario with this name. Names are compared by their [tree.Name]. The error wraps [ErrUnknown] and suggests a name.
func (l *Library) Scenario(name string) (*Scenario, error) {
	found, ok := l.scenarios[tree.Name(name)]
	if !ok {
		return nil, fmt.Errorf("%w %q%s", ErrUnknown, name, nearest.Suggest(name, l.Names()))
	}
	return found(), nil
}

// Fixtures returns the fixtures of all packs and the built-in ones.
func (l *Library) Fixtures() *fixture.Set { return l.fixtures }

// Contract returns the contract that the scenarios and fixtures were checked against.
func (l *Library) Contract() *contract.Contract { return l.contract }

// Decode reads a scenario document, YAML or JSON, that does not come from a file. It may extend any scenario of the library.
// The name becomes the scenario's name, and mistakes show it. The error is a [tree.Mistakes].
func (l *Library) Decode(name string, source []byte) (*Scenario, error) {
	f := newFile(name, name, source)
	f.link(l.files[f.extends], l.Names())
	decoded := f.decode(l.surroundings)
	if err := f.masked(f.mistakes).Err(); err != nil {
		return nil, err
	}
	return decoded, nil
}
