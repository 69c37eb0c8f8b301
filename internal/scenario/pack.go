package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/tree"
)

// Pack is a folder with scenarios and fixtures that a team shares.
type Pack struct {
	Name string // the path of the folder; mistakes show it
	FS   fs.FS  // the folder; scenarios/ and fixtures/ are both optional
}

// mistakes returns why the folder is no pack, or which parts of it are not read.
func (p Pack) mistakes() (all tree.Mistakes) {
	whole := func(message string) tree.Mistakes { return tree.Mistakes{tree.Position{File: p.Name}.Mistake(message)} }
	entries, err := fs.ReadDir(p.FS, ".")
	if err != nil {
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return whole(fmt.Sprintf("must be a folder with scenarios/ and fixtures/: %s", err))
	}
	found := partsOf(p.FS)
	visible := func(entry fs.DirEntry) bool { return !strings.HasPrefix(entry.Name(), ".") }
	switch base := path.Base(p.Name); {
	case isFolder(p.FS, "scenarios") || isFolder(p.FS, "fixtures") || !slices.ContainsFunc(entries, visible):
	case base == "scenarios" || base == "fixtures":
		return whole(fmt.Sprintf("not a pack but the %s/ of one: name the folder around it", base))
	case len(found) == 0:
		const message = "not a pack: it has neither scenarios/ nor fixtures/ and is not empty"
		return whole(message)
	}
	for _, part := range found {
		if part.name != part.meant {
			message := fmt.Sprintf("looks like a part of a pack and is not read (did you mean %q?)", part.meant)
			all = append(all, tree.Position{File: path.Join(p.Name, part.name)}.Mistake(message))
		}
	}
	return all
}

// PartOf returns the name of something in a folder that looks like a part of a pack, be it read or not; "" if nothing does.
func PartOf(folder fs.FS) string {
	for _, part := range partsOf(folder) {
		return part.name
	}
	return ""
}

// part is a file or a folder that looks like a part of a pack.
type part struct {
	name  string
	meant string // under which name it is read
}

// partsOf looks at what stands in a folder itself: folders with documents that are called almost like those of a pack,
// scenarios and evidence.
func partsOf(fsys fs.FS) (all []part) {
	entries, _ := fs.ReadDir(fsys, ".")
	for _, entry := range entries {
		name := entry.Name()
		meant, near := nearest.Name(name, []string{"scenarios", "fixtures"})
		switch {
		case strings.HasPrefix(name, "."):
		case isFolder(fsys, name):
			if near && hasDocument(fsys, name) {
				all = append(all, part{name, meant})
			}
		case isDocument(name) && strings.TrimSuffix(name, path.Ext(name)) == "evidence":
			all = append(all, part{name, "fixtures/evidence.yaml"})
		case isScenario(fsys, name):
			all = append(all, part{name, "scenarios/" + strings.TrimSuffix(name, path.Ext(name)) + ".yaml"})
		}
	}
	return all
}

func isFolder(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

// isDocument reports whether a file's name ends like that of a scenario or a fixture, in any letters.
func isDocument(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(path.Ext(name)))
}

func hasDocument(fsys fs.FS, folder string) (found bool) {
	_ = fs.WalkDir(fsys, folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && isDocument(name) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// isScenario reports whether a file has the keys of a scenario.
func isScenario(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	if !isDocument(name) || err != nil || !info.Mode().IsRegular() {
		return false // opening a pipe would wait for its other end
	}
	source, err := tree.Folder{FS: fsys, Root: "."}.Read(name)
	if err != nil {
		return false
	}
	root, _ := tree.Parse(name, source)
	return root.Get("format") != nil && (root.Get("extends") != nil || root.Get("clock") != nil)
}
