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
	base       *file       // the file that it extends; nil: none
	merged     *tree.Value // the document over everything that it extends; nil if that is not usable
	mistakes   tree.Mistakes
}

func newFile(name, path string, source []byte) *file {
	f := &file{name: name, path: path}
	f.root, f.mistakes = tree.Parse(path, source)
	if f.root == nil || f.root.Kind != tree.Object {
		return f
	}
	o := f.root.Field("a scenario", &f.mistakes).Object()
	readFormat(o)
	extends := o.Key("extends")
	f.extends, f.extendsAt = tree.Name(extends.Text()), extends.At()
	f.root = f.root.Remove("extends")
	if extends.Present() && f.extends == "" {
		f.root = nil // without its base it would be reported as incomplete
	}
	return f
}

func (f *file) mistake(at tree.Position, format string, args ...any) {
	f.mistakes = append(f.mistakes, at.Mistake(fmt.Sprintf(format, args...)))
}

// link sets the file that this file extends, which is nil if it does not exist. It could extend each of the names.
func (f *file) link(base *file, names []string) {
	switch f.base = base; {
	case f.extends == "" || base != nil:
	case f.extends == f.name:
		f.mistake(f.extendsAt, "no built-in scenario %q to extend", f.name)
	default:
		f.mistake(f.extendsAt, "no scenario %q to extend%s", f.extends, nearest.Suggest(f.extends, names))
	}
}

// checkCircle reports a file that extends itself through other files.
func (f *file) checkCircle() {
	seen, names := map[*file]bool{}, []string{f.name}
	next := f
	for ; next != nil && !seen[next]; next = next.base {
		seen[next], names = true, append(names, next.extends)
	}
	if next == f {
		f.mistake(f.extendsAt, "scenarios extend each other in a circle: %s", strings.Join(names, ", "))
		f.root = nil
	}
}

// merge returns the document over everything that it extends, or nil if that is not usable.
func (f *file) merge() *tree.Value {
	switch {
	case f.merged != nil || f.root == nil:
	case f.extends == "":
		f.merged = f.root
	case f.base != nil && f.base.merge() != nil:
		var mistakes tree.Mistakes
		f.merged, mistakes = tree.Extend(f.base.merged, f.root, "with")
		f.mistakes = append(f.mistakes, mistakes...)
	}
	return f.merged
}

// decode returns the scenario, or nil if the document is not usable.
func (f *file) decode(s surroundings) *Scenario {
	if f.merge() == nil {
		return nil
	}
	decoded := s.decode(f.merged, &f.mistakes)
	decoded.Name, decoded.Pack, decoded.notes = f.name, f.pack, f.masked(decoded.notes)
	return decoded
}
