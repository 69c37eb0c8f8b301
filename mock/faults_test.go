package mock_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// arrivals is a slog.Handler that tells of every call when it is journaled, which is before its answer is held back or broken.
type arrivals chan struct{}

func (arrivals) Enabled(context.Context, slog.Level) bool    { return true }
func (a arrivals) Handle(context.Context, slog.Record) error { a <- struct{}{}; return nil }
func (a arrivals) WithAttrs([]slog.Attr) slog.Handler        { return a }
func (a arrivals) WithGroup(string) slog.Handler             { return a }
func (a arrivals) option() mock.Option                       { return mock.WithLogger(slog.New(a)) }
func (a arrivals) await(tb testing.TB)                       { tb.Helper(); await(tb, "a call", a) }
func await[T any](tb testing.TB, what string, c <-chan T) (v T) {
	tb.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		tb.Fatalf("%s has not come in 20 s", what)
	}
	return v
}

// received is what a client saw of an answer.
type received struct {
	answer
	err error // of the call, or of reading its body
}

// meet sends a request that may go wrong, on a connection of its own: on one that was used before, net/http sends it again by itself.
func meet(tb testing.TB, client *http.Client, r *http.Request) received {
	tb.Helper()
	resp, err := client.Do(r)
	if err != nil {
		return received{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return received{answer{resp.StatusCode, resp.Header, string(body)}, err}
}

// documentedReply is what the documented request is answered with.
func documentedReply(tb testing.TB) string {
	tb.Helper()
	return call(tb, portal(tb), provision()).body
}

// wasDone reports whether the documented request has changed the world.
func wasDone(tb testing.TB, s *mock.Server) bool {
	tb.Helper()
	return strings.Contains(ask(tb, s, get("/__admin/sandboxes/default/world")).body, `"standard":{"num":8}`)
}

// faultRow is a fault, and what a client sees of it.
type faultRow struct {
	name   string
	fault  string
	err    error // nil: the answer comes
	status int
	body   func(whole string) string
	curl   int // its exit code
	done   bool
}

func faultRows() []faultRow {
	none := func(string) string { return "" }
	whole := func(s string) string { return s }
	return []faultRow{
		{"reset", "{ kind: reset }", syscall.ECONNRESET, 0, none, 56, true},
		{"empty", "{ kind: empty }", io.EOF, 0, none, 52, true},
		{"truncate", "{ kind: truncate, fraction: 0.25 }", io.ErrUnexpectedEOF, 200, func(s string) string { return s[:len(s)/4] }, 18, true},
		{"truncate by default", "{ kind: truncate }", io.ErrUnexpectedEOF, 200, func(s string) string { return s[:len(s)/2] }, 18, true},
		{"drip", "{ kind: drip, bytesPerSecond: 5000 }", nil, 200, whole, 0, true},
		{"html", "{ kind: html, status: 503 }", nil, 503, proxyPage("503 Service Unavailable"), 0, false},
		{"html by default", "{ kind: html }", nil, 502, proxyPage("502 Bad Gateway"), 0, false},
	}
}

func proxyPage(title string) func(string) string {
	return func(string) string {
		return "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head>\n<body><h1>" + title +
			"</h1><p>The server that this proxy speaks for could not be reached.</p></body></html>\n"
	}
}

func (row faultRow) rule() string {
	return "{ name: breaks, when: { operation: provisionOrgEntitlements }, fault: " + row.fault + " }"
}

// kind is the word by which the journal knows the fault.
func (row faultRow) kind() string { return strings.Fields(row.name)[0] }

// checkError proves what the call ended with. On HTTP/2 that is one and the same error for all faults.
func (row faultRow) checkError(t *testing.T, got error, streams bool) {
	t.Helper()
	switch {
	case streams && row.err != nil:
		if got == nil || !strings.Contains(got.Error(), "stream error") {
			t.Errorf("the error is %v, not that of a stream", got)
		}
	case !errors.Is(got, row.err):
		t.Errorf("the error is %v, not %v", got, row.err)
	}
}

func (row faultRow) checkAnswer(t *testing.T, got received) {
	t.Helper()
	diff(t, "status", row.status, got.status)
	diff(t, "body", row.body(documentedReply(t)), got.body)
	if got.status != 0 {
		diff(t, "Mockportal-Rule", "breaks", got.header.Get("Mockportal-Rule"))
	}
}

// checkJournal proves that the call was journaled with its rule and fault, and done or not.
func (row faultRow) checkJournal(t *testing.T, s *mock.Server) {
	t.Helper()
	calls := s.Calls()
	if len(calls) != 1 {
		t.Fatalf("%d calls are journaled, not 1", len(calls))
	}
	c := calls[0]
	status := row.status
	if status == 0 {
		status = 200 // what the portal would have sent
	}
	diff(
		t, "journaled rule, fault, outcome, status, code", []any{"breaks", row.kind(), journal.Fault, status, 0},
		[]any{c.Rule, c.Fault, c.Outcome, c.Status, c.ErrorCode},
	)
	diff(t, "journaled reply", row.done, c.Reply != nil)
	diff(t, "the operation was done", row.done, wasDone(t, s))
}

// TestFaults proves what a plain client sees of each fault over HTTP, HTTPS and HTTP/2, and that the operation behind it was done, but
// for a page of a proxy, which stands before the portal.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name    string
		options []mock.Option
		client  func(*mock.Server) *http.Client
		streams bool
	}{
		{"HTTP", nil, func(s *mock.Server) *http.Client { return s.Client() }, false},
		{"HTTPS", []mock.Option{mock.WithTLS()}, http1, false},
		{"HTTP2", []mock.Option{mock.WithTLS()}, func(s *mock.Server) *http.Client { return s.Client() }, true},
	} {
		for _, row := range faultRows() {
			t.Run(way.name+" "+row.name, func(t *testing.T) {
				t.Parallel()
				s := mock.NewServer(t, way.options...)
				s.AddRules(row.rule())
				client := way.client(s)
				defer client.CloseIdleConnections()
				got := meet(t, client, provision().to(t, s.URL))
				row.checkError(t, got.err, way.streams)
				row.checkAnswer(t, got)
				row.checkJournal(t, s)
			})
		}
	}
}

