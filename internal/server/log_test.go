package server_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// written is a log that several goroutines write.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// exhausted is a listener whose first accept fails for want of file descriptors, and that then ends.
type exhausted struct {
	net.Listener

	failed bool
}

func (e *exhausted) Accept() (net.Conn, error) {
	if e.failed {
		return nil, io.EOF
	}
	e.failed = true
	return nil, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
}

// TestErrorLog proves that a panic in a handler and a failing accept are errors, and that what clients cause is not.
func TestErrorLog(t *testing.T) {
	t.Parallel()
	var log written
	errorLog := server.ErrorLog(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))

	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a defect") }))
	s.Config.ErrorLog = errorLog
	s.StartTLS()
	if _, err := http.Get(s.URL); err == nil { //nolint:noctx // it fails: the client does not trust the certificate
		t.Error("a client that trusts nobody is answered")
	}
	if _, err := s.Client().Get(s.URL); err == nil { //nolint:noctx // it fails: the handler panics
		t.Error("a handler that panics has answered")
	}
	s.Close()
	listener := &exhausted{Listener: s.Listener}
	if err := (&http.Server{ErrorLog: errorLog, ReadHeaderTimeout: time.Second}).Serve(listener); !errors.Is(err, io.EOF) {
		t.Error(err)
	}

	var levels []string
	for _, what := range []string{"TLS handshake error", "panic serving", "too many open files"} {
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, what) {
				level, _, _ := strings.Cut(line[strings.Index(line, "level="):], " ")
				levels = append(levels, what+" "+level)
			}
		}
	}
	want := []string{"TLS handshake error level=DEBUG", "panic serving level=ERROR", "too many open files level=ERROR"}
	diff(t, "levels", want, levels)
}

// TestTooLargeBeforeContinue proves that a body which is announced above the limit is refused before it is sent.
func TestTooLargeBeforeContinue(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(portal(t, scenario.BuiltIn(), "trial", nil))
	defer s.Close()
	for _, path := range []string{"/sharing/rest/generateToken?f=json", "/__admin/sandboxes"} {
		conn, err := net.Dial("tcp", s.Listener.Addr().String()) //nolint:noctx // on loopback
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
			"Content-Length: 3000000\r\nExpect: 100-continue\r\n\r\n")
		line := make([]byte, len("HTTP/1.1 413"))
		if _, err := io.ReadFull(conn, line); err != nil {
			t.Fatal(err)
		}
		diff(t, path, "HTTP/1.1 413", string(line))
	}
}
