package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/mock"
)

type runCmd struct {
	portalFlags

	LogLevel string   `default:"error" enum:"debug,info,warn,error" help:"debug logs every call; warn and below log calls that violate the contract. The summary has those anyway."`
	Report   string   `placeholder:"FILE" help:"Write what was checked there, as JUnit XML."`
	HAR      string   `name:"har" placeholder:"FILE" help:"Write the calls there, as HAR 1.2 for a browser's network panel."`
	Command  []string `arg:"" passthrough:"" help:"The command and its arguments, after --."`
}

// Help says what the command is given, and what is made of how it ends.
func (*runCmd) Help() string {
	return `The portal listens on a free port of 127.0.0.1. The command finds it by MOCKPORTAL_URL, MOCKPORTAL_SHARING_URL, MOCKPORTAL_PORTALADMIN_URL and MOCKPORTAL_CONTROL_URL, and a token of the scenario's admin in MOCKPORTAL_TOKEN; with TLS also MOCKPORTAL_TLS_URL where that is another address, and the file MOCKPORTAL_CA with what to trust.

When it has ended, a summary of its calls follows on standard error: violations of the contract, expectations of the scenario that are unmet, and what of the contract was exercised. Exit code: the command's own when that is not 0 (126 and 127 when it cannot be started, 128 + n after signal n), else 1 when there were violations or unmet expectations.`
}

// Run runs a command beside a portal of its own.
func (r *runCmd) Run(ctx context.Context, std streams) error {
	if len(r.Command) > 0 && r.Command[0] == "--" {
		r.Command = r.Command[1:]
	}
	if len(r.Command) == 0 {
		return usageError{errors.New("run takes a command, such as mockportal run -- npm test")}
	}
	if _, err := exec.LookPath(r.Command[0]); err != nil {
		return notStarted(err)
	}
	files, err := r.create()
	if err != nil {
		return err
	}
	defer files.close()
	portal, err := r.start(addresses{portal: "127.0.0.1:0", tls: r.TLSAddr}, r.logger(std.err, r.LogLevel), mock.WithHistory())
	if err != nil {
		return err
	}
	s := summary{began: time.Now(), command: r.Command[0], root: portal.line.URL}
	s.ended = r.execute(portal, std)
	s.took = time.Since(s.began)
	s.history, s.coverage = portal.History(ctx), portal.Coverage()
	err = errors.Join(portal.stop(), files.write(&s))
	say(std.err, "\n"+s.String())
	if err != nil {
		return err
	}
	return s.verdict()
}

// execute runs the command with the portal in its environment.
func (r *runCmd) execute(portal *started, std streams) error {
	environment, tidy, err := r.environment(portal)
	if err != nil {
		return err
	}
	defer tidy()
	command := exec.Command(r.Command[0], r.Command[1:]...) //nolint:gosec,noctx // what the user wants to run; signals end it, as they do without us
	command.Env = environment
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, std.out, std.err
	forward := passSignals()
	defer forward.stop()
	if err := command.Start(); err != nil {
		return notStarted(err)
	}
	forward.to(command.Process)
	return endOf(command.Wait())
}

// environment is ours and what the command needs to find the portal. tidy removes the file that it may name.
func (r *runCmd) environment(portal *started) (environment []string, tidy func(), err error) {
	line, tidy := portal.line, func() {}
	environment = append(os.Environ(),
		"MOCKPORTAL_URL="+line.URL, "MOCKPORTAL_SHARING_URL="+line.SharingURL, "MOCKPORTAL_PORTALADMIN_URL="+line.PortalAdminURL,
		"MOCKPORTAL_CONTROL_URL="+line.ControlURL, "MOCKPORTAL_TOKEN="+tokenOf(portal.Portal), "MOCKPORTAL_CONTROL_TOKEN="+r.ControlToken,
	)
	if line.TLSURL != "" {
		environment = append(environment, "MOCKPORTAL_TLS_URL="+line.TLSURL)
	}
	pem := portal.AuthorityPEM()
	if pem == nil {
		return environment, tidy, nil
	}
	file, err := os.CreateTemp("", "mockportal-ca-*.pem")
	if err != nil {
		return nil, tidy, err
	}
	tidy = func() { _ = os.Remove(file.Name()) }
	_, err = file.Write(pem)
	if err = errors.Join(err, file.Close()); err != nil {
		tidy()
		return nil, func() {}, err
	}
	return append(environment, "MOCKPORTAL_CA="+file.Name()), tidy, nil
}

// tokenOf returns the token of the member admin, else of the first member that has one.
func tokenOf(portal *mock.Portal) string {
	token := ""
	for _, member := range portal.Members() {
		if member == "admin" {
			return portal.Token(member)
		}
		token = cmp.Or(token, portal.Token(member))
	}
	return token
}

// files are those that are written in the end. They are made at the beginning, so that a name that cannot be written ends nothing but itself.
type files struct{ junit, har *os.File }

func (r *runCmd) create() (files, error) {
	var f files
	var errs []error
	for _, one := range []struct {
		flag, name string
		file       **os.File
	}{{"--report", r.Report, &f.junit}, {"--har", r.HAR, &f.har}} {
		if one.name == "" {
			continue
		}
		file, err := os.Create(one.name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %q: %w", one.flag, one.name, unwrapPath(err)))
			continue
		}
		*one.file = file
	}
	if err := errors.Join(errs...); err != nil {
		f.close()
		return files{}, err
	}
	return f, nil
}

func (f files) close() {
	for _, file := range []*os.File{f.junit, f.har} {
		if file != nil {
			_ = file.Close() // what was to be written is written
		}
	}
}

func (f files) write(s *summary) error {
	var errs []error
	if f.junit != nil {
		errs = append(errs, report.JUnit(f.junit, s.suite()))
	}
	if f.har != nil {
		errs = append(errs, report.HAR(f.har, s.history.Calls, report.HAROptions{BaseURL: s.root, Version: programVersion()}))
	}
	return errors.Join(errs...)
}
