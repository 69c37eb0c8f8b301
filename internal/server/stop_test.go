package server_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/server"
)

// standing is a handler whose answers never end, or begin when the test says so.
type standing struct {
	began  chan struct{}
	answer chan struct{}
}

func (s standing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/read" {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	switch r.URL.Path {
	case "/long":
		s.began <- struct{}{}
		for range 1 << 10 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	case "/late":
		s.began <- struct{}{}
		<-s.answer
		_, _ = io.WriteString(w, "answered")
	}
}

func listen(t *testing.T, secure *tls.Config) (*server.Listener, standing) {
	t.Helper()
	s := standing{make(chan struct{}, 1), make(chan struct{})}
	l, err := server.Listen("127.0.0.1:0", secure, &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l, s
}

func connect(t *testing.T, l *server.Listener, text string) net.Conn {
	t.Helper()
	_, address, _ := strings.Cut(l.URL, "://")
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second / 2)) // until the server does not read either
	_, _ = io.WriteString(conn, text)
	return conn
}

func identity(t *testing.T) *certs.Identity {
	t.Helper()
	identity, err := certs.Generate(nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

// TestStopWaitsForNoClient proves that connections do not hold Stop as long as no call is in flight.
func TestStopWaitsForNoClient(t *testing.T) {
	t.Parallel()
	const get, half = " HTTP/1.1\r\nHost: localhost\r\n\r\n", " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"
	for _, test := range []struct {
		name, text  string
		tls, begins bool
	}{
		{name: "silent"},
		{name: "silent before a handshake", tls: true},
		{name: "half a handshake", text: "\x16\x03\x01", tls: true},
		{name: "half a first request", text: "GET /x HTT"},
		{name: "half a second request", text: "GET /x" + get + "GET"},
		{name: "half a body", text: "POST /read" + half},
		{name: "half a body that nobody reads", text: "POST /x" + half},
		{name: "unread short answers", text: strings.Repeat("GET /x"+get, 20000)},
		{name: "an unread answer", text: "GET /long" + get, begins: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var secure *tls.Config
			if test.tls {
				secure = identity(t).TLSConfig()
			}
			l, s := listen(t, secure)
			connect(t, l, test.text)
			connect(t, l, "") // the server has accepted the first one when it has this one
			if test.begins {
				<-s.began
			}
			stopsWithin(t, time.Second, l)
		})
	}
}

func stopsWithin(t *testing.T, limit time.Duration, listeners ...*server.Listener) {
	t.Helper()
	began := time.Now()
	err := server.Stop(func() {}, listeners...)
	if took := time.Since(began); took >= limit || err != nil {
		t.Errorf("it stopped after %s: %v", took, err)
	}
}

// TestStopWaitsForNoStream proves the same for answers and bodies that are streams of one connection.
func TestStopWaitsForNoStream(t *testing.T) {
	t.Parallel()
	identity := identity(t)
	l, s := listen(t, identity.TLSConfig())
	client := &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: identity.Pool(), MinVersion: tls.VersionTLS12},
	}}
	t.Cleanup(client.CloseIdleConnections)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL+"/long", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(request)
	if err != nil || resp.ProtoMajor != 2 {
		t.Fatal(resp, err)
	}
	defer func() { _ = resp.Body.Close() }()
	<-s.began
	half, in := io.Pipe()
	t.Cleanup(func() { _ = in.Close() })
	go func() {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, l.URL+"/read", half)
		if resp, err := client.Do(request); err == nil {
			_ = resp.Body.Close()
		}
	}()
	if _, err := io.WriteString(in, "half"); err != nil {
		t.Fatal(err)
	}
	stopsWithin(t, time.Second, l)
}

// TestStopEndsCalls proves that all listeners close first, and that calls in flight are answered.
func TestStopEndsCalls(t *testing.T) {
	t.Parallel()
	first, s := listen(t, nil)
	second, _ := listen(t, nil)
	conn := connect(t, first, "GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n")
	<-s.began
	stopped := make(chan error, 1)
	go func() {
		stopped <- server.Stop(func() {
			if accepts(t, first) || accepts(t, second) {
				t.Error("a listener still accepts connections")
			}
			// longer than it waits for clients that do not read
			time.AfterFunc(700*time.Millisecond, func() { close(s.answer) })
		}, first, second)
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if text, err := io.ReadAll(resp.Body); err != nil || string(text) != "answered" {
		t.Errorf("the answer is %q, %v", text, err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func accepts(t *testing.T, l *server.Listener) bool {
	t.Helper()
	_, address, _ := strings.Cut(l.URL, "://")
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}
