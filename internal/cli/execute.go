package cli

import (
	"errors"
	"fmt"
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
	unstarted bool   // it never ran, so there is no summary
}

func (e exitStatus) Error() string { return e.why }

// notStarted returns the exit status that shells have for a command that did not start.
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

// endOf returns the exit status of a command from the error of its Wait; nil for 0.
func endOf(err error) error {
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return err
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		why := fmt.Sprintf("the command was ended by signal %d (%s)", status.Signal(), status.Signal())
		return exitStatus{code: ofSignal + int(status.Signal()), why: why}
	}
	return exitStatus{code: ended.ExitCode(), why: fmt.Sprintf("the command ended with %d", ended.ExitCode())}
}

// signals passes signals on to the command. They do not end this process, which still has to print the summary.
type signals chan os.Signal

func passSignals() signals {
	s := make(signals, 8)
	for _, one := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM} {
		// Under nohup SIGHUP is ignored. The command inherits that only as long as nothing here listens to it.
		if !signal.Ignored(one) {
			signal.Notify(s, one)
		}
	}
	return s
}

// to passes signals on to a process, but for those that a terminal sends for a key: it sends them to the process too.
func (s signals) to(process *os.Process) {
	atTerminal := hasTerminal()
	for received := range s {
		if !atTerminal || received != syscall.SIGINT && received != syscall.SIGQUIT {
			_ = process.Signal(received) // it fails if the process has just ended
		}
	}
}

func (s signals) stop() {
	signal.Stop(s)
	close(s)
}

// hasTerminal reports whether keys can send signals to this process.
func hasTerminal() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = terminal.Close()
	return true
}
