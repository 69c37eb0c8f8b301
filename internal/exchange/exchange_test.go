package exchange_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

const (
	licensePath   = "/portaladmin/license/getFutureLicense"
	provisionPath = "/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements"
)

// start returns an exchange whose scenario is trial with more YAML, and its default sandbox. wall is the clock of both; nil is the real
// one.
func start(t *testing.T, more string, bytes int, wall func() time.Time) (*exchange.Exchange, *sandbox.Sandbox) {
	t.Helper()
	if wall == nil {
		wall = time.Now
	}
	library := scenario.BuiltIn()
	played, err := library.Decode("test.yaml", []byte("format: 1\nsummary: Of a test.\nextends: trial\n"+more))
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.New(sandbox.Options{ID: sandbox.Default, Scenario: played, MaxBytes: bytes, Wall: wall})
	if err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(exchange.Options{Sandboxes: sandbox.NewSet(box, 0, 0), Library: library, Wall: wall})
	if err != nil {
		t.Fatal(err)
	}
	return x, box
}

func get(x http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	x.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func firstCall(t *testing.T, box *sandbox.Sandbox) journal.Call {
	t.Helper()
	call, _, ok := box.Journal.Get(1)
	if !ok {
		t.Fatal("the journal has no call")
	}
	return call
}

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// TestStatusOfErrors proves under which HTTP status the portal's errors come, by the scenario's world.portal.errors.
func TestStatusOfErrors(t *testing.T) {
	t.Parallel()
	const internal = "rules: [{ when: { operation: getFutureLicense }, reply: { error: errors/portaladmin/internal } }]\n"
	for _, tt := range []struct {
		name, rules, errors, query string
		code, status               int
	}{
		{"a 5xx in an envelope", internal, "envelope", "token=admin-token", 500, 200},
		{"a 5xx under its status", internal, "status", "token=admin-token", 500, 500},
		{"a 4xx in an envelope", "", "envelope", "token=none", 498, 200},
		{"a 4xx under its status", "", "status", "token=none", 498, 498},
		{"no error", "", "status", "token=admin-token", 0, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, tt.rules+"world: { portal: { errors: "+tt.errors+" } }\n", 0, nil)
			w := get(x, licensePath+"?f=json&"+tt.query)
			diff(t, "status", tt.status, w.Code)
			diff(t, "error code in the journal", tt.code, firstCall(t, box).ErrorCode)
			diff(t, "status in the journal", tt.status, firstCall(t, box).Status)
		})
	}
}

// TestObservedContentType proves world.portal.contentTypes: only JSON of an operation for which the contract has another type gets it
// (R-ArcGIS/arcgisutils#52).
func TestObservedContentType(t *testing.T) {
	t.Parallel()
	const token = "/portal/sharing/rest/oauth2/token?client_id=app&client_secret=app-secret&grant_type=client_credentials"
	for _, tt := range []struct{ name, setting, target, want string }{
		{"as documented", "documented", token, "application/json;charset=utf-8"},
		{"as observed", "observed", token, "text/plain;charset=utf-8"},
		{"an error", "observed", "/portal/sharing/rest/oauth2/token?f=json", "text/plain;charset=utf-8"},
		{"with a callback", "observed", token + "&callback=cb", "text/javascript;charset=utf-8"},
		{"a page", "observed", token + "&f=html", "text/html;charset=utf-8"},
		{"another operation", "observed", licensePath + "?f=json&token=admin-token", "application/json;charset=utf-8"},
		{"no operation", "observed", "/sharing/rest/nothing?f=json", "application/json;charset=utf-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, _ := start(t, "world: { portal: { contentTypes: "+tt.setting+" } }\n", 0, nil)
			diff(t, "Content-Type", tt.want, get(x, tt.target).Header().Get("Content-Type"))
		})
	}
}

