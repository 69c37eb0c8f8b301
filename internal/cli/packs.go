package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/mockportal/mockportal/internal/scenario"
)

// packFlags are shared by all commands that load scenarios.
type packFlags struct {
	Pack []string `placeholder:"DIR" sep:"none" help:"A folder with scenarios/ and fixtures/ over the built-in ones; repeatable, later ones win. In the environment a path list."`
}

// open loads the built-in scenarios and those of the packs. A folder that is not there is an error, an empty one is a pack.
func (f packFlags) open() (*scenario.Library, error) {
	packs, err := f.packs()
	if err != nil {
		return nil, err
	}
	return scenario.Open(packs...)
}

func (f packFlags) packs() ([]scenario.Pack, error) {
	var packs []scenario.Pack
	for _, list := range f.Pack {
		for _, dir := range filepath.SplitList(list) {
			pack, err := openPack(dir)
			if err != nil {
				return nil, err
			}
			packs = append(packs, pack)
		}
	}
	return packs, nil
}

// openPack opens a folder so that nothing in it can lead out of it.
func openPack(dir string) (scenario.Pack, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return scenario.Pack{}, fmt.Errorf("pack %q: it must be a folder with scenarios/ and fixtures/: %w", dir, unwrapPath(err))
	}
	return scenario.Pack{Name: filepath.ToSlash(filepath.Clean(dir)), FS: root.FS()}, nil
}

// unwrapPath leaves out what the sentence has said already: the operation and the path.
func unwrapPath(err error) error {
	if pathError, ok := err.(*os.PathError); ok { //nolint:errorlint // os.OpenRoot returns it unwrapped
		return pathError.Err
	}
	return err
}
