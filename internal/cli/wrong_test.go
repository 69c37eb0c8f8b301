package cli_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/cli"
)

// TestWrongUse holds what the command line says to every kind of mistake, by flag and by environment, in testdata/wrong.golden.
func TestWrongUse(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, row := range []string{
		// commands
		"nonsense", "serv", "''", "help nonsense", "help serve run", "version x", "--version x",
		// flags
		"--nonsense", "--scenaro trial", "-x", "-vx", "serve --scenaro=trial", "serve -s", "serve -=x", "check --seed 1",
		"run --addr x -- true", "list --timeout 1s",
		"version --json", "--tls check", "--scenario trial nonsense", "--reprot x run -- true", "run --reprot x -- true", "run -x true",
		"serve --no-strict", "--port 9001", "serve -p 80", "run --port 9001 -- true", "-- list",
		// values that are missing
		"serve --addr", "serve --addr --strict", "--seed", "list --pack", "serve --read-timeout",
		"serve --tls-host", "--pack list",
		// values that cannot be read
		"serve --seed -1", "serve --seed=-1", "--seed 1.5", "MOCKPORTAL_SEED=x serve", "serve --journal-max-calls many",
		"MOCKPORTAL_MAX_BODY=1MB run -- true",
		"calls --after -1", "serve --max-sandboxes=-1", "MOCKPORTAL_SANDBOX_TTL=-1s serve",
		"serve --max-body 99999999999999999999", "--seed 99999999999999999999", "serve --read-timeout 5", "MOCKPORTAL_IDLE_TIMEOUT=soon serve",
		"healthcheck --timeout=", "--strict=maybe",
		"MOCKPORTAL_TLS=on serve", "serve --log-level loud", "serve --log-level=INFO", "MOCKPORTAL_LOG_LEVEL=wran serve",
		"serve --log-format xml", "calls --as yaml", "run --coverage=half -- true", "serve --ready yes",
		"calls --outcome good",
		"MOCKPORTAL_AS=csv calls",
		// arguments
		"list nonsense", "list scenario", "list fixtures trial", "calls one", "calls 0", "calls -- -1", "calls 1 --follow",
		"calls 1 2", "MOCKPORTAL_FOLLOW=1 calls 1", "serve nonsense",
		"serve -- nonsense", "show", "show trial purchased", "verify a b", "run", "run --", "run --strict",
		// values that the grammar lets pass
		"serve --scenario trail", "MOCKPORTAL_SCENARIO=trail serve", "MOCKPORTAL_SCENARIO=trail run -- true",
		"serve --clock frosen", "MOCKPORTAL_CLOCK=frosen MOCKPORTAL_CONTEXT=/gis serve",
		"serve --context gis", "--pack nowhere", "MOCKPORTAL_PACK=nowhere list", "serve --addr nowhere", "serve --addr 9001",
		"serve --addr :99999", "serve --addr ''", "serve --addr http://127.0.0.1:9001/",
		"serve --addr ::1", "serve --addr 9001 --tls-addr 9002 --control-addr 9003 --scenario trail",
		"MOCKPORTAL_URL=http://127.0.0.1:1 MOCKPORTAL_SANDBOX=x verify nowhere.yaml",
		"MOCKPORTAL_CONTROL_ADDR=9001 serve --addr 127.0.0.1:0", "MOCKPORTAL_ADDR=9001 healthcheck",
		"list --pack nowhere:cli.go", "MOCKPORTAL_PACK=.:nowhere list",
		"MOCKPORTAL_CONTEXT=gis serve", "MOCKPORTAL_TLS_HOST=: serve --tls",
		"MOCKPORTAL_ADDR=nowhere serve", "serve --addr 127.0.0.1:0 --control-addr nowhere",
		"run --tls-addr nowhere -- true", "show trail", "show provisions/trail", "check nowhere",
		"verify nowhere.yaml", "verify --url ::", "MOCKPORTAL_URL=ftp://x calls", "calls --url http://a:b@x",
		"calls --url http://x/sandboxes/s1", "verify --ca nowhere", "MOCKPORTAL_CA=doc.go verify",
		"healthcheck --url ::", "run --report doc.go/x --har doc.go/y -- true", "MOCKPORTAL_HAR=doc.go/y run -- true",
		// flags that contradict each other
		"--tls --tls-addr 127.0.0.1:0", "--tls-host x --tls-cert doc.go", "--tls --tls-cert doc.go --tls-host x",
		"MOCKPORTAL_TLS_KEY=doc.go serve --tls", "--tls --tls-cert nowhere --tls-key nowhere",
		"--tls --tls-cert doc.go --tls-key doc.go",
	} {
		var env, args []string
		for word := range strings.FieldsSeq(row) {
			word = strings.Trim(word, "'")
			if len(args) == 0 && strings.HasPrefix(word, "MOCKPORTAL_") {
				env = append(env, word)
			} else {
				args = append(args, word)
			}
		}
		r := execute(t, env, args...)
		if r.code != 2 || r.out != "" {
			t.Errorf("%s: code %d, output %q", row, r.code, r.out)
		}
		fmt.Fprintf(&b, "$ %s\n%s", row, strings.ReplaceAll(r.err, hint, ""))
		if usage := strings.Contains(r.err, hint); !usage {
			b.WriteString("(without a hint at help)\n")
		}
	}
	golden(t, "wrong.golden", b.String())
}

