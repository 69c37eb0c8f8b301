package scenario

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/mockportal/mockportal/internal/tree"
)

// ParseDuration reads a duration in the notation of scenario files: Go's, which may begin with days, such as 31d or 1d12h.
// A negative duration is an error.
func ParseDuration(text string) (time.Duration, error) {
	d, ok := tree.ParseDuration(text)
	if !ok {
		return 0, fmt.Errorf("%q must be a duration of 0 or more, such as 50ms, 1m30s or 31d", text)
	}
	return d, nil
}

// InGo returns the library for readers who write Go: its [Library.Rules] and [Library.Expectations] name keys as package mock names its
// fields and methods, such as Exactly. Mistakes call an item of the list "it", because the reader knows it by its number.
func (l *Library) InGo() *Library {
	inGo := *l
	inGo.inGo = true
	return &inGo
}

// field returns a document as a field, in the words of its reader.
func (s surroundings) field(root *tree.Value, name string, mistakes *tree.Mistakes) tree.Field {
	if s.inGo {
		return root.Field(name, mistakes).InGo()
	}
	return root.Field(name, mistakes)
}

// item returns an item of a list under the name that its reader knows it by.
func (s surroundings) item(f tree.Field, name string) tree.Field {
	if s.inGo {
		return f.Named("it")
	}
	return f.Named(name)
}

// Rules reads one rule or a list of rules, YAML or JSON, in the format of a scenario's rules. The error is a [tree.Mistakes].
func (l *Library) Rules(s *Scenario, source []byte) ([]Rule, error) {
	root, mistakes := tree.Parse("rules", source)
	if root == nil {
		return nil, mistakes.Err()
	}
	d := l.decoder(s)
	f := d.field(root, "rules", &mistakes)
	var rules []Rule
	if f.Is(tree.List) {
		rules = d.rules(f)
	} else {
		rules = []Rule{d.rule(f.Named("the rule")).Rule}
	}
	if err := masked(mistakes, s.secrets).Err(); err != nil {
		return nil, err
	}
	return rules, nil
}

// decoder returns a decoder of what refers to a scenario; nil stands for a scenario that has any member.
func (l *Library) decoder(s *Scenario) decoder {
	if s == nil {
		return decoder{surroundings: l.surroundings, anybody: true}
	}
	return decoder{surroundings: l.surroundings, members: slices.Sorted(maps.Keys(s.World.Members)), secrets: s.secrets}
}

// Expectations reads an object with a scenario's keys expect, inOrder and within, YAML or JSON. Mistakes call the document by the
// name. The error is a [tree.Mistakes]. Without a scenario any member may be named.
func (l *Library) Expectations(s *Scenario, name string, source []byte) (Expectations, error) {
	d := l.decoder(s)
	root, mistakes := tree.Parse(name, source)
	if root == nil {
		return Expectations{}, masked(mistakes, d.secrets).Err()
	}
	o := d.field(root, "a verification", &mistakes).Object()
	list := o.Need("expect")
	expectations := d.expectations(o, list)
	if list.Is(tree.List) && len(expectations.Expect) == 0 {
		list.Mistake("expect must have at least one expectation: without one, everything would pass")
	}
	o.Close()
	return expectations, masked(mistakes, d.secrets).Err()
}
