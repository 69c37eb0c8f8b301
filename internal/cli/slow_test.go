package cli_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSlowAndHugeRequests proves that --read-timeout ends a request that does not arrive, --idle-timeout a connection on which nothing
// comes, and that a header of more than a mebibyte is refused. By default each would last longer than the test waits.
func TestSlowAndHugeRequests(t *testing.T) {
	t.Parallel()
	const whole = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
	const halfBody = "POST /sharing/rest/generateToken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nf="
	huge := "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Huge: " + strings.Repeat("x", 2<<20)
	for _, row := range []struct{ name, flag, sent, want string }{
		{"half a header", "--read-timeout=200ms", whole[:30], ""},
		{"half a body", "--read-timeout=200ms", halfBody, "HTTP/1.1 "},
		{"nothing more", "--idle-timeout=200ms", whole, "HTTP/1.1 200 OK\r\n"},
		{"a huge header", "--read-timeout=9m", huge, "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			answer, timeout := exchanged(t, served(t, row.flag), row.sent)
			if timeout {
				t.Errorf("the connection stays open after %q", answer)
			}
			if !strings.HasPrefix(answer, row.want) || row.want == "" && answer != "" {
				t.Errorf("it answers %q, want %q", answer, row.want)
			}
		})
	}
}

// exchanged sends a text over a connection of its own and returns what comes until the connection ends, or the patience of the test.
func exchanged(t *testing.T, address, text string) (answer string, timeout bool) {
	t.Helper()
	server, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", server.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(15 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(conn, text) }() // it fails where the server does not read all of it
	all, err := io.ReadAll(conn)
	return string(all), errors.Is(err, os.ErrDeadlineExceeded)
}
