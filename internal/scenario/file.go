package scenario

import (
	"fmt"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/tree"
)

// file is one scenario document.
type file struct {
	name, path string
	pack       string      // the name of its pack
	root       *tree.Value // without extends; nil if it is not usable
	extends    string      // empty: nothing
	extendsAt  tree.Position
	mistakes   tree.Mistakes // found before the merge

	done   bool        // merged is set
	merged *tree.Value // the document over everything that it extends; nil if that has a mistake
}

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
		f.root = nil // without its base it would be reported as incomplete
	}
	return f
}

// noSuch is the mistake of extending a scenario that does not exist.
func (f *file) noSuch(names []string) tree.Mistake {
	if f.extends == f.name {
		return f.extendsAt.Mistake(fmt.Sprintf("no built-in scenario %q to extend", f.name))
	}
	return f.extendsAt.Mistake(fmt.Sprintf("no scenario %q to extend%s", f.extends, nearest.Suggest(f.extends, names)))
}

// circle is the mistake of the last file of a chain, which extends the first.
func circle(chain []*file) tree.Mistake {
	var names []string
	for _, f := range chain {
		names = append(names, f.name)
	}
	f := chain[len(chain)-1]
	return f.extendsAt.Mistake("scenarios extend each other in a circle: " + strings.Join(append(names, f.extends), ", "))
}

// label sets the origin of a scenario.
func (f *file) label(s *Scenario) {
	s.Name, s.Pack, s.File, s.Extends = f.name, f.pack, f.path, f.extends
}
