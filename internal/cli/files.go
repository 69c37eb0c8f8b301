package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mockportal/mockportal/internal/report"
)

// createReports creates empty reports, so that run fails before it has run the command if it cannot write them.
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

// writeReport writes a file and, as other tools that write reports do, its folder; the command may have deleted both.
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
		err = os.WriteFile(name, b.Bytes(), 0o666) //nolint:gosec // the umask says who may read a report
	}
	if err != nil {
		return fmt.Errorf("%s %q: %w", p.flag(flag), name, unwrapPath(err))
	}
	return nil
}