// TestFaultsByCurl proves what curl makes of each fault.
func TestFaultsByCurl(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("THERE IS NO curl HERE: what it makes of faults is not proven")
	}
	rows := append(faultRows(), faultRow{"hang", "{ kind: hang }", nil, 0, func(string) string { return "" }, 28, true})
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t)
			s.AddRules(row.rule())
			limit := "20"
			if row.name == "hang" {
				limit = "0.3"
			}
			r := provision()
			command := exec.CommandContext(
				t.Context(), curl, "-sS", "-q", "--noproxy", "*", "--max-time", limit, "-d", r.form.Encode(),
				s.URL+r.path,
			)
			out, err := command.Output()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			diff(t, "exit code", row.curl, command.ProcessState.ExitCode())
			diff(t, "body", row.body(documentedReply(t)), string(out))
			row.checkJournal(t, s)
		})
	}
}

// TestHang proves that a call hangs until its client gives up, the portal is reset, or closed, or its sandbox deleted; and that by then
// it was done and journaled.
func TestHang(t *testing.T) {
	t.Parallel()
	const rule = "{ when: { operation: provisionOrgEntitlements }, fault: { kind: hang } }"
	for _, row := range []struct {
		name  string
		err   error
		endIt func(s *mock.Server, box *mock.Sandbox, giveUp func())
	}{
		{"the client gives up", context.Canceled, func(_ *mock.Server, _ *mock.Sandbox, giveUp func()) { giveUp() }},
		{"Reset", io.EOF, func(_ *mock.Server, box *mock.Sandbox, _ func()) { box.Reset() }},
		{"Play", io.EOF, func(_ *mock.Server, box *mock.Sandbox, _ func()) { box.Play("purchased") }},
		{"Close", io.EOF, func(s *mock.Server, _ *mock.Sandbox, _ func()) { s.Close() }},
		{"DELETE", io.EOF, func(s *mock.Server, box *mock.Sandbox, _ func()) {
			ask(t, s, request{method: http.MethodDelete, path: "/__admin" + strings.TrimPrefix(box.URL, s.URL)})
		}},
	} {
		for _, options := range [][]mock.Option{nil, {mock.WithTLS()}} {
			t.Run(fmt.Sprintf("%s %d", row.name, len(options)), func(t *testing.T) {
				t.Parallel()
				got := hang(t, rule, row.endIt, options)
				if got.err == nil || !errors.Is(got.err, row.err) && len(options) == 0 {
					t.Errorf("the error is %v, not %v", got.err, row.err)
				}
			})
		}
	}
}

