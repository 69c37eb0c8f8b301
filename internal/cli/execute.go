package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// The exit codes of a command that could not be started, as shells have them.
const (
	notExecutable = 126
	notFound      = 127
	ofSignal      = 128 // and the signal's number
)

// exitStatus is how a command ended.
type exitStatus struct {
	code      int
	why       string // as the summary says it
	unstarted bool   // it never ran, so there is nothing to sum up
}

func (e exitStatus) Error() string { return e.why }

// end says what no summary has said.
func (e exitStatus) end(w io.Writer) int {
	if e.unstarted {
		say(w, "mockportal: "+e.why)
	}
	return e.code
}

// notStarted turns the reason why a command did not start into the exit code that shells have for it.
func notStarted(name string, err error) error {
	status := exitStatus{code: notExecutable, unstarted: true}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		status.code = notFound
	}
	var named *exec.Error
	if errors.As(err, &named) {
		err = named.Err
	}
	status.why = fmt.Sprintf("cannot run %q: %s", name, unwrapPath(err))
	return status
}

// endOf turns what a command's Wait returns into its exit status; nil for 0.
func endOf(err error) error {
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return err
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitStatus{code: ofSignal + int(status.Signal()), why: fmt.Sprintf("the command was ended by signal %d (%s)", status.Signal(), status.Signal())}
	}
	return exitStatus{code: ended.ExitCode(), why: fmt.Sprintf("the command ended with %d", ended.ExitCode())}
}

// passed are the signals that a command is meant to get as if it had been started without us.
var passed = []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM}

// signals passes on what we are sent, and keeps it from ending us: the summary is still to come.
type signals struct {
	received chan os.Signal
	done     chan struct{}
}

func passSignals() *signals {
	s := &signals{received: make(chan os.Signal, 8), done: make(chan struct{})}
	for _, one := range passed {
		if !signal.Ignored(one) { // nohup has SIGHUP ignored: the command is meant to inherit that, and would not once we listen
			signal.Notify(s.received, one)
		}
	}
	return s
}

// to passes signals on to a process. What a terminal sends for a key it has sent to the process too, which must not get it twice.
func (s *signals) to(process *os.Process) {
	atTerminal := hasTerminal()
	go func() {
		for {
			select {
			case <-s.done:
				return
			case received := <-s.received:
				if !atTerminal || received != syscall.SIGINT && received != syscall.SIGQUIT {
					_ = process.Signal(received) // it may have ended in between
				}
			}
		}
	}()
}

func (s *signals) stop() {
	signal.Stop(s.received)
	close(s.done)
}

// hasTerminal reports whether keys may send us signals.
func hasTerminal() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = terminal.Close()
	return true
}
