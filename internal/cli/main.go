package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// Main is [Run] for a whole process. SIGINT and SIGTERM end every command: serve and run in order once they listen, the others at once,
// whatever they wait for. The second signal ends the process.
func Main(p Process) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		one := <-asked
		signal.Stop(asked)
		cancel(endedBy(one))
	}()
	catchBrokenPipes()
	p.listens = new(atomic.Bool)
	ended := make(chan int, 1)
	go func() { ended <- Run(ctx, p) }()
	select {
	case code := <-ended:
		return code
	case <-ctx.Done():
	}
	if p.listens.Load() {
		return <-ended
	}
	select {
	case code := <-ended:
		return code
	case <-time.After(briefly):
		return p.conclude(ctx, context.Canceled)
	}
}

// briefly is how long an interrupted command may take to end by itself.
const briefly = 200 * time.Millisecond

// endedBy is the exit status of a program that a signal has ended.
func endedBy(one os.Signal) exitStatus {
	status := exitStatus{code: failed, why: fmt.Sprintf("ended by a signal (%s)", one)}
	if number, ok := one.(syscall.Signal); ok {
		status.code = ofSignal + int(number)
	}
	return status
}

// catchBrokenPipes lets a write to a pipe that nobody reads fail. Otherwise it would end the process. The signal is caught and not ignored,
// because the command of run would inherit that; where it is ignored already, a write fails too.
func catchBrokenPipes() {
	if !signal.Ignored(syscall.SIGPIPE) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	}
}
