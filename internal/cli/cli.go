package cli

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// The exit codes.
const (
	good   = 0
	failed = 1 // the check failed
	misuse = 2 // wrong flags, a broken file, a port in use
)

// grammar is the command line. Every flag has an environment variable MOCKPORTAL_…; the flag overrides it, and it overrides the default.
type grammar struct {
	Serve       serveCmd       `cmd:"" help:"Serve a portal (the default command)."`
	Run         runCmd         `cmd:"" help:"Run a command with a portal of its own, and check its calls."`
	Verify      verifyCmd      `cmd:"" help:"Check a server's calls against expectations."`
	Calls       callsCmd       `cmd:"" help:"Show a server's calls, follow them, or print a command that repeats one."`
	Check       checkCmd       `cmd:"" help:"Check packs and scenario files, and play every scenario."`
	List        listCmd        `cmd:"" help:"List scenarios, fixtures or operations, with their evidence."`
	Show        showCmd        `cmd:"" help:"Show a scenario or a fixture."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask a server whether it is ready; for a container's health check."`
	Version     versionCmd     `cmd:"" help:"Print the version and the commit; also --version and -v."`
	Help        helpCmd        `cmd:"" help:"Show the help of the program or of one command."`
}

const description = `A fake ArcGIS portal for tests: provisionOrgEntitlements and getFutureLicense, computed from scenario files.

Every flag has an environment variable; the flag overrides it. Exit codes: 0 good, 1 a check failed, 2 wrong use.`

// Run runs one command line until it is done or ctx is, and returns the exit code.
func Run(ctx context.Context, p Process) int {
	p.variables = map[string]string{}
	log := newBacklog(p.Stderr)
	defer log.end(ctx)
	p.log = log
	parser := newParser(ctx, p)
	args := withCommand(parser.Model, p.Args)
	if !slices.Contains(commands(parser.Model), args[0]) {
		return p.conclude(ctx, usageError{unknownCommand(parser.Model, args[0])})
	}
	parsed, err := parser.Parse(args)
	switch {
	case errors.Is(err, errHelped):
		return good
	case err != nil:
		return p.conclude(ctx, usageError{p.inOurWords(parser.Model, args[0], err)})
	}
	p.warnOfVariables(parser.Model)
	return p.conclude(ctx, parsed.Run())
}

func newParser(ctx context.Context, p Process) *kong.Kong {
	parser := kong.Must(&grammar{}, append(mappers(),
		kong.Name("mockportal"), kong.Description(description), kong.Writers(p.Stdout, p.Stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.ValueFormatter(meaning),
		kong.Help(help), kong.Resolvers(kong.ResolverFunc(p.resolve)),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(p))...)
	parser.Model.HelpFlag.Help = "Show this help."
	return parser
}

// meaning is the help of a flag or an argument.
func meaning(value *kong.Value) string {
	if value.Flag == nil || value.Name == "help" {
		return value.Help
	}
	return strings.TrimSuffix(value.Help, ".") + " ($" + variable(value.Name) + ")."
}

type helpCmd struct {
	Command string `arg:"" optional:"" help:"The command."`
}

// Run prints what --help prints.
func (h *helpCmd) Run(parsed *kong.Context) error {
	var args []string
	if h.Command != "" {
		args = []string{h.Command}
		if !slices.Contains(commands(parsed.Model), h.Command) {
			return usageError{unknownCommand(parsed.Model, h.Command)}
		}
	}
	about, err := kong.Trace(parsed.Kong, args)
	if err != nil {
		return err
	}
	return about.PrintUsage(false)
}

// errHelped ends the parsing of a command line, instead of the process, once --help has printed the help.
var errHelped = errors.New("the help is printed")

func help(options kong.HelpOptions, about *kong.Context) error {
	return errors.Join(errHelped, kong.DefaultHelpPrinter(options, about))
}

// usageError is a command line that cannot be read.
type usageError struct{ error }

// failure is a check that was done and failed. Its text is the result, and goes to standard output.
type failure struct{ error }

// conclude prints an error, and returns the exit code for it. Of a command that was interrupted that is the signal's, if it says so.
func (p Process) conclude(ctx context.Context, err error) int {
	var (
		status exitStatus
		check  failure
		usage  usageError
	)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = context.Cause(ctx)
	}
	switch {
	case err == nil, errors.Is(err, errHelped), isUnread(err):
		return good
	case errors.As(err, &status):
		if status.unstarted { // otherwise the summary has told it
			p.warn("mockportal: " + status.why)
		}
		return status.code
	case errors.As(err, &check):
		p.say(check.Error())
		return failed
	}
	p.warn("mockportal: " + err.Error())
	if !strings.Contains(err.Error(), prefix) && len(p.variables) > 0 {
		p.warn("Set by the environment: " + strings.Join(slices.Sorted(maps.Values(p.variables)), ", "))
	}
	if errors.As(err, &usage) {
		p.warn("Run mockportal help for the commands, mockportal help COMMAND for the flags of one.")
	}
	return misuse
}

// isUnread reports whether standard output failed because its reader has gone. Then there is nobody to tell, and nothing went wrong.
func isUnread(err error) bool {
	var file *fs.PathError // a connection has another error
	return errors.As(err, &file) && file.Op == "write" && errors.Is(file.Err, syscall.EPIPE)
}
