package mock_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// outputs returns everything that a server says of the calls to it, beside the answers to them, by what it is called.
//
// What is new in mockportal and shows calls, rules, scenarios or worlds gets one line here, and is then searched for every canary.
func (m *mine) outputs() map[string]string {
	calls := m.server.Journal(journal.Query{})
	return map[string]string{
		"the journal in Go":      fmt.Sprintf("%+v", calls),
		"the journal as JSON":    marshalled(m.t, calls),
		"the journal as a table": calls.Table(),
		"the journal as events":  m.events(len(calls.Calls)),
		"the journal as HAR":     m.archive(calls),
		"the calls as curl":      m.commands(calls),
		"the report as JUnit":    m.junit(calls),
		"a verdict in Go":        m.verdict().String() + marshalled(m.t, m.verdict()),
		"a verdict over HTTP": m.ask(
			http.MethodPost, "sandboxes/default/verify",
			`{"expect":[{"when":{"operation":"getFutureLicense"},"exactly":99999},{"when":{},"exactly":99999}]}`,
		),
		"the coverage":               m.admin("coverage"),
		"the metrics":                m.fetch(http.MethodGet, "/metrics", ""),
		"the journal over HTTP":      m.pages(),
		"one call":                   m.admin("sandboxes/default/calls/1"),
		"the world":                  m.admin("sandboxes/default/world"),
		"the summary of a sandbox":   m.admin("sandboxes/default"),
		"the rules":                  m.admin("sandboxes/default/rules"),
		"the clock":                  m.admin("sandboxes/default/clock"),
		"the sandboxes":              m.admin("sandboxes"),
		"the start":                  m.admin(""),
		"the start page":             m.startPage(),
		"the scenarios":              m.admin("scenarios"),
		"the log":                    m.log.String(),
		"the failures of the test":   strings.Join(m.test.end(), "\n"),
		"what the test logs":         strings.Join(m.test.logs, "\n"),
		"what the test broke off at": strings.Join(m.test.fatals, "\n"),
	}
}

// mine is a server in which canaries are planted, and all that came out of it.
type mine struct {
	t       *testing.T
	test    *tester
	server  *mock.Server
	log     *locked
	answers []dug
}

// dug is an answer, and what was asked.
type dug struct {
	what string
	answer
}

// locked is a log that several calls may write at once.
type locked struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newMine starts a server that logs everything, in the form that newLog makes.
func newMine(t *testing.T, newLog func(io.Writer) slog.Handler, options ...mock.Option) *mine {
	t.Helper()
	m := &mine{t: t, test: &tester{}, log: &locked{}}
	m.server = mock.NewServer(m.test, append([]mock.Option{
		mock.WithScenarioDocument([]byte(canariesScenario)), mock.WithControlToken(canaryControl), mock.WithLogger(slog.New(newLog(m.log))),
	}, options...)...)
	if m.server == nil {
		t.Fatal(m.test.fatals)
	}
	return m
}

func textLog(w io.Writer) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})
}

func jsonLog(w io.Writer) slog.Handler {
	return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})
}

// send gives the server a request, and keeps the answer. What a connection could not carry is no request.
func (m *mine) send(what string, r *http.Request) answer {
	m.t.Helper()
	w := httptest.NewRecorder()
	r.RequestURI = r.URL.RequestURI()
	m.server.ServeHTTP(w, r)
	a := answer{w.Code, w.Result().Header, w.Body.String()}
	m.answers = append(m.answers, dug{what, a})
	return a
}

// admin asks the control API, with its token.
func (m *mine) admin(path string) string {
	m.t.Helper()
	return m.ask(http.MethodGet, path, "")
}

