package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/tree"
)

type verifyCmd struct {
	remoteFlags

	File string `arg:"" optional:"" help:"A file with expect, inOrder and within; - is standard input. The default is the scenario's expect."`
}

// Run lets the server verify, since only the server can wait for calls. Mistakes in the file are reported here, with line and column;
// only an unknown member is reported by the server.
func (v *verifyCmd) Run(ctx context.Context, p Process) error {
	c, err := v.client(p)
	if err != nil {
		return err
	}
	verification, err := v.read(p)
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
	p.say(explanation)
	return nil
}

// read returns the verification as JSON.
func (v *verifyCmd) read(p Process) ([]byte, error) {
	if v.File == "" {
		return []byte("{}"), nil
	}
	if message := cmp.Or(tree.Misnamed(v.File, ".yaml"), tree.Misnamed(v.File, ".json")); message != "" {
		return nil, fmt.Errorf("verify <file> %q: %s", v.File, message)
	}
	source, err := p.readFile(v.File)
	if err != nil {
		return nil, fmt.Errorf("verify <file> %q: %w", v.File, unwrapPath(err))
	}
	_, err = scenario.BuiltIn().Expectations(nil, v.File, source)
	var mistakes tree.Mistakes
	if errors.As(err, &mistakes) {
		return nil, counted(mistakes)
	}
	document, _ := tree.Parse(v.File, source)
	return document.JSON(), err
}

// readFile reads a file; - is standard input.
func (p Process) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(cmp.Or[io.Reader](p.Stdin, strings.NewReader("")))
	}
	return os.ReadFile(name) //nolint:gosec // the user's own file
}
