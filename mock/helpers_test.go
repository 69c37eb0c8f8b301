package mock_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

var update = flag.Bool("update", false, "write the golden files, and remove the unused ones")

// What the built-in scenarios share, and what the documentation asks for.
const (
	item         = mock.ItemID
	purchaser    = mock.PurchaserOrgID
	entitlements = `{"maxUsers":10,"entitlements":{"standard":{"num":8},"advanced":{"num":2},"spatialAnalyst":{"num":2}}}`

	provisionPath = "/sharing/rest/content/listings/" + item + "/provisionOrgEntitlements"
	licensePath   = "/portaladmin/license/getFutureLicense"
)

// request is one request as a table writes it: GET, unless it has a form.
type request struct {
	method string
	path   string // from the root, the context included; a query in it is sent as it is
	query  url.Values
	form   url.Values // nil: no body
	header http.Header
}

// get is a request with these names and values in its query.
func get(path string, pairs ...string) request {
	return request{method: http.MethodGet, path: path, query: values(pairs)}
}

// post is a request with these names and values in its form.
func post(path string, pairs ...string) request {
	return request{method: http.MethodPost, path: path, form: values(pairs)}
}

func values(pairs []string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// provision is the documented request.
func provision() request {
	return post(provisionPath, "f", "json", "token", "admin-token", "purchaserOrgId", purchaser, "orgEntitlements", entitlements)
}

// license is the other one.
func license() request { return get(licensePath, "f", "json", "token", "admin-token") }

// with returns the request with a value replaced where its parameters are; "" takes the name away.
func (r request) with(name, value string) request {
	if r.form != nil {
		r.form = replaced(r.form, name, value)
	} else {
		r.query = replaced(r.query, name, value)
	}
	return r
}

func replaced(before url.Values, name, value string) url.Values {
	after := url.Values{}
	maps.Copy(after, before)
	delete(after, name)
	if value != "" {
		after.Set(name, value)
	}
	return after
}

// at returns the request to another path.
func (r request) at(path string) request {
	r.path = path
	return r
}

// by returns the request with another method.
func (r request) by(method string) request {
	r.method = method
	return r
}

// sending returns the request with a header.
func (r request) sending(name, value string) request {
	h := r.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set(name, value)
	r.header = h
	return r
}

// target is the path and the query.
func (r request) target() string {
	switch {
	case len(r.query) == 0:
		return r.path
	case strings.Contains(r.path, "?"):
		return r.path + "&" + r.query.Encode()
	}
	return r.path + "?" + r.query.Encode()
}

func (r request) to(tb testing.TB, root string) *http.Request {
	tb.Helper()
	body := io.Reader(http.NoBody)
	if r.form != nil {
		body = strings.NewReader(r.form.Encode())
	}
	hr, err := http.NewRequestWithContext(tb.Context(), r.method, root+r.target(), body)
	if err != nil {
		tb.Fatal(err)
	}
	if r.form != nil {
		hr.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	maps.Copy(hr.Header, r.header)
	return hr
}

// answer is all of a response.
type answer struct {
	status int
	header http.Header
	body   string
}

// fetch sends a request over HTTP and reads the whole answer.
func fetch(tb testing.TB, client *http.Client, r *http.Request) answer {
	tb.Helper()
	resp, err := client.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// ask sends a request to a server under its URL.
func ask(tb testing.TB, s *mock.Server, r request) answer {
	tb.Helper()
	return fetch(tb, s.Client(), r.to(tb, s.URL))
}

// call has a handler that does not listen answer a request.
func call(tb testing.TB, p http.Handler, r request) answer {
	tb.Helper()
	w := httptest.NewRecorder()
	hr := r.to(tb, "http://portal.example.com")
	hr.RequestURI = hr.URL.RequestURI()
	p.ServeHTTP(w, hr)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

// portal is a portal that does not listen.
func portal(tb testing.TB, options ...mock.Option) *mock.Portal {
	tb.Helper()
	p, err := mock.New(options...)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// callsOf returns the journaled calls of a portal that does not listen.
func callsOf(tb testing.TB, p *mock.Portal, operations ...string) []journal.Call {
	tb.Helper()
	calls, err := p.Calls(operations...)
	if err != nil {
		tb.Fatal(err)
	}
	return calls
}

// verify fails the test when the calls to a portal that does not listen do not meet expectations.
func verify(tb testing.TB, p *mock.Portal, expect ...mock.Expectation) {
	tb.Helper()
	if verdict, err := p.Verify(tb.Context(), mock.Expectations{Expect: expect}); err != nil || !verdict.Met() {
		tb.Errorf("%s, %v", verdict, err)
	}
}

// must ends the test with an error.
func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// decoded is a JSON text as a value, numbers as they are written.
func decoded(tb testing.TB, text string) any {
	tb.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		tb.Fatalf("%v in %q", err, text)
	}
	return value
}

// wireError is the portal's error.
type wireError struct {
	Code        int
	MessageCode string
	Message     string
	Details     []string
}

// errorOf reads the error envelope; the zero value when there is none.
func errorOf(tb testing.TB, a answer) wireError {
	tb.Helper()
	var envelope struct{ Error wireError }
	if err := json.Unmarshal([]byte(a.body), &envelope); err != nil {
		tb.Fatalf("%v in %q", err, a.body)
	}
	return envelope.Error
}

func diff(tb testing.TB, what string, want, got any) {
	tb.Helper()
	if d := cmp.Diff(want, got); d != "" {
		tb.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// tester is a test that fails without consequences, for tests of failures.
type tester struct {
	mu       sync.Mutex
	errors   []string
	fatals   []string
	logs     []string
	cleanups []func()
}

func (*tester) Helper() {}

func (t *tester) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.errors = append(t.errors, fmt.Sprintf(format, args...))
}

func (t *tester) Fatalf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fatals = append(t.fatals, fmt.Sprintf(format, args...))
}

func (t *tester) Logf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.logs = append(t.logs, fmt.Sprintf(format, args...))
}

func (t *tester) Failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.errors)+len(t.fatals) > 0
}

func (t *tester) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// end runs the cleanups as the end of a test does, and returns what the test failed with.
func (t *tester) end() []string {
	for len(t.cleanups) > 0 {
		last := len(t.cleanups) - 1
		f := t.cleanups[last]
		t.cleanups = t.cleanups[:last]
		f()
	}
	return t.errors
}

// golden compares a text with its golden file, or writes the file with -update.
func golden(t *testing.T, folder, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", folder, name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	diff(t, file, string(want), got)
}

// onlyGolden fails for a golden file that no row of a table has.
func onlyGolden(t *testing.T, folder string, names map[string]bool) {
	t.Helper()
	files, err := fs.Glob(os.DirFS("testdata"), folder+"/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if names[strings.TrimSuffix(filepath.Base(file), ".txt")] {
			continue
		}
		if !*update {
			t.Errorf("testdata/%s: no row of the table has this file (go test -update removes it)", file)
		} else if err := os.Remove(filepath.Join("testdata", file)); err != nil {
			t.Error(err)
		}
	}
}

