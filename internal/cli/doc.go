// Package cli is the command line: the grammar, the exit codes, and what each command prints.
//
//	code := cli.Run(ctx, []string{"serve", "--addr", "127.0.0.1:0"}, os.Stdout, os.Stderr)
//
// Everything that a program reads goes to standard output, everything for people to standard error. Exit codes: 0 good, 1 the check failed, 2 wrong use.
// The environment is read here and nowhere else.
package cli
