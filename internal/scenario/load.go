package scenario

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

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
	if notPack(pack.FS) {
		whole := tree.Position{File: pack.Name}
		l.mistakes = append(l.mistakes, whole.Mistake("not a pack: it has neither scenarios/ nor fixtures/ and is not empty"))
		return
	}
	set, err := l.library.fixtures.Overlay(pack.Name, pack.FS)
	var mistakes tree.Mistakes
	if errors.As(err, &mistakes) {
		l.mistakes = append(l.mistakes, mistakes...)
	}
	l.library.fixtures = set
}

// notPack reports whether a folder has files but none of a pack's folders, so that the user probably meant another folder.
func notPack(fsys fs.FS) bool {
	for _, name := range []string{"scenarios", "fixtures"} {
		if info, err := fs.Stat(fsys, name); err == nil && info.IsDir() {
			return false
		}
	}
	entries, _ := fs.ReadDir(fsys, ".")
	return slices.ContainsFunc(entries, func(entry fs.DirEntry) bool { return !strings.HasPrefix(entry.Name(), ".") })
}

// read reads every scenario of a folder.
func (l *loader) read(pack string, folder tree.Folder) {
	found := map[string]*file{}
	l.packs = append(l.packs, found)
	unreadable := folder.Each(".yaml", func(name string, at tree.Position, source []byte) {
		f := newFile(name, at.File, source)
		f.pack = pack
		found[f.name] = f
	}, func(string) string { return "" })
	l.mistakes = append(l.mistakes, unreadable...)
}

// decode decodes every file, including those that a later pack hides.
func (l *loader) decode() {
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
			l.library.scenarios[name] = f.decode(l.library.surroundings)
			l.library.files[name] = f
		}
	}
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
