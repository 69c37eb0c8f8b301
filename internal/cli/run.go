package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
)

type runCmd struct {
	portalFlags

	LogLevel        string `default:"error" enum:"debug,info,warn,error" help:"warn: calls with violations; info: with notes too; debug: all."`
	Report          string `placeholder:"FILE" help:"A file for the results of the checks, as JUnit XML."`
	HAR             string `name:"har" placeholder:"FILE" help:"A file for the calls, as HAR 1.2 for the network panel of a browser."`
	AllowViolations bool   `help:"Do not fail on calls that violate the contract; for suites that make some on purpose."`
	RequireCalls    bool   `help:"Fail if the command made no call."`
	Coverage        string `default:"full" enum:"none,summary,full" help:"How much coverage to print: none, summary (one line) or full."`

	Command []string `arg:"" passthrough:"partial" help:"The command and its arguments, after --." example:"mockportal run -- npm test"`
}

// Help is the text between the summary and the flags.
func (*runCmd) Help() string {
	return `The portal listens on a free port of 127.0.0.1. The command finds it by MOCKPORTAL_URL, MOCKPORTAL_SHARING_URL,
MOCKPORTAL_PORTALADMIN_URL and MOCKPORTAL_CONTROL_URL; MOCKPORTAL_TOKEN is the token of the scenario's admin. With TLS,
MOCKPORTAL_CA is a file of certificates to trust; with --tls-addr, MOCKPORTAL_TLS_URL is the address of HTTPS.

When the command has ended, run prints a summary to standard error: violations of the contract, unmet expectations of the
scenarios, and how much of the contract the calls covered. It passes signals on to the command.

Exit code: the command's own if it is not 0 (126 or 127 if it cannot be started, 128 + n after signal n); else 1 after
violations, unmet expectations or, with --require-calls, no call; else 0.`
}

// Run runs a command with a portal of its own. It writes the reports even if the command did not start, so that none of an earlier run
// remains.
func (r *runCmd) Run(ctx context.Context, p Process) error {
	if r.Command[0] == "--" {
		r.Command = r.Command[1:]
	}
	if len(r.Command) == 0 {
		return usageError{errors.New("run: <command> is missing after --, for example: mockportal run -- npm test")}
	}
	if err := r.createReports(p); err != nil {
		return err
	}
	history := sandbox.NewHistory(r.JournalMaxCalls, r.JournalMaxBytes)
	portal, err := r.start(p, addresses{portal: "127.0.0.1:0", tls: r.TLSAddr}, r.logger(p.log, r.LogLevel), history)
	if err != nil {
		return err
	}
	s := summary{run: r, began: time.Now(), root: portal.line.URL}
	s.ended = r.execute(portal, p)
	s.took = time.Since(s.began)
	if !s.ran() { // no call will come
		ended, cancel := context.WithCancel(ctx)
		cancel()
		ctx = ended
	}
	s.history, s.coverage = portal.Sandboxes.Past(ctx), portal.Coverage.Report(portal.Library)
	return s.conclude(p, errors.Join(portal.stop(), r.writeReports(p, &s)))
}

// execute runs the command with the portal in its environment.
func (r *runCmd) execute(portal *started, p Process) error {
	environment, tidy, err := r.environment(portal, p)
	if err != nil {
		return err
	}
	defer tidy()
	//nolint:gosec,noctx // the user's own command; signals end it, as they would without us
	command := exec.Command(r.Command[0], r.Command[1:]...)
	command.Env = environment
	command.Stdin, command.Stdout, command.Stderr = p.Stdin, p.Stdout, p.Stderr
	command.SysProcAttr = dieTogether()
	runtime.LockOSThread() // on Linux the command ends with the thread that has started it
	defer runtime.UnlockOSThread()
	forward := passSignals()
	defer forward.stop()
	if err := command.Start(); err != nil {
		return notStarted(r.Command[0], err)
	}
	go forward.to(command.Process)
	return endOf(command.Wait())
}

// environment is ours and what the command needs to find the portal. tidy removes the file of certificates.
func (r *runCmd) environment(portal *started, p Process) (environment []string, tidy func(), err error) {
	line, tidy := portal.line, func() {}
	environment = append(slices.Clone(p.Env),
		"MOCKPORTAL_URL="+line.URL, "MOCKPORTAL_SHARING_URL="+line.SharingURL, "MOCKPORTAL_PORTALADMIN_URL="+line.PortalAdminURL,
		"MOCKPORTAL_CONTROL_URL="+line.ControlURL, "MOCKPORTAL_TOKEN="+line.token(), "MOCKPORTAL_CONTROL_TOKEN="+r.ControlToken,
	)
	if line.TLSURL != "" {
		environment = append(environment, "MOCKPORTAL_TLS_URL="+line.TLSURL)
	}
	pem := portal.Identity.PEM()
	if pem == nil {
		return environment, tidy, nil
	}
	name, err := writeCA(pem)
	if err != nil {
		return nil, tidy, err
	}
	return append(environment, "MOCKPORTAL_CA="+name), func() { _ = os.Remove(name) }, nil
}

// writeCA writes a new file and returns its name, which no half file ever has.
func writeCA(pem []byte) (name string, err error) {
	const ending = ".part"
	file, err := os.CreateTemp("", "mockportal-ca-*.pem"+ending)
	if err != nil {
		return "", err
	}
	name = strings.TrimSuffix(file.Name(), ending)
	_, err = file.Write(pem)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return name, err
}
