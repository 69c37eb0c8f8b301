package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mockportal/mockportal/internal/report"
)

// files are the reports that run writes at its end; nil if a flag asks for none. They are created at the start, so that run fails before it
// has run the command if it cannot write them.
type files struct{ junit, har *file }

// file is an open file.
type file struct {
	*os.File

	flag string // the flag or the environment variable that names it
}

func (r *runCmd) create(p Process) (f files, err error) {
	var errs [2]error
	f.junit, errs[0] = createFile(p.flag("report"), r.Report)
	f.har, errs[1] = createFile(p.flag("har"), r.HAR)
	err = errors.Join(errs[:]...)
	if err == nil && f.junit.isAlso(f.har) {
		err = fmt.Errorf("%s and %s name the same file, %q", p.flag("report"), p.flag("har"), r.HAR)
	}
	if err != nil {
		f.close()
		return files{}, err
	}
	return f, nil
}

// createFile creates a file and, as other tools that write reports do, its folder.
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

// isAlso reports whether both are the same regular file. Two flags may name the same device.
func (f *file) isAlso(other *file) bool {
	if f == nil || other == nil {
		return false
	}
	one, oneErr := f.Stat()
	two, twoErr := other.Stat()
	return oneErr == nil && twoErr == nil && one.Mode().IsRegular() && os.SameFile(one, two)
}

// isGone reports whether the file has been deleted or replaced, as by a command that cleans the folder.
func (f *file) isGone() bool {
	own, ownErr := f.Stat()
	there, err := os.Stat(f.Name())
	return ownErr == nil && (err != nil || !os.SameFile(own, there))
}

// write writes the file and closes it. It creates the file again if it is gone.
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
			_ = one.Close() // write has closed it, unless nothing was written
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
