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
	mistakes tree.Mistakes
	chain    []*file // the files being merged; each extends the next
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
	unreadable := folder.Each(".yaml", func(name string, source []byte) {
		f := newFile(strings.TrimSuffix(name, ".yaml"), folder.At(name).File, source)
		f.pack = pack
		l.mistakes = append(l.mistakes, f.mistakes...)
		found[f.name] = f
	}, func(name string) string {
		if strings.HasSuffix(name, ".yml") {
			return "a scenario's file must end in .yaml, not .yml"
		}
		return ""
	})
	l.mistakes = append(l.mistakes, unreadable...)
}

// decode decodes every file, including those that a later pack hides.
func (l *loader) decode() {
	for i, pack := range l.packs {
		for _, name := range slices.Sorted(maps.Keys(pack)) {
			f := pack[name]
			root := l.merge(i, f)
			if root == nil {
				continue
			}
			decoded, mistakes := l.library.decode(root)
			f.label(decoded)
			l.mistakes = append(l.mistakes, mistakes...)
			l.library.scenarios[name] = decoded
			l.library.merged[name] = root
		}
	}
}

// maskedMistakes returns the mistakes with the credentials of the files masked.
func (l *loader) maskedMistakes() tree.Mistakes {
	if len(l.mistakes) > 0 {
		for _, pack := range l.packs {
			for _, f := range pack {
				l.mistakes = f.masked(l.mistakes)
			}
		}
	}
	return l.mistakes
}

// merge returns the file merged over everything that it extends, or nil, with a mistake recorded, if that is not possible.
func (l *loader) merge(pack int, f *file) *tree.Value {
	if f.done || f.root == nil {
		return f.merged
	}
	if first := slices.Index(l.chain, f); first >= 0 {
		l.mistakes = append(l.mistakes, circle(l.chain[first:]))
		return nil
	}
	l.chain = append(l.chain, f)
	f.merged, f.done = l.extend(pack, f), true
	l.chain = l.chain[:len(l.chain)-1]
	return f.merged
}

func (l *loader) extend(pack int, f *file) *tree.Value {
	if f.extends == "" {
		return f.root
	}
	from, base := l.base(pack, f)
	if base == nil {
		l.mistakes = append(l.mistakes, f.noSuch(l.names(pack)))
		return nil
	}
	root := l.merge(from, base)
	if root == nil {
		return nil
	}
	extended, mistakes := tree.Extend(root, f.root, "with")
	l.mistakes = append(l.mistakes, mistakes...)
	return extended
}

// base finds the file that a file extends: another file of its pack, else a built-in one, which may have the same name.
func (l *loader) base(pack int, f *file) (int, *file) {
	if base := l.packs[pack][f.extends]; base != nil && (base != f || pack == 0) {
		return pack, base
	}
	return 0, l.packs[0][f.extends]
}

// names returns the names of the scenarios that a file of the pack can extend.
func (l *loader) names(pack int) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(l.packs[0])), maps.Keys(l.packs[pack]))
	slices.Sort(names)
	return slices.Compact(names)
}