// TestPreflight proves world.portal.cors: which questions of a browser are answered, and that the question is no call of the operation.
func TestPreflight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, setting, asked, path string
		methods                    string
		violations                 int
	}{
		{"open", "open", "GET", licensePath, "GET, HEAD", 0},
		{"open, two methods", "open", "POST", "/sharing/rest/oauth2/token", "GET, HEAD, POST", 0},
		{"open, no preflight", "open", "", licensePath, "", 1},
		{"open, an unknown path", "open", "GET", "/sharing/rest/nothing", "", 0},
		{"as the portal", "portal", "GET", licensePath, "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, "world: { portal: { cors: "+tt.setting+" } }\n", 0, nil)
			r := httptest.NewRequest(http.MethodOptions, tt.path, http.NoBody)
			r.Header.Set("Access-Control-Request-Method", tt.asked)
			w := httptest.NewRecorder()
			x.ServeHTTP(w, r)
			diff(t, "allowed methods", tt.methods, w.Header().Get("Access-Control-Allow-Methods"))
			headers := w.Header().Get("Access-Control-Allow-Headers")
			diff(t, "allows X-Esri-Authorization", tt.methods != "", strings.Contains(headers, "X-Esri-Authorization"))
			call := firstCall(t, box)
			diff(t, "violations", tt.violations, len(call.Violations))
			if tt.methods != "" {
				diff(t, "body", "", w.Body.String())
				diff(t, "operation, kind and outcome", []any{"", "support", "ok"}, []any{call.Operation, string(call.Kind), string(call.Outcome)})
			}
		})
	}
}

// TestReplyInTheJournal proves that the journal keeps 16 KiB of a reply at most, and says when it has cut one.
func TestReplyInTheJournal(t *testing.T) {
	t.Parallel()
	const limit = 16 << 10
	for _, tt := range []struct {
		name, body string
		want       any
		truncated  bool
	}{
		{"a text of 16 KiB", strings.Repeat("a", limit), strings.Repeat("a", limit), false},
		{"a text of one byte more", strings.Repeat("a", limit+1), strings.Repeat("a", limit), true},
		{"JSON of 16 KiB", "[" + strings.Repeat("1,", limit/2-2) + "10]", nil, false},
		{"JSON of two bytes more", "[" + strings.Repeat("1,", limit/2-1) + "10]", ("[" + strings.Repeat("1,", limit/2))[:limit], true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := tt.body
			if body[0] == 'a' {
				body = fmt.Sprintf("%q", body)
			}
			x, box := start(t, "rules: [{ when: {}, reply: { status: 200, offSpec: true, body: "+body+" } }]\n", 0, nil)
			diff(t, "length of the answer", len(tt.body), get(x, licensePath+"?f=json&token=admin-token").Body.Len())
			call := firstCall(t, box)
			diff(t, "truncated", tt.truncated, call.ReplyTruncated)
			if tt.want != nil {
				diff(t, "reply", tt.want, call.Reply)
			} else if list, ok := call.Reply.([]any); !ok || len(list) != limit/2-1 {
				t.Errorf("the reply is not the whole list but a %T", call.Reply)
			}
		})
	}
}

// TestErrorPagesOfferSignIn proves which errors of the Portal Administrator Directory come with its sign-in form: those that a sign-in may
// mend.
func TestErrorPagesOfferSignIn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, target string
		code         int
		form         bool
	}{
		{"no token", licensePath, 499, true},
		{"a bad token", licensePath + "?token=none", 498, true},
		{"a member without the privilege", licensePath + "?token=viewer-token", 403, false},
		{"the other directory", "/sharing/rest/community/self?f=html&token=none", 498, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, "", 0, nil)
			body := get(x, tt.target).Body.String()
			diff(t, "error code", tt.code, firstCall(t, box).ErrorCode)
			if form := strings.Contains(body, `name="password"`); form != tt.form {
				t.Errorf("a form that asks for a password: %t, want %t, in\n%s", form, tt.form, body)
			}
		})
	}
}

