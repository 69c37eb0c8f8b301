// Command mockportal serves a fake ArcGIS portal for tests.
package main

import (
	"os"

	"github.com/mockportal/mockportal/internal/cli"
)

func main() {
	os.Exit(cli.Main(cli.Process{Args: os.Args[1:], Env: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}))
}
