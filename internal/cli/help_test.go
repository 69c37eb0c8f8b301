package cli_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/cli"
)

// TestHelp holds the help of the program and of every command in testdata/help.golden.
func TestHelp(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, command := range append([]string{""}, commands()...) {
		r := execute(t, nil, strings.Fields("help "+command)...)
		if r.code != 0 || r.err != "" {
			t.Errorf("help %s: code %d: %s", command, r.code, r.err)
		}
		fmt.Fprintf(&b, "$ %s\n%s", strings.TrimSpace("mockportal help "+command), r.out)
		for _, other := range []string{command + " --help", command + " -h", "--help " + command} {
			if o := execute(t, nil, strings.Fields(other)...); o != r {
				t.Errorf("%s differs from help %s: %+v", other, command, o)
			}
		}
	}
	golden(t, "help.golden", b.String())
}

// TestDefaultCommand proves that flags without a command are those of serve, the help among them.
func TestDefaultCommand(t *testing.T) {
	t.Parallel()
	if got, want := execute(t, nil, "--strict", "--help"), execute(t, nil, "help", "serve"); got != want {
		t.Errorf("got %+v", got)
	}
	if r := execute(t, []string{"MOCKPORTAL_ADDR=127.0.0.1:0"}); r.code != 0 || !strings.HasPrefix(r.out, `{"url":`) {
		t.Errorf("without arguments: %+v", r)
	}
}

// commands returns the names of all commands.
func commands() []string {
	var names []string
	for _, command := range cli.Model().Children {
		names = append(names, command.Name)
	}
	return names
}
