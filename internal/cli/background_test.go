package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// backgroundKey is the key of the programs that a script has started, by name.
type backgroundKey struct{}

func backgrounds(ts *testscript.TestScript) map[string]*background {
	return ts.Value(backgroundKey{}).(map[string]*background)
}

// background is a program that a script has started.
type background struct {
	cmd      *exec.Cmd
	out, err watched
}

// start starts mockportal without a terminal, so that no signal can come from a key.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME ARG…")
	}
	b := &background{cmd: command(ts, args[1:]...)}
	b.cmd.Stdout, b.cmd.Stderr, b.cmd.SysProcAttr = &b.out, &b.err, withoutTerminal()
	b.cmd.WaitDelay = 10 * time.Second // for processes that it leaves behind
	ts.Check(b.cmd.Start())
	backgrounds(ts)[args[0]] = b
	ts.Defer(func() { _ = b.cmd.Process.Kill() })
}

func started(ts *testscript.TestScript, name string) *background {
	b := backgrounds(ts)[name]
	if b == nil {
		ts.Fatalf("nothing was started as %s", name)
	}
	return b
}

// await waits until standard output matches a pattern.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await NAME PATTERN")
	}
	b, pattern := started(ts, args[0]), regexp.MustCompile("(?m)"+args[1])
	deadline := time.After(time.Minute)
	for {
		text, changed := b.out.look()
		if pattern.Match(text) {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			rest, _ := b.err.look()
			ts.Fatalf("%s did not print %s, but:\n%s%s", args[0], args[1], text, rest)
		}
	}
}

// tell sends a signal and does not wait.
func tell(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tell NAME SIGNAL")
	}
	ts.Check(started(ts, args[0]).cmd.Process.Signal(signalOf(args[1])))
}

// ends waits until the program ends, and fails unless the exit code is this one.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ends NAME CODE")
	}
	b := started(ts, args[0])
	off := (&running{cmd: b.cmd}).limit()
	_ = b.cmd.Wait()
	off()
	out, _ := b.out.look()
	err, _ := b.err.look()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), out, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), err, 0o600))
	if code := fmt.Sprint(b.cmd.ProcessState.ExitCode()); code != args[1] {
		ts.Fatalf("it ended with %s:\n%s%s", code, out, err)
	}
}

// watched is the output of a program. Others can wait for more of it.
type watched struct {
	mu      sync.Mutex // guards what follows
	text    bytes.Buffer
	changed chan struct{} // closed at the next write; nil if nobody waits
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
	return w.text.Write(p)
}

func (w *watched) look() (text []byte, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return bytes.Clone(w.text.Bytes()), w.changed
}