// hint is the line that follows a command line that cannot be read.
const hint = "Run mockportal help for the commands, mockportal help COMMAND for the flags of one.\n"

// TestFlagOverridesEnvironment proves that a variable that cannot be read, or is empty, does no harm if the flag is given.
func TestFlagOverridesEnvironment(t *testing.T) {
	t.Parallel()
	for _, row := range [][]string{
		{"MOCKPORTAL_SEED=x", "serve", "--addr", "127.0.0.1:0", "--seed", "1"},
		{"MOCKPORTAL_LOG_LEVEL=loud", "serve", "--addr=127.0.0.1:0", "--log-level=error"},
		{"MOCKPORTAL_SEED=", "serve", "--addr", "127.0.0.1:0"},
		{"MOCKPORTAL_TLS=", "serve", "--addr", "127.0.0.1:0"},
		{"MOCKPORTAL_OUTCOME=loud", "list"}, // of another command
	} {
		if r := execute(t, row[:1], row[1:]...); r.code != 0 {
			t.Errorf("%v: code %d: %s", row, r.code, r.err)
		}
	}
}

// TestFlagsBeforeCommand proves that a command line means the same with its flags before its command.
func TestFlagsBeforeCommand(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ before, after string }{
		{"--scenario purchased run -- true", "run --scenario purchased -- true"},
		{"--scenario=purchased --allow-violations run -- true", "run --scenario=purchased --allow-violations -- true"},
		{"--json list fixtures", "list --json fixtures"},
		{"--json show trial", "show trial --json"},
		{"--pack . check", "check --pack ."}, // not a pack
		{"-f --operation list --url :: calls", "calls -f --operation list --url ::"},
		{"--timeout 1s --url http://127.0.0.1:1 healthcheck", "healthcheck --timeout 1s --url http://127.0.0.1:1"},
		{"--addr 127.0.0.1:0 --scenario trail serve", "serve --addr 127.0.0.1:0 --scenario trail"},
	} {
		got, want := execute(t, nil, strings.Fields(row.before)...), execute(t, nil, strings.Fields(row.after)...)
		if got != want {
			t.Errorf("%s: %+v\nwant %+v", row.before, got, want)
		}
	}
}

