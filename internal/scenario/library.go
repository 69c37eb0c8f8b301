package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/scenario/tree"
	"github.com/mockportal/mockportal/scenarios"
)

// ErrUnknown is wrapped by the error for a scenario that a library does not have.
var ErrUnknown = errors.New("unknown scenario")

// builtInName is the name of the pack that this package brings along.
const builtInName = "built-in"

// Pack is a folder with scenarios and fixtures that a team shares.
type Pack struct {
	Name string // the folder as the user would open it; mistakes show it
	FS   fs.FS  // the folder: it has scenarios/ and fixtures/, or one of them, or none
}

// Library is the scenarios that can be played, with the fixtures that they are made of.
// It is never changed after loading and safe for concurrent use.
type Library struct {
	surroundings

	scenarios map[string]*Scenario
	merged    map[string]*tree.Value // the same scenarios, for those that extend them
}

// BuiltIn returns the scenarios of this package, loaded once per process.
func BuiltIn() *Library { return builtIn() }

// The files are embedded and proven by the tests of this package, so a fault in them is a defect of the build.
var builtIn = sync.OnceValue(func() *Library {
	library, err := load(nil)
	if err != nil {
		panic(err)
	}
	return library
})

// Open returns the built-in scenarios with packs over them. Of two packs with a scenario or fixture of one name the later one wins.
// The error is of type fixture.Mistakes and holds everything that is wrong in any file; there is no library then.
func Open(packs ...Pack) (*Library, error) {
	if len(packs) == 0 {
		return BuiltIn(), nil
	}
	return load(packs)
}

func load(packs []Pack) (*Library, error) {
	l := &loader{library: &Library{
		surroundings: surroundings{fixtures: fixture.BuiltIn(), contract: contract.BuiltIn()},
		scenarios:    map[string]*Scenario{},
		merged:       map[string]*tree.Value{},
	}}
	for _, pack := range packs {
		l.overlay(pack)
	}
	l.read(builtInName, "scenarios", scenarios.Documents)
	for _, pack := range packs {
		l.readPack(pack)
	}
	l.decode()
	if err := l.maskedMistakes().Err(); err != nil {
		return nil, err
	}
	return l.library, nil
}

// Names returns the names of all scenarios, sorted.
func (l *Library) Names() []string { return slices.Sorted(maps.Keys(l.scenarios)) }

// Scenario returns the scenario of this name. The error wraps ErrUnknown and suggests a name.
func (l *Library) Scenario(name string) (*Scenario, error) {
	scenario, ok := l.scenarios[name]
	if !ok {
		return nil, unknownError{name: name, hint: nearest.Suggest(name, l.Names())}
	}
	return scenario, nil
}

type unknownError struct{ name, hint string }

func (e unknownError) Error() string { return fmt.Sprintf("no scenario %q%s", e.name, e.hint) }

func (e unknownError) Unwrap() error { return ErrUnknown }

// Fixtures returns the fixtures of all packs, over the built-in ones.
func (l *Library) Fixtures() *fixture.Set { return l.fixtures }

// Contract returns the contract that the scenarios and fixtures were checked against.
func (l *Library) Contract() *contract.Contract { return l.contract }

// Decode reads a whole scenario document that is in no file, YAML or JSON. It may extend any scenario of the library.
// The name stands for it in mistakes and becomes the scenario's. The error is of type fixture.Mistakes.
func (l *Library) Decode(name string, source []byte) (*Scenario, error) {
	f := newFile(name, name, source)
	merged, mistakes := l.extend(f)
	if merged == nil {
		return nil, f.masked(mistakes).Err()
	}
	scenario, found := l.decode(merged)
	if err := f.masked(append(mistakes, found...)).Err(); err != nil {
		return nil, err
	}
	f.title(scenario)
	return scenario, nil
}

// extend merges a document that is in no file over the scenario that it extends; nil when there is nothing to decode.
func (l *Library) extend(f *file) (*tree.Value, fixture.Mistakes) {
	if f.root == nil || f.extends == "" {
		return f.root, f.mistakes
	}
	base := l.merged[f.extends]
	if base == nil {
		return nil, append(f.mistakes, f.noSuch(l.Names()))
	}
	merged, mistakes := tree.Extend(base, f.root, "with")
	return merged, append(f.mistakes, mistakes...)
}
