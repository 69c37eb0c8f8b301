package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/cli"
)

// result is what a command line did.
type result struct {
	code     int
	out, err string
}

// execute runs a command line in this process, in an environment of its own. It ends a server as soon as that is ready.
func execute(t *testing.T, env []string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, err := &untilReady{ready: cancel}, &bytes.Buffer{}
	code := cli.Run(ctx, cli.Process{Args: args, Env: env, Stdin: strings.NewReader(""), Stdout: out, Stderr: err})
	return result{code, out.text.String(), err.String()}
}

// untilReady is a standard output. It calls ready once a server has said that it is ready.
type untilReady struct {
	text  bytes.Buffer
	ready func()
}

func (u *untilReady) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte(`{"url":`)) || bytes.HasPrefix(p, []byte("mockportal plays ")) {
		u.ready()
	}
	return u.text.Write(p)
}

// golden compares a text with a file in testdata; -update writes the file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	name := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
