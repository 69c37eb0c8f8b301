package scenario

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/scenario/tree"
)

// loader reads packs into a library and collects the mistakes of all files.
type loader struct {
	library  *Library
	packs    []map[string]*file // by name; the built-in pack first
	mistakes fixture.Mistakes
	chain    []*file // the files being merged; each extends the next
}

// overlay puts the pack's fixtures over those of earlier packs.
func (l *loader) overlay(pack Pack) {
	if notPack(pack.FS) {
		l.mistake(pack.Name, errors.New("not a pack: it has neither scenarios/ nor fixtures/ and is not empty"))
		return
	}
	set, err := l.library.fixtures.Overlay(pack.Name, pack.FS)
	if err == nil {
		l.library.fixtures = set
		return
	}
	var mistakes fixture.Mistakes
	if !errors.As(err, &mistakes) {
		mistakes = fixture.Mistakes{{File: pack.Name, Message: err.Error()}}
	}
	l.mistakes = append(l.mistakes, mistakes...)
	l.library.broken = append(l.library.broken, fixtureFiles(pack.FS)...)
}

// notPack reports whether a folder has files but none of a pack's folders, so that the user probably meant another folder.
func notPack(fsys fs.FS) bool {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return false
	}
	some := false
	for _, entry := range entries {
		if entry.Name() == "scenarios" || entry.Name() == "fixtures" {
			// In mounted volumes these are symbolic links to folders.
			if info, err := fs.Stat(fsys, entry.Name()); err == nil && info.IsDir() {
				return false
			}
		}
		some = some || !strings.HasPrefix(entry.Name(), ".")
	}
	return some
}

// fixtureFiles returns the ids of the fixtures of a pack with mistakes. They must not be reported as missing.
func fixtureFiles(fsys fs.FS) []string {
	var ids []string
	_ = fs.WalkDir(fsys, "fixtures", func(name string, _ fs.DirEntry, err error) error {
		if id, ok := strings.CutSuffix(name, ".json"); ok && err == nil {
			ids = append(ids, strings.TrimPrefix(id, "fixtures/"))
		}
		return nil
	})
	return ids
}

func (l *loader) readPack(pack Pack) {
	sub, err := fs.Sub(pack.FS, "scenarios")
	if err != nil {
		l.mistake(pack.Name, err)
		return
	}
	l.read(pack.Name, path.Join(pack.Name, "scenarios"), sub)
}

// read reads every scenario of a folder. Mistakes call the folder shown.
func (l *loader) read(pack, shown string, fsys fs.FS) {
	found := map[string]*file{}
	l.packs = append(l.packs, found)
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".")
		switch {
		case err != nil && name == "." && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll // a pack with fixtures only
		case err != nil:
			l.mistake(path.Join(shown, name), err)
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.IsDir() || hidden:
		case strings.HasSuffix(name, ".yml"):
			l.mistake(path.Join(shown, name), errors.New("a scenario's file must end in .yaml, not .yml"))
		case strings.HasSuffix(name, ".yaml") && entry.Type()&^fs.ModeSymlink != 0:
			l.mistake(path.Join(shown, name), errors.New("is no regular file")) // opening a pipe would block
		case strings.HasSuffix(name, ".yaml"):
			l.readFile(found, pack, shown, fsys, name)
		}
		return nil
	})
	if err != nil {
		l.mistake(shown, err)
	}
}

func (l *loader) readFile(found map[string]*file, pack, shown string, fsys fs.FS, name string) {
	source, err := readSome(fsys, name)
	if err != nil {
		l.mistake(path.Join(shown, name), err)
		return
	}
	f := newFile(strings.TrimSuffix(name, ".yaml"), path.Join(shown, name), source)
	f.pack = pack
	l.mistakes = append(l.mistakes, f.mistakes...)
	found[f.name] = f
}

// readSome reads at most one byte more than a document may have, so that a larger file is reported as too large.
func readSome(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, tree.MaxBytes+1))
}

// mistake records a mistake in a whole file.
func (l *loader) mistake(name string, err error) {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = fmt.Errorf("cannot be read: %w", cause.Err)
	}
	l.mistakes = append(l.mistakes, fixture.Mistake{File: name, Message: err.Error()})
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
func (l *loader) maskedMistakes() fixture.Mistakes {
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
