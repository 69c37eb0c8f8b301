package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/mockportal/mockportal/internal/scenario"
)

// packFlags are shared by all commands that load scenarios.
type packFlags struct {
	Pack []string `placeholder:"DIR" sep:"none" help:"A folder with a pack; repeatable, later ones win. In the environment a path list."`
}

// open loads the built-in scenarios and those of the packs. It fails if a folder does not exist; an empty folder is a pack.
func (f packFlags) open(p Process) (*scenario.Library, error) {
	var packs []scenario.Pack
	for _, dir := range f.Pack {
		pack, err := openPack(dir)
		if err != nil {
			return nil, fmt.Errorf("%s %w", p.flag("pack"), err)
		}
		same := func(other scenario.Pack) bool { return other.Name == pack.Name }
		packs = append(slices.DeleteFunc(packs, same), pack)
	}
	return scenario.Open(packs...)
}

// openPack opens a folder. No link in it can lead out of it.
func openPack(dir string) (scenario.Pack, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return scenario.Pack{}, fmt.Errorf("%q: must be a folder with scenarios/ and fixtures/: %w", dir, unwrapPath(err))
	}
	return scenario.Pack{Name: filepath.ToSlash(filepath.Clean(dir)), FS: root.FS()}, nil
}

// unwrapPath removes the operation and the path, which the message has already.
func unwrapPath(err error) error {
	if pathError, ok := err.(*os.PathError); ok { //nolint:errorlint // os.OpenRoot returns it unwrapped
		return pathError.Err
	}
	return err
}