// startPage asks for the root of the portal, as a browser does.
func (m *mine) startPage() string {
	m.t.Helper()
	w := httptest.NewRecorder()
	m.server.ServeHTTP(w, get("/").sending("Accept", "text/html").to(m.t, canaryHost))
	if !strings.Contains(w.Body.String(), "mockportal calls") {
		m.t.Fatalf("/: %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func (m *mine) ask(method, path, body string) string {
	m.t.Helper()
	return m.fetch(method, "/__admin/"+path, body)
}

func (m *mine) fetch(method, path, body string) string {
	m.t.Helper()
	r := get(path).by(method).sending("Authorization", "Bearer "+canaryControl).to(m.t, canaryHost)
	r.Body = io.NopCloser(strings.NewReader(body))
	w := httptest.NewRecorder()
	m.server.ServeHTTP(w, r)
	a := answer{w.Code, w.Result().Header, w.Body.String()}
	if a.status != http.StatusOK && a.status != http.StatusUnprocessableEntity && path != "/__admin/sandboxes/default/calls/1" {
		m.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	return a.body
}

// search fails for every canary in whatever came out, but for answers that hand out tokens.
func (m *mine) search(canaries []string, handsOut func(dug) bool) {
	m.t.Helper()
	traces := map[string]string{}
	for _, c := range canaries {
		trace := traceOf(c)
		traces[trace], traces[hexed(trace)], traces[fullyEscaped(trace)] = c, c, c
	}
	for _, a := range m.answers {
		if !handsOut(a) {
			m.searchText("the answer to "+a.what, fmt.Sprint(a.header, a.body), traces)
		}
	}
	for where, text := range m.outputs() {
		m.searchText(where, text, traces)
	}
}

func (m *mine) searchText(where, text string, traces map[string]string) {
	m.t.Helper()
	for trace, c := range traces {
		if i := strings.Index(text, trace); i >= 0 {
			m.t.Errorf("%s shows %q:\n%s", where, c, text[max(0, i-200):min(len(text), i+200)])
			return // others in the same text would only repeat it
		}
	}
}

// traceOf returns what a value leaves in an output, however it is written there: its longest part of letters and digits.
func traceOf(value string) string {
	trace := ""
	for _, part := range strings.FieldsFunc(value, func(r rune) bool { return r > 'z' || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(part) > len(trace) {
			trace = part
		}
	}
	return trace
}

// pages reads all of the journal over HTTP.
func (m *mine) pages() string {
	m.t.Helper()
	var all strings.Builder
	for after := 0; ; {
		page := m.admin(fmt.Sprintf("sandboxes/default/calls?limit=1000&after=%d", after))
		all.WriteString(page)
		var next struct{ Next int }
		if err := json.Unmarshal([]byte(page), &next); err != nil {
			m.t.Fatal(err)
		}
		if after = next.Next; after == 0 {
			return all.String()
		}
	}
}

// events reads the stream of calls, until all that are held have come.
func (m *mine) events(n int) string {
	m.t.Helper()
	r := get("/__admin/sandboxes/default/events?after=0").sending("Authorization", "Bearer "+canaryControl).to(m.t, m.server.URL)
	response, err := m.server.Client().Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var all strings.Builder
	lines := bufio.NewReader(response.Body)
	for came := 0; came < n; {
		line, err := lines.ReadString('\n')
		if err != nil {
			m.t.Fatalf("after %d of %d calls: %v", came, n, err)
		}
		if strings.HasPrefix(line, "data: ") {
			came++
		}
		all.WriteString(line)
	}
	return all.String()
}

func (m *mine) archive(page journal.Page) string {
	m.t.Helper()
	var b strings.Builder
	if err := report.HAR(&b, page, canaryHost, "1.2.3"); err != nil {
		m.t.Fatal(err)
	}
	return b.String()
}

func (m *mine) junit(page journal.Page) string {
	m.t.Helper()
	suite := report.Suite{Name: "calls", Cases: []report.Case{{Failure: &report.Failure{Message: m.verdict().String(), Text: page.Table()}}}}
	for _, c := range page.Calls {
		suite.Cases = append(suite.Cases, report.Case{Name: c.Path, Failure: &report.Failure{Text: fmt.Sprint(c.Violations)}})
	}
	var b strings.Builder
	if err := report.JUnit(&b, suite); err != nil {
		m.t.Fatal(err)
	}
	return b.String()
}

func (m *mine) commands(page journal.Page) string {
	m.t.Helper()
	var b strings.Builder
	for _, c := range page.Calls {
		command, err := report.Curl(c, canaryHost)
		if err != nil {
			command = err.Error()
		}
		b.WriteString(command)
	}
	return b.String()
}

// verdict is what the journal says to expectations that it cannot meet.
func (m *mine) verdict() journal.Verdict {
	m.t.Helper()
	var all []mock.Expectation
	for _, id := range contract.BuiltIn().OperationIDs() {
		all = append(all, mock.Expect(id).Exactly(99999))
	}
	text, err := json.Marshal(map[string]any{"expect": all})
	if err != nil {
		m.t.Fatal(err)
	}
	var verdict journal.Verdict
	if err := json.Unmarshal([]byte(m.ask(http.MethodPost, "sandboxes/default/verify", string(text))), &verdict); err != nil {
		m.t.Fatal(err)
	}
	return verdict
}

func marshalled(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
