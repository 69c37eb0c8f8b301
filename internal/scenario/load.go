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

// loader reads packs into a library and gathers the mistakes of all files.
type loader struct {
	library  *Library
	packs    []map[string]*file // by name; the built-in pack first
	mistakes fixture.Mistakes
	chain    []*file // the files that are being merged, each extended by the one before
}

// overlay puts the pack's fixtures over those of the packs before.
func (l *loader) overlay(pack Pack) {
	if strange(pack.FS) {
		l.mistakes = append(l.mistakes, fixture.Mistake{File: pack.Name, Message: "has neither scenarios/ nor fixtures/, and is not empty either"})
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

// strange reports whether a folder has something in it and nothing of a pack, so that it was probably meant to be another one.
func strange(fsys fs.FS) bool {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return false
	}
	some := false
	for _, entry := range entries {
		if entry.Name() == "scenarios" || entry.Name() == "fixtures" {
			// Mounted volumes have symbolic links to folders there.
			if info, err := fs.Stat(fsys, entry.Name()); err == nil && info.IsDir() {
				return false
			}
		}
		some = some || !strings.HasPrefix(entry.Name(), ".")
	}
	return some
}

// fixtureFiles returns the ids of a pack whose fixtures cannot be used, so that nobody is told that they do not exist.
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

// read reads every scenario of a folder; shown is the folder as mistakes show it.
func (l *loader) read(pack, shown string, fsys fs.FS) {
	found := map[string]*file{}
	l.packs = append(l.packs, found)
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".")
		switch {
		case err != nil && name == "." && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll // a pack of fixtures
		case err != nil:
			l.mistake(path.Join(shown, name), err)
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.IsDir() || hidden:
		case strings.HasSuffix(name, ".yml"):
			l.mistake(path.Join(shown, name), errors.New("a scenario's file ends in .yaml, not in .yml"))
		case strings.HasSuffix(name, ".yaml") && entry.Type()&^fs.ModeSymlink != 0:
			l.mistake(path.Join(shown, name), errors.New("is no regular file")) // to open a pipe would wait for its other end
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

// readSome reads a file, and one byte more than a document may have, so that its size is reported and not its syntax.
func readSome(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, tree.MaxBytes+1))
}

// fault reports a file that cannot be read.
func (l *loader) mistake(name string, err error) {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = fmt.Errorf("cannot be read: %w", cause.Err)
	}
	l.mistakes = append(l.mistakes, fixture.Mistake{File: name, Message: err.Error()})
}

// decode decodes every file, those too that a later pack hides.
func (l *loader) decode() {
	for i, pack := range l.packs {
		for _, name := range slices.Sorted(maps.Keys(pack)) {
			f := pack[name]
			root := l.merge(i, f)
			if root == nil {
				continue
			}
			scenario, mistakes := l.library.decode(root)
			f.title(scenario)
			l.mistakes = append(l.mistakes, mistakes...)
			l.library.scenarios[name] = scenario
			l.library.merged[name] = root
		}
	}
}

// maskedMistakes returns the mistakes without what the files write as credentials.
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

// merge returns the file merged over what it extends; nil with a fault when that is not to be had.
func (l *loader) merge(pack int, f *file) *tree.Value {
	switch {
	case f.state == merged || f.root == nil:
		return f.merged
	case f.state == merging:
		last := l.chain[len(l.chain)-1]
		l.mistakes = append(l.mistakes, last.circle(l.chain[slices.Index(l.chain, f):]))
		return nil
	}
	f.state = merging
	l.chain = append(l.chain, f)
	f.merged = l.extend(pack, f)
	l.chain = l.chain[:len(l.chain)-1]
	f.state = merged
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

// base finds what a file extends: another file of its pack, else a built-in one, which may have the file's own name.
func (l *loader) base(pack int, f *file) (int, *file) {
	if base := l.packs[pack][f.extends]; base != nil && (base != f || pack == 0) {
		return pack, base
	}
	return 0, l.packs[0][f.extends]
}

// names returns what a file of the pack can extend.
func (l *loader) names(pack int) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(l.packs[0])), maps.Keys(l.packs[pack]))
	slices.Sort(names)
	return slices.Compact(names)
}
