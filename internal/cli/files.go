package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/mockportal/mockportal/internal/report"
)

// createReports fails if run cannot write its reports, so that it does before it has run the command. It removes those of an earlier run.
func (r *runCmd) createReports(p Process) error {
	if r.Report != "" && r.HAR != "" && filepath.Clean(r.Report) == filepath.Clean(r.HAR) {
		return fmt.Errorf("%s and %s name the same file, %q", p.flag("report"), p.flag("har"), r.HAR)
	}
	nothing := func(io.Writer) error { return nil }
	return errors.Join(p.writeReport("report", r.Report, nothing), p.writeReport("har", r.HAR, nothing))
}

func (r *runCmd) writeReports(p Process, s *summary) error {
	return errors.Join(
		p.writeReport("report", r.Report, func(w io.Writer) error { return report.JUnit(w, s.suite()) }),
		p.writeReport("har", r.HAR, func(w io.Writer) error { return report.HAR(w, s.history.Calls, s.root, programVersion()) }),
	)
}

// writeReport writes a file and, as other tools that write reports do, its folder; the command may have deleted both. A file without
// content is removed.
func (p Process) writeReport(flag, name string, content func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	var b bytes.Buffer
	err := content(&b)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o750)
	}
	if err == nil {
		err = replace(name, b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("%s %q: %w", p.flag(flag), name, unwrapPath(err))
	}
	return nil
}

// replace writes a file beside its name and renames it, so that no half file ever has the name. Without content it only removes the file.
// It writes straight to what it cannot replace: a pipe or a device, a file in a folder that is closed, a file that is mounted.
func replace(name string, content []byte) error {
	info, err := os.Stat(name)
	there := err == nil
	switch {
	case there && info.IsDir():
		return syscall.EISDIR
	case there && !info.Mode().IsRegular() && len(content) == 0: // a pipe would end
		return nil
	case there && !info.Mode().IsRegular():
		return overwrite(name, content)
	}
	name = behindLinks(name)
	beside := filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%d", filepath.Base(name), time.Now().UnixNano()))
	defer func() { _ = os.Remove(beside) }() // unless it was renamed
	err = overwrite(beside, content)
	if err == nil && len(content) > 0 {
		err = os.Rename(beside, name)
	} else if err == nil && there {
		err = os.Remove(name)
	}
	if err != nil && there {
		err = overwrite(name, content)
	}
	return err
}

// behindLinks follows the links that a name leads to, even if there is no file behind them.
func behindLinks(name string) string {
	for range 40 { // as Linux does
		target, err := os.Readlink(name)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(name), target)
		}
		name = target
	}
	return name
}

func overwrite(name string, content []byte) error {
	return os.WriteFile(name, content, 0o666) //nolint:gosec // the umask says who may read a report
}
