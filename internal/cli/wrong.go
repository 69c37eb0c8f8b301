package cli

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"

	"github.com/mockportal/mockportal/internal/nearest"
)

// valueError is a value of a flag or an argument that cannot be read.
type valueError struct {
	value   *kong.Value
	came    kong.Token // not a value if the value is missing
	allowed string
}

func (e *valueError) Error() string { return "must be " + e.allowed }

// mapper reads a value as kong does, but fails with a [valueError].
type mapper struct {
	kong.Mapper

	allowed string
}

// mappers replaces kong's mappers for the types of the grammar.
func mappers() []kong.Option {
	defaults := kong.NewRegistry().RegisterDefaults()
	var options []kong.Option
	for kind, row := range map[reflect.Kind]struct {
		zero    any
		allowed string
	}{
		reflect.String: {"", "text"},
		reflect.Slice:  {[]string(nil), "text"},
		reflect.Bool:   {false, "true or false"},
		reflect.Int:    {0, "a whole number"},
		reflect.Int64:  {int64(0), "a whole number"},
		reflect.Uint64: {uint64(0), "a whole number"},
	} {
		options = append(options, kong.KindMapper(kind, mapper{defaults.ForType(reflect.TypeOf(row.zero)), row.allowed}))
	}
	duration := reflect.TypeFor[time.Duration]()
	return append(options, kong.TypeMapper(duration, mapper{defaults.ForType(duration), "a duration such as 500ms, 30s or 2m"}))
}

// Decode implements [kong.Mapper].
func (m mapper) Decode(c *kong.DecodeContext, target reflect.Value) error {
	came := c.Scan.Peek()
	err := m.Mapper.Decode(c, target)
	switch text := came.String(); {
	case c.Value.Flag != nil && (target.CanInt() || target.CanUint()) && negative().MatchString(text):
		return &valueError{c.Value, came, m.allowed + ", 0 or more"}
	case err != nil && target.Type() != reflect.TypeFor[time.Duration]() && digits().MatchString(text):
		return &valueError{c.Value, came, "a smaller whole number"}
	case err != nil:
		return &valueError{c.Value, came, m.allowed}
	}
	if c.Value.Enum != "" && !slices.Contains(c.Value.EnumSlice(), target.String()) {
		return &valueError{c.Value, came, list(c.Value.EnumSlice(), "or")}
	}
	return nil
}

// inOurWords says what is wrong with the arguments of a command, or with its environment.
func (p Process) inOurWords(app *kong.Application, name string, err error) error {
	var parse *kong.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	command := node(app, name)
	if bad := (*valueError)(nil); errors.As(err, &bad) {
		return p.badValue(command, bad)
	}
	if parse.Context.Error == nil { // kong has read everything: the argument of the command is missing
		value := command.Positional[0]
		return fmt.Errorf("%s: <%s> is missing, for example: %s", name, value.Name, value.Tag.Get("example"))
	}
	path := parse.Context.Path
	rest := path[len(path)-1].Remainder()
	word := rest[0]
	switch {
	case word == "--" && len(rest) > 1:
		word = rest[1]
	case strings.HasPrefix(word, "-") && word != "-":
		return unknownFlag(app, command, word)
	}
	return fmt.Errorf("%s takes %s: %q is one too many", name, plural(len(command.Positional), "argument", "arguments"), word)
}

// badValue says where a value came from, and what is allowed instead.
func (p Process) badValue(command *kong.Node, e *valueError) error {
	where := fmt.Sprintf("%s <%s>", command.Name, e.value.Name)
	if e.value.Flag != nil {
		where = p.flag(e.value.Name)
	}
	came := e.came.String()
	if !e.came.IsValue() && !negative().MatchString(came) {
		return fmt.Errorf("%s: the value is missing; write --%s %s", where, e.value.Name, cmp.Or(e.value.Flag.PlaceHolder, e.value.Default))
	}
	return fmt.Errorf("%s %q: must be %s%s", where, came, e.allowed, nearest.Suggest(came, e.value.EnumSlice()))
}

var digits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+$`) })

// negative matches a value that kong takes for a flag.
var negative = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-[0-9]`) })

// unknownFlag names the flag that was probably meant, else the commands that have one of this name.
func unknownFlag(app *kong.Application, command *kong.Node, word string) error {
	word, _, _ = strings.Cut(word, "=")
	hint := suggestFlag(command, word)
	owners := slices.DeleteFunc(commands(app), func(other string) bool { return !slices.Contains(flags(node(app, other)), word) })
	if hint == "" && len(owners) > 0 {
		hint = " (it is a flag of " + list(owners, "and") + ")"
	}
	if len(command.Positional) > 0 && command.Positional[0].Passthrough {
		hint += "; a command that begins with - stands after --"
	}
	return fmt.Errorf("%s has no flag %s%s", command.Name, word, hint)
}

// flags are the long names of a command's flags, with their dashes.
func flags(command *kong.Node) []string {
	var names []string
	for _, flag := range command.Flags {
		names = append(names, "--"+flag.Name)
	}
	return names
}

func commands(app *kong.Application) []string {
	var names []string
	for _, command := range app.Children {
		names = append(names, command.Name)
	}
	return names
}

func node(app *kong.Application, command string) *kong.Node {
	return app.Children[slices.Index(commands(app), command)]
}

func unknownCommand(app *kong.Application, word string) error {
	names := commands(app)
	return fmt.Errorf("no command %q%s; the commands are %s", word, nearest.Suggest(word, names), list(names, "and"))
}

// list writes words as a sentence has them: a, b or c. It leaves out empty ones.
func list(words []string, last string) string {
	words = slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "" })
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
