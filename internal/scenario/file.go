package scenario

import (
	"fmt"
	"strings"

	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/scenario/tree"
)

// file is one scenario document as it was read.
type file struct {
	name, path string
	pack       string      // its pack's name
	root       *tree.Value // without extends; nil when nothing could be read
	extends    string      // empty: nothing
	extendsAt  tree.Position
	mistakes   fixture.Mistakes // what is wrong with the text itself

	merged *tree.Value // over all that it extends; nil until then, and when that cannot be had
	state  mergeState
}

type mergeState int

const (
	unmerged mergeState = iota
	merging
	merged
)

func newFile(name, path string, source []byte) *file {
	f := &file{name: name, path: path}
	f.root, f.mistakes = tree.Parse(path, source)
	if f.root == nil || f.root.Kind != tree.Object {
		return f
	}
	reader := tree.NewReader()
	o := reader.Field("a scenario", f.root).Object()
	readFormat(o)
	extends := o.Key("extends")
	f.extends, f.extendsAt = extends.Text(), extends.At()
	f.mistakes = append(f.mistakes, reader.Mistakes()...)
	f.root = f.root.Remove("extends")
	if extends.Present() && f.extends == "" {
		f.root = nil // without its base, what it lacks would be reported
	}
	return f
}

// noSuch is the fault of extending what is not there.
func (f *file) noSuch(names []string) fixture.Mistake {
	if f.extends == f.name {
		return f.extendsAt.Mistake(fmt.Sprintf("no other scenario %q to extend: there is none built in", f.name))
	}
	return f.extendsAt.Mistake(fmt.Sprintf("no scenario %q to extend%s", f.extends, nearest.Suggest(f.extends, names)))
}

// circle is the fault of a file that extends itself, through others or not.
func (f *file) circle(path []*file) fixture.Mistake {
	var names []string
	for _, on := range path {
		names = append(names, on.name)
	}
	return f.extendsAt.Mistake("scenarios extend each other in a circle: " + strings.Join(append(names, f.extends), ", "))
}

// title writes on a scenario where it comes from.
func (f *file) title(s *Scenario) {
	s.Name, s.Pack, s.File, s.Extends = f.name, f.pack, f.path, f.extends
}
