// Package cli is the command line: the grammar, the exit codes, and the output of each command.
//
//	code := cli.Run(ctx, cli.Process{
//		Args: []string{"serve", "--addr", "127.0.0.1:0"}, Env: os.Environ(),
//		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
//	})
//
// Standard output is for programs, standard error for people. Exit codes: 0 good, 1 a check failed, 2 wrong use.
// Arguments, environment and streams are parameters: no other package reads the environment, and this one only as it is given.
package cli
