package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

type checkCmd struct {
	packFlags

	Paths []string `arg:"" optional:"" name:"path" help:"Packs (folders) or scenario files; when left out, what --pack says, else the built-in pack."`
}

// Run loads everything and plays every scenario at each boundary of its clock. All faults come at once.
func (c *checkCmd) Run(std streams) error {
	files, err := c.sort()
	if err != nil {
		return err
	}
	library, err := c.open()
	var faults fixture.Mistakes
	if errors.As(err, &faults) {
		return failure{counted(faults)}
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
		say(std.out, "note: "+note)
	}
	say(std.out, fmt.Sprintf("ok: %d scenarios and %d fixtures%s", len(library.Names()), len(library.Fixtures().IDs()), andFiles(files)))
	return nil
}

// sort tells the packs that are named, which join those of --pack, from the files.
func (c *checkCmd) sort() (files []string, err error) {
	for _, path := range c.Paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, fmt.Errorf("check %q: it must be a pack's folder or a scenario file: %w", path, unwrapPath(err))
		case info.IsDir():
			c.Pack = append(c.Pack, path)
		case !info.Mode().IsRegular():
			return nil, fmt.Errorf("check %q: it must be a pack's folder or a scenario file: is no regular file", path)
		default:
			files = append(files, path)
		}
	}
	return files, nil
}

func andFiles(files []string) string {
	switch len(files) {
	case 0:
		return ""
	case 1:
		return ", and 1 scenario file"
	}
	return fmt.Sprintf(", and %d scenario files", len(files))
}

// checkFile decodes and plays one scenario file that is in no pack.
func checkFile(library *scenario.Library, file string) error {
	source, err := os.ReadFile(file) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(file), ".yaml")
	scenario, err := library.Decode(name, source)
	var faults fixture.Mistakes
	if errors.As(err, &faults) {
		for i := range faults {
			faults[i].File = filepath.ToSlash(file)
		}
		return counted(faults)
	}
	if err != nil {
		return err
	}
	return server.CheckScenario(library, scenario)
}

// counted ends a list of faults with their number.
func counted(faults fixture.Mistakes) error {
	noun := "faults"
	if len(faults) == 1 {
		noun = "fault"
	}
	return fmt.Errorf("%w\n%d %s", faults, len(faults), noun)
}
