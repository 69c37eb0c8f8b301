package fault_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/fault"
	"github.com/mockportal/mockportal/internal/scenario"
)

var body = strings.Repeat("0123456789", 50)

// broken is what a client saw of an answer.
type broken struct {
	Status int
	Type   string
	Body   string
	Err    error // of the call, or of reading its body
}

// meet sends a request over loopback HTTP to a handler that does nothing but break its answer.
func meet(t *testing.T, f scenario.ConnectionFault, start func(*httptest.Server)) (b broken) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		fault.Break(w, fault.Answer{Status: http.StatusAccepted, Body: body}, f, r.Context().Done(), make(chan struct{}))
	}))
	start(s)
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		return broken{Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	read, err := io.ReadAll(resp.Body)
	return broken{resp.StatusCode, resp.Header.Get("Content-Type"), string(read), err}
}

// starts are the ways in which a server may talk to its client.
func starts() map[string]func(*httptest.Server) {
	return map[string]func(*httptest.Server){
		"HTTP":  (*httptest.Server).Start,
		"HTTPS": (*httptest.Server).StartTLS,
		"HTTP2": func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	}
}

// checkError proves what a call ended with. On HTTP/2 that is one and the same error for all faults.
func checkError(t *testing.T, want, got error, streams bool) {
	t.Helper()
	switch {
	case streams && want != nil:
		if got == nil || !strings.Contains(got.Error(), "stream error") {
			t.Errorf("the error is %v, not that of a stream", got)
		}
	case !errors.Is(got, want):
		t.Errorf("the error is %v, not %v", got, want)
	}
}

// TestBreak proves what a client sees of each fault. On HTTP/2 the connection is not the answer's alone; there the stream is reset.
func TestBreak(t *testing.T) {
	t.Parallel()
	page := "<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head>\n<body><h1>503 Service Unavailable</h1>" +
		"<p>The server that this proxy speaks for could not be reached.</p></body></html>\n"
	for _, row := range []struct {
		name  string
		fault scenario.ConnectionFault
		want  broken // its Err stands for errors.Is
	}{
		{"reset", scenario.ConnectionFault{Kind: scenario.ResetFault}, broken{Err: syscall.ECONNRESET}},
		{"empty", scenario.ConnectionFault{Kind: scenario.EmptyFault}, broken{Err: io.EOF}},
		{
			"a tenth",
			scenario.ConnectionFault{Kind: scenario.TruncateFault, Fraction: 0.1},
			broken{202, "application/json", body[:50], io.ErrUnexpectedEOF},
		},
		{
			"nearly all",
			scenario.ConnectionFault{Kind: scenario.TruncateFault, Fraction: 0.9999},
			broken{202, "application/json", body[:499], io.ErrUnexpectedEOF},
		},
		{
			"nearly nothing",
			scenario.ConnectionFault{Kind: scenario.TruncateFault, Fraction: 0.0001},
			broken{202, "application/json", "", io.ErrUnexpectedEOF},
		},
		{"drip", scenario.ConnectionFault{Kind: scenario.DripFault, BytesPerSecond: 5000}, broken{202, "application/json", body, nil}},
		{
			"fast drip",
			scenario.ConnectionFault{Kind: scenario.DripFault, BytesPerSecond: int(^uint(0) >> 1)},
			broken{202, "application/json", body, nil},
		},
		{"html", scenario.ConnectionFault{Kind: scenario.HTMLFault, Status: 503}, broken{503, "text/html", page, nil}},
	} {
		for protocol, start := range starts() {
			t.Run(row.name+" "+protocol, func(t *testing.T) {
				t.Parallel()
				got := meet(t, row.fault, start)
				checkError(t, row.want.Err, got.Err, protocol == "HTTP2")
				want := row.want
				got.Err, want.Err = nil, nil
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// aborted runs f and reports whether it ended as net/http wants a handler to end that breaks its connection.
func aborted(f func()) (abort bool) {
	defer func() { abort = recover() == any(http.ErrAbortHandler) }()
	f()
	return false
}

// TestNoConnection proves that an answer which is not on a connection is broken off all the same.
func TestNoConnection(t *testing.T) {
	t.Parallel()
	for _, kind := range []scenario.FaultKind{scenario.ResetFault, scenario.EmptyFault, scenario.TruncateFault} {
		if !aborted(func() {
			fault.Break(httptest.NewRecorder(), fault.Answer{Status: 200, Body: body}, scenario.ConnectionFault{Kind: kind}, nil, nil)
		}) {
			t.Errorf("%s comes back", kind)
		}
	}
}

// TestDripIsSlow proves the rate of a drip, on the bubble's clock, and what ends it early.
func TestDripIsSlow(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name           string
		bytesPerSecond int
		gone, released time.Duration // when; 0: never
		takes          time.Duration
		bytes          int
	}{
		{"100 a second", 100, 0, 0, 4950 * time.Millisecond, 500},
		{"one a second", 1, 0, 0, 499 * time.Second, 500},
		{"a million a second", 1e6, 0, 0, 0, 500},
		{"released", 100, 0, 1010 * time.Millisecond, 1010 * time.Millisecond, 500},
		{"gone", 100, 1010 * time.Millisecond, 0, 1010 * time.Millisecond, 105},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, began := httptest.NewRecorder(), time.Now()
				fault.Break(
					w, fault.Answer{Status: 200, Body: body}, scenario.ConnectionFault{Kind: scenario.DripFault, BytesPerSecond: row.bytesPerSecond},
					after(row.gone), after(row.released),
				)
				if diff := cmp.Diff(row.takes, time.Since(began)); diff != "" {
					t.Errorf("it takes (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(body[:row.bytes], w.Body.String()); diff != "" {
					t.Errorf("body (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// after returns a channel that is closed after a time; nil for 0.
func after(d time.Duration) <-chan struct{} {
	if d == 0 {
		return nil
	}
	c := make(chan struct{})
	time.AfterFunc(d, func() { close(c) })
	return c
}

// TestHang proves that nothing is sent until the client has gone or all is released, and that the connection is broken then.
func TestHang(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ gone, released time.Duration }{"gone": {gone: time.Hour}, "released": {released: time.Hour}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, began := httptest.NewRecorder(), time.Now()
				if !aborted(func() {
					fault.Break(
						w, fault.Answer{Status: 200, Body: body}, scenario.ConnectionFault{Kind: scenario.HangFault}, after(row.gone),
						after(row.released),
					)
				}) {
					t.Error("it comes back")
				}
				if diff := cmp.Diff(time.Hour, time.Since(began)); diff != "" {
					t.Errorf("it takes (-want +got):\n%s", diff)
				}
				if w.Body.Len() > 0 {
					t.Errorf("it sends %q", w.Body)
				}
			})
		})
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name              string
		d, gone, released time.Duration
		takes             time.Duration
		there             bool
	}{
		{"not at all", 0, time.Nanosecond, 0, 0, true},
		{"all of it", time.Hour, 0, 0, time.Hour, true},
		{"released", time.Hour, 0, time.Minute, time.Minute, true},
		{"gone", time.Hour, time.Minute, 0, time.Minute, false},
		{"too late", time.Hour, 2 * time.Hour, 3 * time.Hour, time.Hour, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				there := fault.Wait(row.d, after(row.gone), after(row.released))
				if takes := time.Since(began); takes != row.takes || there != row.there {
					t.Errorf("it takes %s and the client is there: %t; want %s, %t", takes, there, row.takes, row.there)
				}
			})
		})
	}
}
