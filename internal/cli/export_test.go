package cli

import (
	"context"
	"io"

	"github.com/alecthomas/kong"
)

// Model is the grammar, for the table of flags.
func Model() *kong.Application {
	return newParser(context.Background(), Process{Stdout: io.Discard, Stderr: io.Discard}).Model
}

// VersionOf and Variable are tested alone.
var (
	VersionOf = versionOf
	Variable  = variable
)
