package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/sandbox"
)

type runCmd struct {
	portalFlags

	LogLevel        string `default:"error" enum:"debug,info,warn,error" help:"debug logs every call; warn and below log calls that violate the contract, which are in the summary too."`
	Report          string `placeholder:"FILE" help:"Write to this file what was checked and how it went, as JUnit XML."`
	HAR             string `name:"har" placeholder:"FILE" help:"Write to this file the calls, as HAR 1.2 for the network panel of a browser."`
	AllowViolations bool   `help:"Do not fail because of calls that violated the contract; for suites that make some on purpose."`

	Command []string `arg:"" passthrough:"" help:"The command and its arguments, after --."`
}

// Help says what the command is given, and what is made of how it ends.
func (*runCmd) Help() string {
	return `The portal listens on a free port of 127.0.0.1. The command finds it by MOCKPORTAL_URL, MOCKPORTAL_SHARING_URL, MOCKPORTAL_PORTALADMIN_URL and MOCKPORTAL_CONTROL_URL, and has the token of the scenario's admin in MOCKPORTAL_TOKEN. With TLS it also has a file of certificates to trust in MOCKPORTAL_CA, and with --tls-addr the address of HTTPS in MOCKPORTAL_TLS_URL.

When it has ended, a summary follows on standard error: calls that violate the contract, expectations of the scenarios that are unmet, and how much of the contract was exercised. Signals are passed on to the command.

Exit code: that of the command when it is not 0 (126 and 127 when it cannot be started, 128 + n after signal n), else 1 when there were violations or unmet expectations.`
}

// Run runs a command beside a portal of its own. The files are written also when the command did not start: those of an earlier run would
// tell of that one.
func (r *runCmd) Run(ctx context.Context, parsed *kong.Context, std streams) error {
	if err := r.separate(parsed); err != nil {
		return usageError{err}
	}
	files, err := r.create()
	if err != nil {
		return err
	}
	defer files.close()
	portal, err := r.start(addresses{portal: "127.0.0.1:0", tls: r.TLSAddr}, r.logger(std.err, r.LogLevel), sandbox.NewHistory(r.JournalMaxCalls, r.JournalMaxBytes))
	if err != nil {
		return err
	}
	s := summary{began: time.Now(), command: r.Command[0], root: portal.line.URL, lenient: r.AllowViolations}
	s.ended = r.execute(portal, std)
	s.took = time.Since(s.began)
	s.history, s.coverage = s.historyOf(ctx, portal), portal.CoverageReport()
	return s.conclude(std.err, errors.Join(portal.stop(), files.write(&s)))
}

// separate takes the -- away that stands before the command. What looks like a flag and stands where the command should is one that is misspelt.
func (r *runCmd) separate(parsed *kong.Context) error {
	switch {
	case len(r.Command) > 0 && r.Command[0] == "--":
		r.Command = r.Command[1:]
	case len(r.Command) > 0 && strings.HasPrefix(r.Command[0], "-"):
		name, _, _ := strings.Cut(r.Command[0], "=")
		var known []string
		for _, flag := range parsed.Flags() {
			known = append(known, "--"+flag.Name)
		}
		return fmt.Errorf("unknown flag %s%s; a command that begins so stands after --", name, nearest.Suggest(name, known))
	}
	if len(r.Command) == 0 {
		return errors.New("run takes a command, such as mockportal run -- npm test")
	}
	return nil
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
		return notStarted(r.Command[0], err)
	}
	forward.to(command.Process)
	return endOf(command.Wait())
}

// environment is ours and what the command needs to find the portal. tidy removes the file that it may name.
func (r *runCmd) environment(portal *started) (environment []string, tidy func(), err error) {
	line, tidy := portal.line, func() {}
	environment = append(os.Environ(),
		"MOCKPORTAL_URL="+line.URL, "MOCKPORTAL_SHARING_URL="+line.SharingURL, "MOCKPORTAL_PORTALADMIN_URL="+line.PortalAdminURL,
		"MOCKPORTAL_CONTROL_URL="+line.ControlURL, "MOCKPORTAL_TOKEN="+portal.line.token(), "MOCKPORTAL_CONTROL_TOKEN="+r.ControlToken,
	)
	if line.TLSURL != "" {
		environment = append(environment, "MOCKPORTAL_TLS_URL="+line.TLSURL)
	}
	pem := portal.Identity.PEM()
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
