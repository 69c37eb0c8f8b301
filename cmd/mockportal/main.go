// Command mockportal serves a fake ArcGIS portal for tests.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/mockportal/mockportal/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	code := cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
