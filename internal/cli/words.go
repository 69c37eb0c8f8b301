package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/secret"
)

// withCommand puts the command in front. Flags may stand before it; without a command, serve is meant.
func withCommand(app *kong.Application, args []string) []string {
	if len(args) == 0 {
		return []string{"serve"}
	}
	switch args[0] {
	case "-h", "--help":
		return append([]string{"help"}, args[1:]...)
	case "-v", "--version":
		return append([]string{"version"}, args[1:]...)
	}
	at := commandAt(app, args)
	if at < 0 {
		return append([]string{"serve"}, args...)
	}
	return slices.Concat(args[at:at+1], args[:at], args[at+1:])
}

// commandAt returns the place of the first word that is neither a flag nor its value, or -1.
func commandAt(app *kong.Application, args []string) int {
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		switch {
		case !strings.HasPrefix(args[i], "-"):
			return i
		case !strings.Contains(args[i], "=") && i+1 < len(args) && takesValue(app, args[i], args[i+1]):
			i++
		}
	}
	return -1
}

// takesValue reports whether the word after a flag is its value. Of an unknown flag it is, unless it is a command.
func takesValue(app *kong.Application, flag, next string) bool {
	for _, command := range app.Children {
		if at := slices.Index(flags(command), flag); at >= 0 {
			return !command.Flags[at].IsBool()
		}
	}
	return !strings.HasPrefix(next, "-") && !slices.Contains(commands(app), next)
}

// ours is our flag for what other programs call by another name; "" for other names.
func ours(flag string) string {
	switch flag {
	case "--port", "-p", "--host", "--listen", "--bind", "--address":
		return "--addr"
	}
	return ""
}

// suggestFlag suggests a flag of the command in place of an unknown one.
func suggestFlag(command *kong.Node, flag string) string {
	return nearest.Suggest(cmp.Or(ours(flag), flag), flags(command))
}

// warnOfVariables names the variables of the environment that no flag reads. They may belong to another version, so they are no errors.
func (p Process) warnOfVariables(app *kong.Application) {
	known := []string{"SHARING_URL", "PORTALADMIN_URL", "CONTROL_URL", "TLS_URL", "TOKEN"} // what run gives its command, beside flags
	for _, command := range app.Children {
		for _, flag := range command.Flags {
			known = append(known, strings.TrimPrefix(variable(flag.Name), prefix))
		}
	}
	for _, pair := range p.Env {
		whole, value, _ := strings.Cut(pair, "=")
		name, begins := strings.CutPrefix(whole, prefix)
		if !begins || value == "" || slices.Contains(known, name) || isServiceVariable(name, value) {
			continue
		}
		hint := suggestVariable(name, known)
		if hint != "" || !secret.IsName(name) { // a secret is for a command of calls --as curl
			p.warn("mockportal: warning: no flag reads " + whole + hint)
		}
	}
}

func suggestVariable(name string, known []string) string {
	near, ok := nearest.Name(name, known)
	if flag := ours("--" + strings.ToLower(name)); flag != "" {
		return ` (did you mean "` + variable(strings.TrimPrefix(flag, "--")) + `"?)`
	} else if ok {
		return ` (did you mean "` + prefix + near + `"?)`
	}
	return ""
}

// isServiceVariable reports whether Kubernetes sets the variable for a service that is named mockportal.
func isServiceVariable(name, value string) bool {
	return strings.HasPrefix(name, "SERVICE_") || strings.HasPrefix(name, "PORT_") || name == "PORT" && strings.Contains(value, "://")
}
