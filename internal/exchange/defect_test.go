package exchange_test

import (
	"bytes"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

// broken is a body that panics when it is read.
type broken struct{}

func (broken) Read([]byte) (int, error) { panic("a defect in the body") }

// TestPanicIsAnswered proves that a panic in one call is an error in the log, the portal's 500, and a call in the journal, before and in
// the sandbox's turn, and that the next call is answered as ever.
func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		body io.Reader
		rule string
		want string // in the log
	}{
		{"before the turn", broken{}, "", "a defect in the body"},
		{"in the turn", http.NoBody, "rules: [{ when: { params: { f: json } }, times: 1, delay: 1ms }]\n", "invalid argument to Int64N"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			x, box := logged(t, tt.rule, slog.New(slog.NewTextHandler(&log, nil)))
			w := httptest.NewRecorder()
			x.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/sharing/rest/generateToken?f=json", tt.body))
			diff(t, "status", http.StatusOK, w.Code)
			diff(t, "body", `{"error":{"code":500,"message":"Internal server error.","details":[]}}`, w.Body.String())
			diff(t, "error code in the journal", 500, firstCall(t, box).ErrorCode)
			if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), tt.want) {
				t.Errorf("no ERROR with %q in the log:\n%s", tt.want, &log)
			}
			diff(t, "the next call", http.StatusOK, get(x, licensePath+"?f=pjson&token=admin-token").Code)
		})
	}
}

// logged returns an exchange with a log. A rule's delay is one that no scenario file can have, and that cannot be drawn.
func logged(t *testing.T, rule string, log *slog.Logger) (*exchange.Exchange, *sandbox.Sandbox) {
	t.Helper()
	library := scenario.BuiltIn()
	played, err := library.Decode("test.yaml", []byte("format: 1\nsummary: Of a test.\nextends: trial\n"+rule))
	if err != nil {
		t.Fatal(err)
	}
	for i := range played.Rules {
		played.Rules[i].Delay = scenario.Delay{Max: math.MaxInt64}
	}
	box, err := sandbox.New(sandbox.Options{ID: sandbox.Default, Scenario: played, Wall: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(exchange.Options{Sandboxes: sandbox.NewSet(box, 0, 0), Library: library, Wall: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return x, box
}

// TestRefusedMethods proves that CONNECT and TRACE are refused on every path, by no rule answered, and journaled with a violation.
func TestRefusedMethods(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodConnect, http.MethodTrace} {
		for _, path := range []string{licensePath, "/nowhere", "/"} {
			x, box := start(t, "rules: [{ when: {}, reply: { status: 200, offSpec: true } }]\n", 0, nil)
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, path+"?f=json", http.NoBody)
			r.Method = method
			x.ServeHTTP(w, r)
			diff(t, method+" "+path, http.StatusMethodNotAllowed, w.Code)
			diff(t, "Allow", "GET, HEAD, OPTIONS, POST", w.Header().Get("Allow"))
			call := firstCall(t, box)
			diff(t, "method in the journal", method, call.Method)
			if len(call.Violations) != 1 || call.Violations[0].In != "method" {
				t.Errorf("%s %s: the violations are %v", method, path, call.Violations)
			}
		}
	}
}
