package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
)

// event is a server-sent event as a browser dispatches it.
type event struct{ id, name, data string }

// events reads a stream as https://html.spec.whatwg.org/multipage/server-sent-events.html says, as far as lines that end in LF go.
type events struct {
	lines    *bufio.Scanner
	id       string
	comments []string
}

func eventsOf(r io.Reader) *events {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	return &events{lines: lines}
}

// next returns the next event that has data; false at the end of the stream.
func (e *events) next() (event, bool) {
	name, id, data := "", e.id, ""
	for e.lines.Scan() {
		field, value, _ := strings.Cut(e.lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case e.lines.Text() == "":
			if e.id = id; data != "" {
				return event{id, name, strings.TrimSuffix(data, "\n")}, true
			}
			name = ""
		case field == "":
			e.comments = append(e.comments, value)
		case field == "event":
			name = value
		case field == "data":
			data += value + "\n"
		case field == "id":
			id = value
		}
	}
	return event{}, false
}

// stream opens the stream of a path; it is open once this returns.
func stream(t *testing.T, client *http.Client, address string, headers ...string) *events {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		if name, value, ok := strings.Cut(header, ": "); ok {
			r.Header.Set(name, value)
		}
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	diff(
		t, "answer", []any{200, "text/event-stream", "no"},
		[]any{resp.StatusCode, resp.Header.Get("Content-Type"), resp.Header.Get("X-Accel-Buffering")},
	)
	return eventsOf(resp.Body)
}

// want reads events, each written as its name and id; of calls it proves that they are those of the contract with that number.
func (e *events) want(t *testing.T, all ...string) {
	t.Helper()
	for _, want := range all {
		got, ok := e.next()
		if !ok {
			t.Fatalf("the stream ends, want %s: %v", want, e.lines.Err())
		}
		line := got.name + " " + got.id
		if got.name == "missed" {
			line = "missed " + got.data
		}
		diff(t, "event", want, line)
		if got.name != "call" {
			continue
		}
		var call struct{ Number int }
		if err := json.Unmarshal([]byte(got.data), &call); err != nil {
			t.Fatal(err)
		}
		diff(t, "number", got.id, fmt.Sprint(call.Number))
		if err := contract.Control().ProveSchema("Call", got.data); err != nil {
			t.Error(err)
		}
	}
}

// TestStreamFilters proves which calls are streamed: 1 and 3 are of getFutureLicense, 2 is refused to the viewer, 3
// has a violation, 4 reached
// nothing.
func TestStreamFilters(t *testing.T) {
	t.Parallel()
	s := played(t, 4)
	for query, want := range map[string][]string{
		"after=0":                            {"call 1", "call 2", "call 3", "call 4"},
		"after=0&operation=getFutureLicense": {"call 1", "call 3"},
		"after=0&member=viewer":              {"call 2"},
		"after=0&outcome=error":              {"call 2", "call 4"},
		"after=0&violations=true":            {"call 3"},
		"after=0&violations=false":           {"call 1", "call 2", "call 4"},
		"after=2":                            {"call 3", "call 4"},
		"after=9":                            {"restarted 0", "call 1", "call 2"},
	} {
		stream(t, s.Client(), s.URL+eventsPath+"?"+query).want(t, want...)
	}
	problem := bad(t, s, http.StatusBadRequest, "streamCalls", eventsPath+"?operation=getFutureLicence", "")
	diff(t, "detail", `no operation "getFutureLicence" (did you mean "getFutureLicense"?)`, problem.Detail)
}

// TestStreamGoesOn proves behind which call a stream begins: a client that comes back with the id of its last event
// gets what it has not seen.
func TestStreamGoesOn(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query, header string
		want          []string
	}{
		{"", "", []string{"call 4"}},
		{"", "Last-Event-ID: 2", []string{"call 3", "call 4"}},
		{"?after=0", "Last-Event-ID: 2", []string{"call 3", "call 4"}},
		{"", "Last-Event-ID: 0", []string{"call 1", "call 2", "call 3", "call 4"}},
		{"", "Last-Event-ID: 3", []string{"call 4"}},
		{"", "Last-Event-ID: soon", []string{"call 4"}},
		{"?after=1", "Last-Event-ID: soon", []string{"call 2", "call 3", "call 4"}},
		{"", "Last-Event-ID: 400", []string{"restarted 0", "call 1", "call 2", "call 3", "call 4"}},
	} {
		s := played(t, 3)
		e := stream(t, s.Client(), s.URL+eventsPath+row.query, row.header)
		future(t, s)
		e.want(t, row.want...)
	}
}

// TestStreamTells proves that a stream says what it does not bring.
func TestStreamTells(t *testing.T) {
	t.Parallel()
	s := played(t, 5, mock.WithJournal(2, 0))
	e := stream(t, s.Client(), s.URL+eventsPath+"?after=1")
	e.want(t, `missed {"missed":2}`, "call 4", "call 5")
	good[any](t, s, "clearCalls", callsPath, "")
	e.want(t, "restarted 0")
	future(t, s)
	e.want(t, "call 6")
	good[any](t, s, "resetSandbox", boxes+"/default/reset", "")
	e.want(t, "restarted 0")
	future(t, s)
	e.want(t, "call 1")
	again := stream(t, s.Client(), s.URL+eventsPath)
	future(t, s)
	again.want(t, "call 2")
	diff(t, "begins with", []string{"calls follow"}, again.comments)
}

