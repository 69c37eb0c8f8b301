package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
	"github.com/mockportal/mockportal/internal/tree"
)

type checkCmd struct {
	packFlags

	Paths []string `arg:"" optional:"" name:"path" help:"Packs (folders) or scenario files. The default is --pack, else the built-in pack."`
}

// Run loads everything, plays every scenario at each boundary of its clock, and reports all mistakes at once.
func (c *checkCmd) Run(p Process) error {
	files, err := c.sort()
	if err != nil {
		return err
	}
	library, err := c.open(p)
	var mistakes tree.Mistakes
	if errors.As(err, &mistakes) {
		return failure{counted(mistakes)}
	}
	if err != nil {
		return err
	}
	notes, err := server.Check(library)
	errs := []error{err}
	for _, file := range files {
		errs = append(errs, checkFile(library, file))
	}
	if err := errors.Join(errs...); err != nil {
		return failure{err}
	}
	for _, note := range notes {
		p.say("note: " + note)
	}
	checked := fmt.Sprintf("ok: %d scenarios and %d fixtures", len(library.Names()), len(library.Fixtures().IDs()))
	if len(files) > 0 {
		checked += ", and " + plural(len(files), "scenario file", "scenario files")
	}
	p.say(checked)
	return nil
}

// sort returns the paths that are files, and adds those that are folders to the packs.
func (c *checkCmd) sort() (files []string, err error) {
	for _, path := range c.Paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, fmt.Errorf("check <path> %q: must be a folder with a pack, or a scenario file: %w", path, unwrapPath(err))
		case info.IsDir():
			c.Pack = append(c.Pack, path)
		case !info.Mode().IsRegular():
			return nil, fmt.Errorf("check <path> %q: must be a folder with a pack, or a scenario file: not a regular file", path)
		default:
			files = append(files, path)
		}
	}
	return files, nil
}

// checkFile decodes and plays a scenario file outside all packs.
func checkFile(library *scenario.Library, file string) error {
	if message := tree.Misnamed(file, ".yaml"); message != "" {
		return counted(tree.Mistakes{tree.Position{File: filepath.ToSlash(file)}.Mistake(message)})
	}
	source, err := os.ReadFile(file) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(file), ".yaml")
	scenario, err := library.Decode(name, source)
	var mistakes tree.Mistakes
	if errors.As(err, &mistakes) {
		for i := range mistakes {
			mistakes[i].File = filepath.ToSlash(file)
		}
		return counted(mistakes)
	}
	if err != nil {
		return err
	}
	return server.CheckScenario(library, scenario)
}

// counted ends a list of mistakes with their number.
func counted(mistakes tree.Mistakes) error {
	return fmt.Errorf("%w\n%s", mistakes, plural(len(mistakes), "mistake", "mistakes"))
}
