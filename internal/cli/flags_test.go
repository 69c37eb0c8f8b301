package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/mockportal/mockportal/internal/cli"
	"github.com/mockportal/mockportal/mock"
)

// flags returns the flags of a command.
func flags(command string) []string {
	var names []string
	for _, node := range cli.Model().Children {
		for _, flag := range node.Flags {
			if node.Name == command && flag.Name != "help" {
				names = append(names, flag.Name)
			}
		}
	}
	return names
}

// unreadable has, for every flag, a value that its command must refuse, which shows that the command reads the variable.
// Flags that take any text have none: testdata/script/environment.txtar and calls.txtar prove what their variables do.
func unreadable() map[string]string {
	values := map[string]string{
		"url": "::", "report": "flags_test.go/nowhere", "har": "flags_test.go/nowhere", // not a folder
		"control-token": "", "control-token-file": "nowhere", "control-host": "", "member": "",
	}
	for _, flag := range []string{
		"addr", "control-addr", "pack", "scenario", "clock", "seed", "context", "strict", "tls", "journal-max-calls",
		"journal-max-bytes", "max-body", "max-memory", "max-sandboxes", "sandbox-ttl", "read-timeout", "idle-timeout", "log-format",
		"log-level", "json", "timeout", "tls-addr", "tls-host", "tls-cert", "tls-key", "trust-proxy", "allow-violations",
		"require-calls", "sandbox", "ca", "as", "follow", "operation", "outcome", "violations", "after", "coverage", "ready",
	} {
		values[flag] = "nowhere"
	}
	return values
}

// TestEnvironmentIsRead proves for every flag of every command that the command reads its environment variable: with a value that
// cannot be read the command ends with 2, without one it does not.
func TestEnvironmentIsRead(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenarioDocument([]byte("{ format: 1, extends: trial, expect: [{ when: {}, atLeast: 0 }] }")))
	for _, command := range commands() {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			if r := runs(t, s, command); r.code == 2 {
				t.Errorf("with nothing unreadable it ends with 2: %s", r.err)
			}
			for _, flag := range flags(command) {
				refuses(t, s, command, flag)
			}
		})
	}
}

// refuses proves that a command refuses the unreadable value of a flag, if there is one.
func refuses(t *testing.T, s *mock.Server, command, flag string) {
	t.Helper()
	value, ok := unreadable()[flag]
	if !ok {
		t.Errorf("%s --%s has no row", command, flag)
	}
	if value == "" {
		return
	}
	variable := cli.Variable(flag) + "=" + value
	if r := runs(t, s, command, variable); r.code != 2 || !strings.HasPrefix(r.err, "mockportal: ") {
		t.Errorf("%s: code %d, %s", variable, r.code, r.err)
	}
}

// runs runs a command in an environment with a server and further variables.
func runs(t *testing.T, s *mock.Server, command string, variables ...string) result {
	t.Helper()
	args := append([]string{command}, map[string][]string{"show": {"trial"}, "run": {"--", "true"}}[command]...)
	return execute(t, append([]string{"MOCKPORTAL_ADDR=127.0.0.1:0", "MOCKPORTAL_URL=" + s.URL}, variables...), args...)
}

// TestFlagTable holds the table of flags in docs/command.md; -update writes it.
func TestFlagTable(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- flags -->\n", "<!-- /flags -->\n"
	name := filepath.Join("..", "..", "docs", "command.md")
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, hasBegin := strings.Cut(string(page), begin)
	table, after, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		t.Fatalf("%s has no block between %s and %s", name, begin, end)
	}
	want := flagTable()
	if *update {
		if err := os.WriteFile(name, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != want {
		t.Errorf("%s is not up to date: go test ./internal/cli -run TestFlagTable -update", name)
	}
}

// flagTable writes a row for each flag, in Markdown; one for several commands if they agree on it.
func flagTable() string {
	var rows []string
	commands := map[string][]string{}
	for _, command := range cli.Model().Children {
		for _, flag := range command.Flags {
			row := flagRow(flag)
			if flag.Name == "help" {
				continue
			}
			if !slices.Contains(rows, row) {
				rows = append(rows, row)
			}
			commands[row] = append(commands[row], "`"+command.Name+"`")
		}
	}
	table := "| flag | commands | environment | default | meaning |\n|---|---|---|---|---|\n"
	for _, row := range rows {
		table += fmt.Sprintf(row, strings.Join(commands[row], ", "))
	}
	return table
}

// flagRow is the row of a flag, with %s for its commands. The default is in the help if the grammar has none.
func flagRow(flag *kong.Flag) string {
	name, preset := "`--"+flag.Name+"`", "none"
	help, inHelp, ok := strings.Cut(flag.Help, " The default is ")
	switch {
	case ok:
		preset = inHelp
	case flag.IsBool():
		preset = "off"
	case flag.Default != "":
		preset = "`" + flag.Default + "`"
	}
	if flag.Short != 0 {
		name += fmt.Sprintf(", `-%c`", flag.Short)
	}
	cells := []string{name, "%s", "`" + cli.Variable(flag.Name) + "`"}
	code := regexp.MustCompile(`--[a-z-]+|MOCKPORTAL_[A-Z_]+|/[_a-z]+(/[a-z.]+)?`)
	for _, text := range []string{preset, help} {
		cells = append(cells, code.ReplaceAllString(strings.TrimSuffix(text, "."), "`$0`"))
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}