// wholeAnswer writes a request and its answer as a golden file has them: status, the headers that matter, body.
func wholeAnswer(r request, a answer) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "> %s %s\n", r.method, r.target())
	if len(r.form) > 0 {
		fmt.Fprintf(&b, "> %s\n", r.form.Encode())
	}
	fmt.Fprintf(&b, "< %d\n", a.status)
	for _, name := range []string{"Allow", "Content-Type", "Location", "Set-Cookie", "Mockportal-Evidence", "Mockportal-Violations"} {
		for _, value := range a.header.Values(name) {
			fmt.Fprintf(&b, "< %s: %s\n", name, value)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", a.body)
	return b.String()
}

// names returns the names in a JSON text in their order, as deep as depth says: 1 is the outermost object.
func names(tb testing.TB, text string, depth int) []string {
	tb.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	var all []string
	var objects []bool // whether what is open is an object
	var isName bool    // whether the next token is a name
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			tb.Fatal(err)
		}
		switch delimiter, _ := token.(json.Delim); delimiter {
		case '{', '[':
			objects = append(objects, delimiter == '{')
		case '}', ']':
			objects = objects[:len(objects)-1]
		default:
			if isName {
				if len(objects) <= depth {
					all = append(all, token.(string))
				}
				isName = false
				continue
			}
		}
		isName = len(objects) > 0 && objects[len(objects)-1]
	}
}