// hang sends a call that hangs by the rule, ends that, and returns what the client got.
func hang(t *testing.T, rule string, endIt func(*mock.Server, *mock.Sandbox, func()), options []mock.Option) received {
	t.Helper()
	calls := make(arrivals, 10)
	s := mock.NewServer(t, append(options, calls.option())...)
	box := s.Sandbox(t, "trial")
	box.AddRules(rule)
	ctx, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	ended := make(chan received, 1)
	r := provision().with("token", box.Token("admin")).to(t, box.URL).WithContext(ctx)
	go func() { ended <- meet(t, s.Client(), r) }()
	calls.await(t)
	select {
	case early := <-ended:
		t.Fatalf("it does not hang: %v, %v", early.answer, early.err)
	default:
	}
	c := box.Calls()
	diff(t, "journaled calls", 1, len(c))
	diff(t, "journaled fault, outcome", []any{"hang", journal.Fault}, []any{c[0].Fault, c[0].Outcome})
	if c[0].Reply == nil {
		t.Error("the operation was not done")
	}
	endIt(s, box, giveUp)
	return await(t, "the end of the call", ended)
}

// TestReplies proves the answers that a rule gives in full: they come instead of the operation's.
func TestReplies(t *testing.T) {
	t.Parallel()
	const jsonType, textType = "application/json;charset=utf-8", "text/plain;charset=utf-8"
	for _, row := range []struct {
		name    string
		reply   string
		status  int
		header  map[string]string
		body    string
		outcome journal.Outcome
		code    int
		logged  any // the journaled reply
	}{
		{
			"an error", "{ error: errors/sharing/token-invalid }", 200,
			map[string]string{"Content-Type": jsonType},
			`{"error":{"code":498,"message":"Invalid token.","details":[]}}`, journal.Error, 498, nil,
		},
		{
			"throttled", `{ status: 429, headers: { Retry-After: "2", x-own: a }, offSpec: true }`, 429,
			map[string]string{"Retry-After": "2", "X-Own": "a", "Content-Length": "0"},
			"", journal.Error, 429, nil,
		},
		{
			"JSON", `{ status: 500, body: { a: [1, "<x>"] }, offSpec: true }`, 500,
			map[string]string{"Content-Type": jsonType},
			`{"a":[1,"<x>"]}`, journal.Error, 500,
			map[string]any{"a": []any{json.Number("1"), "<x>"}},
		},
		{
			"text", `{ status: 503, body: "come back later", offSpec: true }`, 503,
			map[string]string{"Content-Type": textType},
			"come back later", journal.Error, 503, "come back later",
		},
		{
			"a type of its own", `{ status: 200, headers: { content-type: text/csv }, body: "a,b", offSpec: true }`, 200,
			map[string]string{"Content-Type": "text/csv"},
			"a,b", journal.OK, 0, "a,b",
		},
		{
			"an envelope under 200", `{ status: 200, body: { error: { code: 400, message: "no", details: [] } } }`, 200,
			map[string]string{"Content-Type": jsonType},
			`{"error":{"code":400,"message":"no","details":[]}}`, journal.Error, 400, nil,
		},
		{
			"moved", `{ status: 302, headers: { Location: /elsewhere }, offSpec: true }`, 302,
			map[string]string{"Location": "/elsewhere"},
			"", journal.OK, 0, nil,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t)
			s.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			s.AddRules("{ when: { operation: provisionOrgEntitlements }, reply: " + row.reply + " }")
			a := ask(t, s, provision())
			diff(t, "status", row.status, a.status)
			diff(t, "body", row.body, a.body)
			for name, want := range row.header {
				diff(t, name, want, a.header.Get(name))
			}
			diff(t, "Mockportal-Rule", "rule-1", a.header.Get("Mockportal-Rule"))
			diff(t, "done", false, wasDone(t, s))
			c := s.Calls()[0]
			diff(
				t, "journaled rule, fault, outcome, status, code",
				[]any{"rule-1", "", row.outcome, row.status, row.code},
				[]any{c.Rule, c.Fault, c.Outcome, c.Status, c.ErrorCode},
			)
			diff(t, "cut", false, c.ReplyTruncated)
			if row.logged != nil {
				diff(t, "journaled reply", row.logged, c.Reply)
			}
		})
	}
}

