package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/scenario"
)

type verifyCmd struct {
	remoteFlags

	File string `arg:"" optional:"" help:"What to expect: expect, inOrder and within as in a scenario file; - is standard input. The scenario's own expectations when left out."`
}

// Run asks the server, since it is there that one can wait for calls. What is wrong with the file is told with its place in the file; only
// the server knows its members.
func (v *verifyCmd) Run(ctx context.Context, std streams) error {
	c, err := v.client()
	if err != nil {
		return err
	}
	verification, err := v.read()
	if err != nil {
		return err
	}
	met, explanation, err := c.Verify(ctx, verification)
	switch {
	case err != nil:
		return err
	case !met:
		return failure{errors.New(explanation)}
	}
	say(std.out, explanation)
	return nil
}

// read returns the verification as JSON.
func (v *verifyCmd) read() ([]byte, error) {
	if v.File == "" {
		return []byte("{}"), nil
	}
	source, err := readFile(v.File)
	if err != nil {
		return nil, fmt.Errorf("verification %q: %w", v.File, unwrapPath(err))
	}
	document, err := scenario.BuiltIn().Verification(v.File, source)
	var faults fixture.Mistakes
	if errors.As(err, &faults) {
		return nil, counted(faults)
	}
	return document, err
}

// readFile reads a file, or standard input as -.
func readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name) //nolint:gosec // the user's own file
}