// TestDuration proves that the journal has the microseconds from the request to the end of the sandbox's turn, without a delay.
func TestDuration(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	x, box := start(t, "rules: [{ when: {}, delay: 1ms }]\n", 0, func() time.Time {
		now = now.Add(1500*time.Microsecond + 700*time.Nanosecond)
		return now
	})
	began := now.Add(1500*time.Microsecond + 700*time.Nanosecond)
	get(x, licensePath+"?f=json&token=admin-token")
	call := firstCall(t, box)
	diff(t, "durationMicros", int64(1500), call.DurationMicros)
	diff(t, "time", began, call.Time)
}

// TestRefusedCallsAreExplained proves that the violations of a call are reported whatever it is answered with.
func TestRefusedCallsAreExplained(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, more, query string
		want              int
	}{
		{"allowed", "", "token=admin-token", 1},
		{"no token", "", "", 1},
		{"a misspelt token", "", "tokn=admin-token", 2},
		{"a token in capitals", "", "TOKEN=admin-token", 2},
		{"a token with a broken escape", "", "token=%zz", 2},
		{"a bad token", "", "token=none", 1},
		{"no privilege", "", "token=viewer-token", 1},
		{"a rule has a reply", "rules: [{ when: {}, reply: { status: 503, offSpec: true } }]\n", "token=admin-token", 1},
		{"a rule has a delay", "rules: [{ when: {}, delay: 1ms }]\n", "token=admin-token", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, tt.more, 0, nil)
			get(x, licensePath+"?f=json&verbose=1&"+tt.query)
			diff(t, "violations", tt.want, len(firstCall(t, box).Violations))
		})
	}
}

// TestSizeOfRecords proves that the texts of violations count towards the bytes that the journal holds. Each call has 10,000 bytes in its
// values; the name that the contract does not have is in the violation too.
func TestSizeOfRecords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 10000)
	for _, tt := range []struct {
		name, query string
		violations  int
		dropped     int
	}{
		{"a long value", "verbose=" + long, 1, 0},
		{"a long name", long + "=1", 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, box := start(t, "", 35000, nil)
			get(x, licensePath+"?f=json&token=admin-token&"+tt.query)
			diff(t, "violations", tt.violations, len(firstCall(t, box).Violations))
			get(x, licensePath+"?f=json&token=admin-token&"+tt.query)
			diff(t, "dropped", tt.dropped, box.Journal.Find(journal.Query{}).Dropped)
		})
	}
}

// TestMethodNotSupported proves that the answer to a wrong method names those that the path takes, unless a rule answers instead.
func TestMethodNotSupported(t *testing.T) {
	t.Parallel()
	for rules, allow := range map[string]string{
		"": "POST",
		"rules: [{ when: {}, reply: { status: 503, offSpec: true } }]\n": "",
	} {
		x, _ := start(t, rules, 0, nil)
		diff(t, "Allow", allow, get(x, provisionPath+"?f=json").Header().Get("Allow"))
	}
}

// TestContexts proves which contexts New accepts, and that the portal answers in them.
func TestContexts(t *testing.T) {
	t.Parallel()
	for context, valid := range map[string]bool{
		"/gis": true, "/a.b_c~d-e": true,
		"": false, "gis": false, "/": false, "/gis/": false, "/a/b": false, "/sharing": false, "/__admin": false, "/{x}": false,
		"/metrics": false,
	} {
		x, box := start(t, "", 0, nil)
		o := x.Options
		o.Contexts = []string{context}
		own, err := exchange.New(o)
		if (err == nil) != valid {
			t.Errorf("context %q: the error is %v", context, err)
		}
		if err == nil {
			get(own, context+licensePath+"?"+url.Values{"f": {"json"}, "token": {"admin-token"}}.Encode())
			diff(t, context, journal.OK, firstCall(t, box).Outcome)
		}
	}
}
