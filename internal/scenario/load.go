package scenario

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/mockportal/mockportal/internal/tree"
)

// loader reads packs into a library and collects the mistakes of all files.
type loader struct {
	library  *Library
	packs    []map[string]*file // by name; the built-in pack first
	mistakes tree.Mistakes      // of fixtures and folders
}

// overlay puts the pack's fixtures over those of earlier packs.
func (l *loader) overlay(pack Pack) {
	l.mistakes = append(l.mistakes, pack.mistakes()...)
	set, err := l.library.fixtures.Overlay(pack.Name, pack.FS)
	var mistakes tree.Mistakes
	if errors.As(err, &mistakes) {
		l.mistakes = append(l.mistakes, mistakes...)
	}
	l.library.fixtures = set
	l.library.packs = append(l.library.packs, Counted{Pack: pack.Name, Fixtures: set.Top()})
}

// read reads every scenario of a folder.
func (l *loader) read(pack string, folder tree.Folder) {
	found := map[string]*file{}
	counted := &l.library.packs[len(l.packs)]
	l.packs = append(l.packs, found)
	unreadable := folder.Each(".yaml", func(name string, at tree.Position, source []byte) {
		f := newFile(name, at.File, source)
		f.pack = pack
		found[f.name] = f
	}, refuse)
	counted.Scenarios = len(found)
	l.mistakes = append(l.mistakes, unreadable...)
}

// refuse returns why a file in scenarios/ is a mistake. Most other files are not: an editor's schema may stand there too.
func refuse(name string) string {
	if strings.EqualFold(path.Ext(name), ".json") && !strings.HasSuffix(name, ".schema.json") {
		return "not read: the name of a scenario must end in .yaml, also if it is JSON; a fixture belongs in fixtures/"
	}
	return ""
}

// decode decodes every file, including those that a later pack hides. Without packs each file is decoded when somebody asks for it: tests
// have proven the built-in files, and a server plays one of them.
func (l *loader) decode(later bool) {
	for _, pack := range l.packs {
		names := slices.AppendSeq(slices.Collect(maps.Keys(l.packs[0])), maps.Keys(pack))
		for _, f := range pack {
			f.link(l.base(pack, f), names)
		}
	}
	for _, pack := range l.packs {
		for _, f := range pack {
			f.checkCircle()
		}
		for name, f := range pack {
			f.merge()
			if later {
				l.keepLater(name, f)
			} else {
				l.keep(name, f, f.decode(l.library.surroundings))
			}
		}
	}
}

// keepLater keeps a built-in scenario, which is decoded when somebody asks for it. A mistake in it is a defect of the build.
func (l *loader) keepLater(name string, f *file) {
	l.library.files[name] = f
	l.library.scenarios[name] = sync.OnceValue(func() *Scenario {
		decoded := f.decode(l.library.surroundings)
		if err := f.mistakes.Err(); err != nil {
			panic(err)
		}
		return decoded
	})
}

// keep puts a scenario, which is nil if it is not usable, over the one of an earlier pack.
func (l *loader) keep(name string, f *file, decoded *Scenario) {
	if decoded != nil {
		l.library.notes = append(l.library.notes, decoded.notes...)
	}
	if before, ok := l.library.scenarios[name]; ok && before() != nil && decoded != nil {
		decoded.Hides = append(before().Hides, before().Pack)
		note := fmt.Sprintf("hides the scenario %q of %s", name, tree.Printable(strings.Join(decoded.Hides, ", ")))
		l.library.notes = append(l.library.notes, tree.Position{File: f.path}.Mistake(note))
	}
	l.library.scenarios[name], l.library.files[name] = func() *Scenario { return decoded }, f
}

// base finds the file that a file extends: another file of its pack, else a built-in one, which may have the same name.
func (l *loader) base(pack map[string]*file, f *file) *file {
	builtIn := l.packs[0][f.extends]
	if base := pack[f.extends]; base != nil && (base != f || base == builtIn) {
		return base
	}
	return builtIn
}

// err returns the mistakes of all files, with the credentials of the files masked.
func (l *loader) err() error {
	all := l.mistakes
	for _, pack := range l.packs {
		for _, f := range pack {
			all = append(all, f.mistakes...)
		}
	}
	for _, pack := range l.packs {
		for _, f := range pack {
			all = f.masked(all)
		}
	}
	return all.Err()
}
