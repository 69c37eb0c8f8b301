package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mockportal/mockportal/internal/report"
)

// files are those that run writes in the end; nil where none is asked for. They are made at the beginning, so that a name that cannot be
// written ends nothing but itself.
type files struct{ junit, har *file }

// file is an open file, and the flag that names it.
type file struct {
	*os.File

	flag string
}

func (r *runCmd) create() (f files, err error) {
	var errs [2]error
	f.junit, errs[0] = createFile("--report", r.Report)
	f.har, errs[1] = createFile("--har", r.HAR)
	err = errors.Join(errs[:]...)
	if err == nil && f.junit.isAlso(f.har) {
		err = fmt.Errorf("--report and --har name one file, %q: give each its own", r.HAR)
	}
	if err != nil {
		f.close()
		return files{}, err
	}
	return f, nil
}

// createFile makes a file, and its folder where that is not there, as other tools do that write reports.
func createFile(flag, name string) (*file, error) {
	if name == "" {
		return nil, nil
	}
	err := os.MkdirAll(filepath.Dir(name), 0o750)
	var opened *os.File
	if err == nil {
		opened, err = os.Create(name) //nolint:gosec // the user's own file
	}
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", flag, name, unwrapPath(err))
	}
	return &file{opened, flag}, nil
}

// isAlso reports whether both are one file on a disk; of a device there may be two.
func (f *file) isAlso(other *file) bool {
	if f == nil || other == nil {
		return false
	}
	one, oneErr := f.Stat()
	two, twoErr := other.Stat()
	return oneErr == nil && twoErr == nil && one.Mode().IsRegular() && os.SameFile(one, two)
}

// isGone reports whether the file no longer stands where it was made, as when the command has cleaned the folder that it is in.
func (f *file) isGone() bool {
	own, ownErr := f.Stat()
	there, err := os.Stat(f.Name())
	return ownErr == nil && (err != nil || !os.SameFile(own, there))
}

// write writes the file to its end, and closes it.
func (f *file) write(content func(io.Writer) error) error {
	if f == nil {
		return nil
	}
	if f.isGone() {
		again, err := createFile(f.flag, f.Name())
		if err != nil {
			return err
		}
		_ = f.Close()
		*f = *again
	}
	err := content(f)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return fmt.Errorf("%s %q: %w", f.flag, f.Name(), unwrapPath(err))
	}
	return nil
}

func (f files) close() {
	for _, one := range []*file{f.junit, f.har} {
		if one != nil {
			_ = one.Close() // whatever was to be written is written, and it may be closed already
		}
	}
}

func (f files) write(s *summary) error {
	return errors.Join(
		f.junit.write(func(w io.Writer) error { return report.JUnit(w, s.suite()) }),
		f.har.write(func(w io.Writer) error {
			return report.HAR(w, s.history.Calls, report.HAROptions{BaseURL: s.root, Version: programVersion()})
		}),
	)
}