// TestVariablesThatNoFlagReads proves that a variable that is probably misspelt is told, and that others are not.
func TestVariablesThatNoFlagReads(t *testing.T) {
	t.Parallel()
	const warning = "mockportal: warning: no flag reads "
	for pair, want := range map[string]string{
		"MOCKPORTAL_ADR=127.0.0.1:9001":       warning + "MOCKPORTAL_ADR (did you mean \"MOCKPORTAL_ADDR\"?)\n",
		"MOCKPORTAL_PORT=9001":                warning + "MOCKPORTAL_PORT (did you mean \"MOCKPORTAL_ADDR\"?)\n",
		"MOCKPORTAL_CONTROL_TOKN=5ec12e7":     warning + "MOCKPORTAL_CONTROL_TOKN (did you mean \"MOCKPORTAL_CONTROL_TOKEN\"?)\n",
		"MOCKPORTAL_NONSENSE=x":               warning + "MOCKPORTAL_NONSENSE\n",
		"MOCKPORTAL_NONSENSE=":                "",
		"MOCKPORTAL_SCENARIO=trail":           "", // serve reads it
		"MOCKPORTAL_SHARING_URL=http://x":     "", // run gives it
		"MOCKPORTAL_PASSWORD=x":               "", // calls --as curl asks for it
		"MOCKPORTAL_SERVICE_HOST=10.0.0.1":    "", // Kubernetes sets the rest
		"MOCKPORTAL_PORT=tcp://10.0.0.1:8080": "",
		"MOCKPORTAL_PORT_8080_TCP_PROTO=tcp":  "",
		"mockportal_adr=x":                    "",
	} {
		if r := execute(t, []string{pair}, "version"); r.code != 0 || r.err != want {
			t.Errorf("%s: code %d: %q, want %q", pair, r.code, r.err, want)
		}
	}
}

// TestRunGivesKnownVariables proves that a mockportal that run starts warns of none of the variables that run gives it.
func TestRunGivesKnownVariables(t *testing.T) {
	t.Parallel()
	r := execute(t, nil, "run", "--tls-addr", "127.0.0.1:0", "--", "env")
	r = execute(t, strings.Split(strings.TrimSpace(r.out), "\n"), "version")
	if r.code != 0 || r.err != "" {
		t.Errorf("code %d: %s", r.code, r.err)
	}
}

// TestReadyText proves that what people read has commands that fit the server, and no control token.
func TestReadyText(t *testing.T) {
	t.Parallel()
	r := execute(t, nil, "serve", "--ready", "text", "--addr", "127.0.0.1:0", "--tls", "--control-token", "5ec12e7")
	for _, want := range []string{
		`mockportal plays the scenario "trial" at https://127.0.0.1:`, "\n  curl --insecure \"https://127.0.0.1:",
		"\n  mockportal calls --url https://127.0.0.1:", " --ca FILE --control-token TOKEN\n",
	} {
		if r.code != 0 || !strings.Contains(r.out, want) || strings.Contains(r.out, "5ec12e7") {
			t.Errorf("code %d, want %q in:\n%s%s", r.code, want, r.out, r.err)
		}
	}
}

// TestLastOfTheEnvironment proves that the last of two variables of one name counts, as for [os/exec.Cmd].
func TestLastOfTheEnvironment(t *testing.T) {
	t.Parallel()
	env := []string{"MOCKPORTAL_SCENARIO=trail", "MOCKPORTAL_SCENARIO_X=x", "MOCKPORTAL_SCENARIO=purchased"}
	if r := execute(t, env, "serve", "--addr", "127.0.0.1:0"); !strings.Contains(r.out, `"scenario":"purchased"`) {
		t.Errorf("code %d: %s%s", r.code, r.out, r.err)
	}
}

// TestNoStandardInput proves that a process without one can verify from it and give it to a command.
func TestNoStandardInput(t *testing.T) {
	t.Parallel()
	var out, err strings.Builder
	p := cli.Process{Args: []string{"verify", "-"}, Stdout: &out, Stderr: &err}
	if code := cli.Run(t.Context(), p); code != 2 || !strings.HasPrefix(err.String(), "mockportal: -: the document is empty") {
		t.Errorf("code %d: %s", code, err.String())
	}
}
