package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mockportal/mockportal/internal/nearest"
)

// The exit codes.
const (
	good   = 0
	failed = 1 // the check failed
	misuse = 2 // wrong flags, a broken file, a port in use
)

// grammar is the command line. Every flag has an environment variable MOCKPORTAL_…; flag over environment over default.
type grammar struct {
	Serve       serveCmd       `cmd:"" default:"withargs" help:"Serve a portal (the default command)."`
	Run         runCmd         `cmd:"" help:"Run a command beside a portal of its own, and check what it called."`
	Verify      verifyCmd      `cmd:"" help:"Hold what a server has seen against expectations."`
	Calls       callsCmd       `cmd:"" help:"Show the calls that a server has seen, follow them, or repeat one."`
	Check       checkCmd       `cmd:"" help:"Check packs and scenario files, and play every scenario."`
	List        listCmd        `cmd:"" help:"List scenarios, fixtures or operations, and what they rest on."`
	Show        showCmd        `cmd:"" help:"Show a scenario or a fixture."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask a server whether it is ready; for a container's health check."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// streams is where a command writes.
type streams struct {
	out io.Writer
	err io.Writer
}

const description = `A fake ArcGIS portal for tests: provisionOrgEntitlements and getFutureLicense, computed from scenario files.

Every flag has an environment variable; a flag counts before it. Exit codes: 0 good, 1 the check failed, 2 wrong use.`

// Run runs one command line, without the program's name, until it is done or ctx is, and returns the exit code.
func Run(ctx context.Context, args []string, out, err io.Writer) (code int) {
	defer func() {
		switch exit := recover().(type) {
		case nil:
		case exitCode:
			code = int(exit)
		default:
			panic(exit)
		}
	}()
	var g grammar
	parser := kong.Must(&g,
		kong.Name("mockportal"), kong.Description(description), kong.UsageOnError(),
		kong.DefaultEnvars("MOCKPORTAL"), kong.Writers(out, err), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(code int) { panic(exitCode(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams{out, err}),
	)
	parsed, problem := parser.Parse(args)
	switch {
	case problem == nil:
		problem = parsed.Run()
	case len(args) > 0 && !isCommand(parser.Model, args[0]):
		problem = usageError{unknownCommand(parser.Model, args[0])}
	default:
		problem = usageError{problem}
	}
	return conclude(err, problem)
}

// isCommand reports whether a word is a command, or none is meant since a flag comes first.
func isCommand(model *kong.Application, word string) bool {
	return strings.HasPrefix(word, "-") || slices.Contains(commands(model), word)
}

func commands(model *kong.Application) []string {
	var names []string
	for _, command := range model.Children {
		names = append(names, command.Name)
	}
	return names
}

// unknownCommand says what kong would call an unexpected argument of the default command.
func unknownCommand(model *kong.Application, word string) error {
	names := commands(model)
	return fmt.Errorf("no command %q%s; there are %s", word, nearest.Suggest(word, names), strings.Join(names, ", "))
}

// exitCode carries kong's wish to end the process, after --help, up to Run.
type exitCode int

// usageError is a command line that cannot be read.
type usageError struct{ error }

// failure is the outcome of a check: it was done, and it failed.
type failure struct{ error }

// conclude says what went wrong in as few words as it takes, and with which code to end.
func conclude(w io.Writer, err error) int {
	if err == nil {
		return good
	}
	var status exitStatus
	if errors.As(err, &status) {
		return status.end(w)
	}
	var check failure
	if errors.As(err, &check) {
		say(w, check.Error())
		return failed
	}
	say(w, "mockportal: "+err.Error())
	var usage usageError
	if errors.As(err, &usage) {
		say(w, "Run mockportal --help for the flags, mockportal COMMAND --help for one command.")
	}
	return misuse
}

// say writes a line. Who closes our output does not want to be told that it is closed.
func say(w io.Writer, line string) { _, _ = fmt.Fprintln(w, line) }
