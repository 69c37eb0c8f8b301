package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode"

	"github.com/alecthomas/kong"
)

// Process is what a command line gets from the process that it runs in. The two things that still come from the real process
// are the working directory, and the PATH on which run finds its command.
type Process struct {
	Args   []string  // the arguments, without the program's name
	Env    []string  // the environment, as from os.Environ; of a name that occurs twice, the last counts
	Stdin  io.Reader // what run gives its command, and what verify reads as -; nil is empty
	Stdout io.Writer // what programs read
	Stderr io.Writer // what people read

	variables map[string]string // for each flag that the environment has set, the variable
	log       io.Writer         // leads to Stderr; it takes everything, and never waits for a reader
	listens   *atomic.Bool      // set once the command listens, because a signal then ends it in order; nil: nobody reads it
}

// getenv returns a variable of the environment, "" if it is not set.
func (p Process) getenv(name string) string {
	for _, pair := range slices.Backward(p.Env) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// prefix begins the names of our environment variables.
const prefix = "MOCKPORTAL_"

// variable is the environment variable of a flag.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// resolve gives kong the value of a flag that is not on the command line. An empty variable counts as not set.
func (p Process) resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	name := variable(flag.Name)
	value := p.getenv(name)
	if value == "" || flag.Name == "help" {
		return nil, nil
	}
	p.variables[flag.Name] = name
	if flag.Name == "pack" {
		var list []any
		for _, dir := range filepath.SplitList(value) {
			list = append(list, dir)
		}
		return list, nil
	}
	return value, nil
}

// flag names a flag as its value came: by its environment variable if that has set it.
func (p Process) flag(name string) string {
	if variable, ok := p.variables[name]; ok {
		return variable
	}
	return "--" + name
}

// read reads the file that a flag names.
func (p Process) read(flag, name string) ([]byte, error) {
	content, err := os.ReadFile(name) //nolint:gosec // the user's own file
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", p.flag(flag), name, unwrapPath(err))
	}
	return content, nil
}

// say writes a text to standard output, warn one to standard error. Neither fails if the reader has gone.
func (p Process) say(text string)  { _ = p.tell(text) }
func (p Process) warn(text string) { _, _ = fmt.Fprintln(p.log, visible(text)) }

// tell is say for commands that end once nobody reads.
func (p Process) tell(text string) error {
	_, err := fmt.Fprintln(p.Stdout, visible(text))
	return err
}

// visible escapes what a terminal would obey instead of showing it. Names of files and paths of calls may have it.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToGraphic(r), "'"))
		}
	}
	return b.String()
}
