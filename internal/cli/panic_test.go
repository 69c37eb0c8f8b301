package cli_test

import (
	"io"
	"testing"

	"github.com/mockportal/mockportal/internal/cli"
)

type panicking struct{}

func (panicking) Write([]byte) (int, error) { panic("a defect") }

// TestPanic proves that a panic in a command is not swallowed.
func TestPanic(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("the panic is swallowed")
		}
	}()
	if code := cli.Run(t.Context(), cli.Process{Args: []string{"version"}, Stdout: panicking{}, Stderr: io.Discard}); code == 0 {
		t.Errorf("a command that panics ends with %d", code)
	}
}
