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
	if err == nil && len(c.Pack)+len(files) == 0 {
		err = unnamedPack()
	}
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
	for _, pack := range library.Packs()[1:] {
		if pack.Scenarios+pack.Fixtures == 0 {
			return fmt.Errorf("check: nothing to check: %q has no scenario and no fixture", pack.Pack)
		}
	}
	notes, err := server.Check(library)
	errs := []error{err}
	for _, file := range files {
		more, err := checkFile(library, file)
		notes, errs = append(notes, more...), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return failure{err}
	}
	for _, note := range notes {
		p.say("note: " + note)
	}
	for i, file := range files {
		files[i] = tree.Printable(file)
	}
	p.say("ok: " + strings.Join(append(files, packsIn(library)...), ", "))
	return nil
}

// packsIn counts what the packs hold, the built-in one last.
func packsIn(library *scenario.Library) (counts []string) {
	packs := library.Packs()
	for _, pack := range append(packs[1:], packs[0]) {
		scenarios, fixtures := plural(pack.Scenarios, "scenario", "scenarios"), plural(pack.Fixtures, "fixture", "fixtures")
		counts = append(counts, fmt.Sprintf("%s (%s, %s)", tree.Printable(pack.Pack), scenarios, fixtures))
	}
	return counts
}

// unnamedPack refuses to check the built-in pack alone where the user most likely means the folder in which the command runs.
func unnamedPack() error {
	part := scenario.PartOf(os.DirFS("."))
	if part == "" {
		return nil
	}
	const format = "check: %q in this folder looks like a part of a pack, and no pack is named: name the folder (mockportal check .) or a file"
	return fmt.Errorf(format, part)
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
func checkFile(library *scenario.Library, file string) (notes []string, err error) {
	if message := tree.Misnamed(file, ".yaml"); message != "" {
		return nil, counted(tree.Mistakes{tree.Position{File: filepath.ToSlash(file)}.Mistake(message)})
	}
	source, err := os.ReadFile(file) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	decoded, err := library.Decode(filepath.ToSlash(file), source)
	var mistakes tree.Mistakes
	if errors.As(err, &mistakes) {
		return nil, counted(mistakes)
	}
	if err != nil {
		return nil, err
	}
	return decoded.Notes(), server.CheckScenario(library, decoded)
}

// counted ends a list of mistakes with their number.
func counted(mistakes tree.Mistakes) error {
	return fmt.Errorf("%w\n%s", mistakes, plural(len(mistakes), "mistake", "mistakes"))
}
