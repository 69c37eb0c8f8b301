package docs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	blockTimeout = 3 * time.Minute // the first build of a page compiles
	startTimeout = 2 * time.Minute
	stopTimeout  = 5 * time.Second
)

// A session is the terminal of one reader: its folder and its variables outlive a block.
type session struct {
	t        *testing.T
	checkout string
	state    string // the folder that holds both
	bin      string // the folder with mockportal and the settings of curl
	env      []string
	server   *server
}

// script goes on where the block before ended, and says where this one has.
const script = `
if [ -e "$SESSION/env" ]; then . "$SESSION/env"; fi
if [ -e "$SESSION/folder" ]; then cd "$(cat "$SESSION/folder")"; fi
trap 'code=$?; declare -px >"$SESSION/env"; pwd >"$SESSION/folder"; exit $code' EXIT
set -euo pipefail
`

func (s *session) command(ctx context.Context, text, curlHome string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-c", script+"export CURL_HOME='"+curlHome+"'\n"+text)
	cmd.Dir = s.checkout
	cmd.Env = append(s.env, "SESSION="+s.state)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}

// run runs an sh block to its end, checks its exit code, and returns its output. Where the page shows no answer, a status of 400
// or above is a failure.
func (s *session) run(b block, answered bool) string {
	s.t.Helper()
	want := 0
	if code, ok := strings.CutPrefix(b.marker, "exit "); ok {
		want, _ = strconv.Atoi(code)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), blockTimeout)
	defer cancel()
	curlHome := s.bin + "/strict"
	if answered {
		curlHome = s.bin
	}
	cmd := s.command(ctx, b.text, curlHome)
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		s.t.Fatalf("%s: %v", b, err)
	}
	if code := cmd.ProcessState.ExitCode(); code != want {
		s.t.Fatalf("%s ends with %d, not %d:\n%s%s", b, code, want, b.text, out)
	}
	return string(out)
}

// folder is where the session is now.
func (s *session) folder() string {
	data, err := os.ReadFile(s.state + "/folder")
	if err != nil {
		return s.checkout
	}
	return strings.TrimSpace(string(data))
}

// write writes the file that a block is.
func (s *session) write(b block) {
	s.t.Helper()
	path := filepath.Join(s.folder(), b.file())
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(b.text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// A server is what a block has left running.
type server struct {
	cmd      *exec.Cmd
	ended    chan error
	out, err *os.File
}

var readyLine = regexp.MustCompile(`(?m)^\{"url":"(http[^"]+)".*\}$`)

// serve starts a server block and returns what it has printed once it is ready.
func (s *session) serve(b block) string {
	s.t.Helper()
	s.stop()
	srv := &server{ended: make(chan error, 1)}
	srv.out, srv.err = s.temp(), s.temp()
	srv.cmd = s.command(context.Background(), b.text, s.bin)
	srv.cmd.Stdout, srv.cmd.Stderr = srv.out, srv.err
	if err := srv.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { srv.ended <- srv.cmd.Wait() }()
	s.server = srv
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(20 * time.Millisecond) {
		out, _ := os.ReadFile(srv.out.Name())
		if readyLine.Match(out) {
			return string(out)
		}
		select {
		case <-srv.ended:
			s.server = nil
			text, _ := os.ReadFile(srv.err.Name())
			s.t.Fatalf("%s: the server ended before it was ready:\n%s%s", b, out, text)
		default:
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: no ready line after %s", b, startTimeout)
		}
	}
}

func (s *session) temp() *os.File {
	file, err := os.CreateTemp(s.state, "server")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = file.Close() })
	return file
}

// stop ends the server as Ctrl-C does.
func (s *session) stop() {
	if s.server == nil {
		return
	}
	group := -s.server.cmd.Process.Pid
	_ = syscall.Kill(group, syscall.SIGINT)
	select {
	case <-s.server.ended:
	case <-time.After(stopTimeout):
		_ = syscall.Kill(group, syscall.SIGKILL)
		s.t.Errorf("the server still runs %s after Ctrl-C", stopTimeout)
	}
	s.server = nil
}

// copyTree copies the checkout as it stands, without what git ignores.
func copyTree(root, to string) error {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		return err
	}
	for name := range bytes.SplitSeq(bytes.TrimRight(names, "\x00"), []byte{0}) {
		from, path := filepath.Join(root, string(name)), filepath.Join(to, string(name))
		info, err := os.Stat(from)
		if err != nil { // what was deleted is still listed
			continue
		}
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, info.Mode().Perm()); err != nil {
			return fmt.Errorf("copying: %w", err)
		}
	}
	return nil
}
