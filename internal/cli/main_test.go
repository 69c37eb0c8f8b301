package cli_test

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mockportal/mockportal/internal/cli"
)

// TestMain lets this test binary act as the program, and as the client ask, so that scripts run them as processes.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // scripts wait for their programs most of the time; the command line overrides this
	testscript.Main(m, map[string]func(){"mockportal": mockportal, "ask": ask})
}

// mockportal is what cmd/mockportal does.
func mockportal() {
	os.Exit(cli.Main(cli.Process{Args: os.Args[1:], Env: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}))
}