// lines is a ResponseWriter that keeps what is written.
type lines struct {
	*httptest.ResponseRecorder
	mu sync.Mutex
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ResponseRecorder.Write(b)
}

func (l *lines) Unwrap() http.ResponseWriter { return l.ResponseRecorder }

func (l *lines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Body.String()
}

// TestStreamIsAlive proves in virtual time that a silent stream says every 15 seconds that it is there, and how far it has come.
func TestStreamIsAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, err := mock.New()
		if err != nil {
			t.Fatal(err)
		}
		call := func() {
			p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, licensePath+"?f=json&token=admin-token", http.NoBody))
		}
		call()
		w := &lines{ResponseRecorder: httptest.NewRecorder()}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, eventsPath+"?member=viewer", http.NoBody).WithContext(ctx))
		}()
		synctest.Wait()
		diff(t, "at once", ": calls follow\nid: 1\n\n", w.all())
		call()
		time.Sleep(15*time.Second - time.Nanosecond)
		synctest.Wait()
		diff(t, "before 15 seconds", ": calls follow\nid: 1\n\n", w.all())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		diff(t, "after 15 seconds", ": calls follow\nid: 1\n\n: still here\nid: 2\n\n", w.all())
		cancel()
		<-ended
	})
}

// TestStreamRestarts proves byte by byte what a client is told that comes back with the number of an unknown call.
func TestStreamRestarts(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for after, want := range map[string]string{
		"0": ": calls follow\nid: 0\n\n",
		"9": ": calls follow\n\nid: 0\nevent: restarted\ndata: {}\n\n",
	} {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, eventsPath+"?after="+after, http.NoBody).WithContext(gone))
		diff(t, after, want, w.Body.String())
	}
}

// TestStreamEndsWithItsSandbox proves that a stream ends when its sandbox is deleted, and that waiting does.
func TestStreamEndsWithItsSandbox(t *testing.T) {
	t.Parallel()
	s := prepared(t)
	e := stream(t, s.Client(), s.URL+"/__admin/sandboxes/mine/events")
	held := askLater(t, s, "listCalls", "/__admin/sandboxes/mine/calls?wait=10m", "")
	good[any](t, s, "deleteSandbox", "/__admin/sandboxes/mine", "")
	if got, ok := e.next(); ok || e.lines.Err() != nil {
		t.Errorf("it goes on with %v, %v", got, e.lines.Err())
	}
	if a := <-held; a.status != http.StatusNotFound && !strings.Contains(a.body, `"ended":true`) {
		t.Errorf("who waits is told %d %s", a.status, a.body)
	}
}

// holdBack sends a request whose answer is held back; once it returns the request has arrived.
func holdBack(t *testing.T, client *http.Client, method, address, body string) (cancel func(), ended chan struct{}) {
	t.Helper()
	arrived := make(chan struct{})
	trace := &httptrace.ClientTrace{Got100Continue: func() { close(arrived) }}
	ctx, cancel := context.WithCancel(httptrace.WithClientTrace(t.Context(), trace))
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, method, address, io.NopCloser(strings.NewReader(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength, r.TransferEncoding = -1, []string{"chunked"} // a body, even when there is nothing in it
	r.Header.Set("Expect", "100-continue")                        // the server asks for the body when it is about to read it
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		if resp, err := client.Do(r); err == nil {
			if _, _ = io.Copy(io.Discard, resp.Body); resp.StatusCode == http.StatusBadRequest {
				t.Errorf("%s %s is refused", method, address)
			}
			_ = resp.Body.Close()
		}
	}()
	<-arrived
	return cancel, ended
}

// heldBack are requests that are held back for ever, as far as a test goes.
var heldBack = []struct{ method, path, body string }{
	{"GET", callsPath + "?wait=10m", ""},
	{"POST", verifyPath, `{"expect":[{"when":{},"atLeast":1}],"within":"10m"}`},
	{"POST", verifyPath, `{"expect":[{"when":{},"atMost":1}],"within":"10m"}`},
	{"GET", eventsPath, ""},
}

// TestCloseIsPrompt proves that nobody who waits or streams holds the server up: it gives calls that are being answered five seconds.
func TestCloseIsPrompt(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]mock.Option{"HTTP/1.1": nil, "HTTP/2": {mock.WithTLS()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, options...)
			var all []chan struct{}
			for _, row := range heldBack {
				_, ended := holdBack(t, s.Client(), row.method, s.URL+row.path, row.body)
				all = append(all, ended)
			}
			begin := time.Now()
			s.Close()
			if took := time.Since(begin); took > 4*time.Second {
				t.Errorf("it took %s", took)
			}
			for _, ended := range all {
				<-ended
			}
		})
	}
}

// TestClientGoes proves that the server lets go of a request whose client has gone.
func TestClientGoes(t *testing.T) {
	t.Parallel()
	for _, row := range heldBack {
		t.Run(row.method+" "+row.path, func(t *testing.T) {
			t.Parallel()
			p, err := mock.New()
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan struct{})
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(served)
				p.ServeHTTP(w, r)
			}))
			defer s.Close()
			cancel, ended := holdBack(t, s.Client(), row.method, s.URL+row.path, row.body)
			begin := time.Now()
			cancel()
			<-ended
			<-served
			if took := time.Since(begin); took > 10*time.Second { // a stream finds it out by itself after 15
				t.Errorf("it took %s", took)
			}
		})
	}
}
