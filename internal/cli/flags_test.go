package cli_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/cli"
	"github.com/mockportal/mockportal/mock"
)

// help returns the usage text of the program or of one command, each run of blanks as one.
func help(t *testing.T, args ...string) string {
	t.Helper()
	var out, err bytes.Buffer
	if code := cli.Run(t.Context(), append(args, "--help"), &out, &err); code != 0 || err.Len() > 0 {
		t.Fatalf("%v --help ends with %d: %s", args, code, err.String())
	}
	return out.String()
}

// commands returns the names of all commands, out of the usage text.
func commands(t *testing.T) []string {
	t.Helper()
	_, list, ok := strings.Cut(help(t), "Commands:\n")
	if !ok {
		t.Fatal("the usage text has no commands")
	}
	var names []string
	for _, match := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(list, -1) {
		names = append(names, match[1])
	}
	if len(names) < 6 {
		t.Fatalf("the commands are %v", names)
	}
	return names
}

// flags returns the flags of a command with their environment variables, out of its usage text.
func flags(t *testing.T, command string) map[string]string {
	t.Helper()
	_, list, ok := strings.Cut(help(t, command), "Flags:\n")
	if !ok {
		t.Fatalf("the usage text of %s has no flags", command)
	}
	found := map[string]string{}
	variable := regexp.MustCompile(`\(\$([A-Z_]+)\)`)
	for _, entry := range regexp.MustCompile(`(?m)^ +(?:-[a-z], )?--`).Split(list, -1)[1:] {
		name := regexp.MustCompile(`^[a-z-]+`).FindString(entry)
		if name == "help" {
			continue
		}
		found[name] = ""
		if match := variable.FindStringSubmatch(entry); match != nil {
			found[name] = match[1]
		}
	}
	return found
}

// TestEnvironment proves that every flag of every command has an environment variable of its own name.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	for _, command := range commands(t) {
		for flag, variable := range flags(t, command) {
			if want := "MOCKPORTAL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")); variable != want {
				t.Errorf("%s --%s has the environment variable %q, want %s", command, flag, variable, want)
			}
		}
	}
}

// unreadable has, for every flag, a value with which its command must refuse to run, so that one can see that the variable is read.
// The flags that take any text have none; what their variables do is proven in testdata/script/environment.txtar and calls.txtar.
var unreadable = map[string]string{
	"addr": "nowhere", "control-addr": "nowhere", "pack": "nowhere", "scenario": "nowhere", "clock": "nowhere", "seed": "nowhere", "context": "nowhere",
	"strict": "nowhere", "tls": "nowhere", "journal-max-calls": "nowhere", "journal-max-bytes": "nowhere", "max-body": "nowhere",
	"max-sandboxes": "nowhere", "sandbox-ttl": "nowhere",
	"read-timeout": "nowhere", "idle-timeout": "nowhere", "log-format": "nowhere", "log-level": "nowhere",
	"json": "nowhere", "url": "::", "timeout": "nowhere",
	"tls-addr": "nowhere", "tls-host": "nowhere", "tls-cert": "nowhere", "tls-key": "nowhere", "trust-proxy": "nowhere", "allow-violations": "nowhere",
	"report": "flags_test.go/nowhere", "har": "flags_test.go/nowhere", // no folder
	"sandbox": "nowhere", "ca": "nowhere", "as": "nowhere", "follow": "nowhere", "operation": "nowhere", "outcome": "nowhere", "violations": "nowhere", "after": "nowhere",
	"control-token": "", "member": "",
}

// TestEnvironmentIsRead proves for every flag of every command that its environment variable is read: with a value that cannot be, the
// command ends with 2 and has printed nothing. Without one it does not.
func TestEnvironmentIsRead(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	for _, command := range commands(t) {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			if code, text := runs(t, s, command, "MOCKPORTAL_ADDR=127.0.0.1:0"); code == 2 {
				t.Errorf("with nothing unreadable it ends with 2: %s", text)
			}
		})
		for flag, variable := range flags(t, command) {
			value, ok := unreadable[flag]
			if !ok {
				t.Errorf("%s --%s has no row", command, flag)
			}
			if value != "" {
				t.Run(command+" "+flag, func(t *testing.T) {
					t.Parallel()
					refuses(t, s, command, variable+"="+value)
				})
			}
		}
	}
}

func refuses(t *testing.T, s *mock.Server, command, variable string) {
	t.Helper()
	if code, text := runs(t, s, command, variable); code != 2 || !strings.HasPrefix(text, "mockportal: ") {
		t.Errorf("%s: code %d, %s", variable, code, text)
	}
}

// runs runs a command in an environment with one more variable, where a server is, and returns its code and what it has printed. A server that starts
// is ended once it has said that it is ready.
func runs(t *testing.T, s *mock.Server, command, variable string) (code int, text string) {
	t.Helper()
	args := append([]string{command}, map[string][]string{"show": {"trial"}, "run": {"--", "true"}}[command]...)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "mockportal", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "MOCKPORTAL_ADDR=127.0.0.1:0", "MOCKPORTAL_URL="+s.URL, variable)
	var err bytes.Buffer
	out := &untilReady{ready: cancel}
	cmd.Stdout, cmd.Stderr = out, &err
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), out.text.String() + err.String()
}

// untilReady is standard output; it tells when a server is ready.
type untilReady struct {
	text  bytes.Buffer
	ready func()
}

func (u *untilReady) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte(`{"url":`)) {
		u.ready()
	}
	return u.text.Write(p)
}

// TestFlagsAreDocumented proves that the docs have every flag and every environment variable of every command, and those that run gives to
// a command, and that they name no other.
func TestFlagsAreDocumented(t *testing.T) {
	t.Parallel()
	var pages []byte
	for _, name := range []string{"command.md", "ci-and-containers.md"} {
		page, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page...)
	}
	known := map[string]bool{}
	for _, command := range commands(t) {
		for flag, variable := range flags(t, command) {
			known["--"+flag], known[variable] = true, true
		}
	}
	given, _, _ := strings.Cut(help(t, "run"), "Flags:\n") // what a command is given has no flag
	for _, variable := range regexp.MustCompile(`MOCKPORTAL_[A-Z_]+`).FindAllString(given, -1) {
		known[variable] = true
	}
	written := map[string]bool{}
	for _, name := range regexp.MustCompile("`(--[a-z-]+|MOCKPORTAL_[A-Z_]+)").FindAllStringSubmatch(string(pages), -1) {
		written[name[1]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if !written[name] {
			t.Errorf("the docs do not have %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(written)) {
		if !known[name] {
			t.Errorf("the docs have %s, and no command does", name)
		}
	}
}
