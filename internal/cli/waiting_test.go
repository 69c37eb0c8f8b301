package cli_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/cli"
)

// served starts a server in this process and returns the address of its control API.
func served(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- cli.Run(ctx, cli.Process{Args: append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), Stdout: in, Stderr: io.Discard})
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("it ended with %d", code)
		}
	})
	var ready struct{ ControlURL string }
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		t.Fatal(err)
	}
	return ready.ControlURL + "/sandboxes/default"
}

// anyone is a client that trusts every server, and speaks HTTP/2 over TLS.
func anyone(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// begun sends a request and returns the response as soon as its header has arrived.
func begun(t *testing.T, client *http.Client, method, address, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// brings reads up to a line, and reports whether it found it.
func brings(r io.Reader, line string) bool {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if lines.Text() == line {
			return true
		}
	}
	return false
}

// TestWaitingOutlastsTheReadTimeout proves that --read-timeout ends neither a waiting call nor a stream: net/http lifts it once it has read
// the request.
func TestWaitingOutlastsTheReadTimeout(t *testing.T) {
	t.Parallel()
	const wait = 600 * time.Millisecond
	for protocol, args := range map[string][]string{"HTTP/1.1": nil, "HTTP/2.0": {"--tls"}} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			box := served(t, append(args, "--read-timeout", "200ms", "--idle-timeout", "200ms")...)
			client := anyone(t)
			stream := begun(t, client, http.MethodGet, box+"/events?after=0", "")
			for _, row := range [][3]string{
				{http.MethodGet, "/calls?wait=600ms", ""},
				{http.MethodPost, "/verify", `{"expect":[{"when":{},"exactly":0}],"within":"600ms"}`},
			} {
				begin := time.Now()
				resp := begun(t, client, row[0], box+row[1], row[2])
				if took := time.Since(begin); took < wait || resp.StatusCode != http.StatusOK || resp.Proto != protocol {
					t.Errorf("%s: %s %d after %s", row[1], resp.Proto, resp.StatusCode, took)
				}
			}
			begun(t, client, http.MethodDelete, box+"/calls", "")
			if !brings(stream.Body, "event: restarted") {
				t.Error("the stream was cut")
			}
		})
	}
}