// TestFixtureReply proves that a rule can answer another fixture, changed by a merge patch, in every format.
func TestFixtureReply(t *testing.T) {
	t.Parallel()
	const rule = "{ when: { operation: provisionOrgEntitlements }, reply: { fixture: provisions/purchased, with: { " +
		"purchaserUsername: somebody } } }"
	s := mock.NewServer(t)
	s.AddRules(rule)
	a := ask(t, s, provision())
	got, _ := decoded(t, a.body).(map[string]any)
	diff(t, "purchaser, purchased", []any{"somebody", true}, []any{got["purchaserUsername"], got["purchased"]})
	diff(t, "done", false, wasDone(t, s))
	diff(t, "pretty", decoded(t, a.body), decoded(t, ask(t, s, provision().with("f", "pjson")).body))
	page := ask(t, s, provision().with("f", "html"))
	if !strings.Contains(page.body, "somebody") || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Errorf("no page of the reply, but %s", page.body)
	}
	diff(
		t, "outcomes", []journal.Outcome{journal.OK, journal.OK, journal.OK},
		[]journal.Outcome{s.Calls()[0].Outcome, s.Calls()[1].Outcome, s.Calls()[2].Outcome},
	)
}

// TestRulesInEveryFormat proves that a page that shows a form or a directory, and an unknown path, meet a rule for every call too.
func TestRulesInEveryFormat(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{
		"{ when: {}, fault: { kind: html, status: 503 } }",
		"{ when: {}, reply: { status: 503, body: gone, offSpec: true } }",
	} {
		for _, r := range []request{
			provision(), license(), license().with("f", ""), license().with("f", "pjson"),
			get(provisionPath), get("/sharing/rest"), get("/portaladmin"), get("/portaladmin/login"), get("/sharing/rest/nowhere"),
			get("/nowhere", "f", "json"), license().by(http.MethodHead), get("/sharing/rest", "f", "json", "callback", "x"),
		} {
			p := portal(t)
			must(t, p.AddRules(rule))
			a := call(t, p, r)
			diff(t, r.method+" "+r.target()+": status", 503, a.status)
			diff(t, r.method+" "+r.target()+": journaled status", 503, callsOf(t, p)[0].Status)
			diff(t, r.method+" "+r.target()+": length", strconv.Itoa(len(a.body)), a.header.Get("Content-Length"))
		}
	}
}

// TestErrorsOfRulesByStatus proves that the error of a rule comes under its own status too where a scenario says so.
func TestErrorsOfRulesByStatus(t *testing.T) {
	t.Parallel()
	document := []byte("format: 1\nsummary: Errors by status.\nextends: trial\nworld: { portal: { errors: status } }\n")
	p := portal(t, mock.WithScenarioDocument(document))
	must(t, p.AddRules("{ when: { operation: getFutureLicense }, reply: { error: errors/portaladmin/not-permitted } }"))
	a := call(t, p, license())
	diff(t, "code", 403, errorOf(t, a).Code)
	diff(t, "status", 403, a.status)
	diff(t, "journaled status", 403, callsOf(t, p)[0].Status)
}

// TestHeadersOfRules proves that a rule's own headers stand where a page was asked for too.
func TestHeadersOfRules(t *testing.T) {
	t.Parallel()
	p := portal(t)
	must(t, p.AddRules("{ when: {}, reply: { status: 503, headers: { Cache-Control: max-age=1 }, offSpec: true } }"))
	for _, format := range []string{"html", "json"} {
		diff(t, format, "max-age=1", call(t, p, license().with("f", format)).header.Get("Cache-Control"))
	}
}
