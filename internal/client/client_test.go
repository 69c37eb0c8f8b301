package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/client"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

func diff(tb testing.TB, what string, want, got any) {
	tb.Helper()
	if d := cmp.Diff(want, got); d != "" {
		tb.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// of is a client of a server's default sandbox.
func of(s *mock.Server) *client.Client {
	return &client.Client{ControlURL: s.URL + "/__admin", Sandbox: "default", HTTP: s.Client()}
}

// get makes a call to a server.
func get(tb testing.TB, s *mock.Server, path string) {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, s.URL+path, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

const (
	license = "/portal/portaladmin/license/getFutureLicense?f=json&token=admin-token"
	info    = "/portal/sharing/rest/info?f=json"
)

func numbers(calls []journal.Call) []int {
	n := []int{}
	for _, c := range calls {
		n = append(n, c.Number)
	}
	return n
}

func count(from, to, step int) []int {
	n := []int{}
	for i := from; i <= to; i += step {
		n = append(n, i)
	}
	return n
}

// TestCallsOfManyPages proves that pages of 500 calls neither lose nor repeat one, and that filters hold across pages.
func TestCallsOfManyPages(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	for i := range 1002 {
		if i%2 == 0 {
			get(t, s, license)
		} else {
			get(t, s, info)
		}
	}
	for _, tt := range []struct {
		name  string
		query url.Values
		want  []int
	}{
		{"all", url.Values{}, count(1, 1002, 1)},
		{"of one operation", url.Values{"operation": {"getFutureLicense"}}, count(1, 1001, 2)},
		{"by a member", url.Values{"member": {"admin"}}, count(1, 1001, 2)},
		{"after", url.Values{"after": {"400"}}, count(401, 1002, 1)},
		{"after the last", url.Values{"after": {"1002"}}, []int{}},
		{"errors", url.Values{"outcome": {"error"}}, []int{}},
		{"without violations", url.Values{"violations": {"false"}}, count(1, 1002, 1)},
		{"with violations", url.Values{"violations": {"true"}}, []int{}},
	} {
		page, err := of(s).Calls(t.Context(), tt.query)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		diff(t, tt.name, tt.want, numbers(page.Calls))
		diff(t, tt.name+": complete", true, page.Complete)
	}
}

// TestCallsThatWereDropped proves that a page says how many calls the journal has dropped.
func TestCallsThatWereDropped(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithJournal(2, 0))
	for range 5 {
		get(t, s, info)
	}
	page, err := of(s).Calls(t.Context(), url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "calls, dropped, complete", []any{[]int{4, 5}, 3, false}, []any{numbers(page.Calls), page.Dropped, page.Complete})
	if _, err = of(s).Call(t.Context(), 3); err == nil || !strings.HasPrefix(err.Error(), "call 3 is no longer held") {
		t.Errorf("a dropped call: %v", err)
	}
	call, err := of(s).Call(t.Context(), 4)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "call", s.Calls()[0].String(), call.String())
}

// TestRoot proves that all sandboxes have the root of their portal, whatever their own address.
func TestRoot(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	s.Sandbox(t, "trial")
	for _, id := range []string{"default", "s1"} {
		c := of(s)
		c.Sandbox = id
		root, err := c.Root(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		diff(t, id, s.URL, root)
	}
}

// TestVerify proves that unmet expectations are not an error, and that both verdicts have an explanation.
func TestVerify(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithControlToken("sesame"))
	get(t, s, license)
	c := of(s)
	c.Token = "sesame"
	for verification, want := range map[string][]any{
		`{"expect":[{"when":{"operation":"getFutureLicense"},"exactly":1}]}`: {true, "the expectation is met"},
		`{"expect":[{"when":{"operation":"getFutureLicense"},"exactly":0}]}`: {
			false, "the expectation is unmet\nexpectation 1: exactly 0 calls of getFutureLicense; 1 came\n" +
				"    call 1: GET /portal/portaladmin/license/getFutureLicense by admin, ok",
		},
	} {
		met, explanation, err := c.Verify(t.Context(), []byte(verification))
		if err != nil {
			t.Fatal(err)
		}
		diff(t, verification, want, []any{met, explanation})
	}
	met, _, err := c.Verify(t.Context(), []byte("{}"))
	if met || err == nil || !strings.Contains(err.Error(), `the scenario "trial" has none`) {
		t.Errorf("nothing expected: met %t, %v", met, err)
	}
	_, _, err = c.Verify(t.Context(), []byte(`{"expect":[{"when":{"member":"nobody"},"exactly":1}]}`))
	if err == nil || !strings.Contains(err.Error(), `no member "nobody"`) {
		t.Errorf("an unknown member: %v", err)
	}
}

// TestErrors holds the errors that people read. None contains the token.
func TestErrors(t *testing.T) {
	t.Parallel()
	own, secured := mock.NewServer(t, mock.WithControlToken("sesame")), mock.NewServer(t, mock.WithTLS())
	stub := func(status int, contentType, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "{")
	}))
	t.Cleanup(broken.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, tt := range []struct {
		name, url, sandbox, token, want string // URL in want stands for the address of the control API
	}{
		{"no server", gone.URL, "default", "", "no answer from URL: dial tcp HOST: connect: connection refused"},
		{
			"an untrusted certificate", secured.URL, "default", "",
			"the certificate of URL is not trusted (--ca FILE names others to trust): x509: certificate signed by unknown authority",
		},
		{
			"HTTP to an HTTPS server", strings.Replace(secured.URL, "https", "http", 1), "default", "",
			"URL is not the control API of mockportal: it answered 400 Bad Request",
		},
		{
			"HTTPS to an HTTP server", strings.Replace(own.URL, "http", "https", 1), "default", "",
			"no answer from URL: http: server gave HTTP response to HTTPS client",
		},
		{
			"a page", stub(200, "text/html", "<html>"), "default", "",
			"URL is not the control API of mockportal: it answered 200 OK",
		},
		{
			"another server's error", stub(404, "text/html", "no such page"), "default", "",
			"URL is not the control API of mockportal: it answered 404 Not Found",
		},
		{
			"a problem that is not JSON", stub(500, "application/problem+json", "oops"), "default", "",
			"URL is not the control API of mockportal: it answered 500 Internal Server Error",
		},
		{"an answer that breaks off", broken.URL, "default", "", "the answer of URL broke off: unexpected EOF"},
		{
			"no token", own.URL, "default", "",
			"the control API asks for the control token, as Authorization: Bearer (--control-token TOKEN)",
		},
		{
			"another token", own.URL, "default", "secret",
			"the control API asks for the control token, as Authorization: Bearer (--control-token TOKEN)",
		},
		{
			"no such sandbox", own.URL, "s1", "sesame",
			`no such sandbox: "s1" (deleted, never made, or on another server); there are default`,
		},
		{
			"an id with special characters", own.URL, "a/b?c", "sesame",
			`no such sandbox: "a/b?c" (deleted, never made, or on another server); there are default`,
		},
	} {
		c := client.Client{ControlURL: tt.url + "/__admin", Sandbox: tt.sandbox, Token: tt.token}
		_, host, _ := strings.Cut(tt.url, "//")
		want := strings.NewReplacer("URL", c.ControlURL, "HOST", host).Replace(tt.want)
		_, err := c.Calls(t.Context(), url.Values{})
		diff(t, tt.name, want, fmt.Sprint(err))
		if tt.name == "an answer that breaks off" || tt.name == "a page" {
			continue // a stream has neither
		}
		err = c.Follow(t.Context(), url.Values{}, func(client.News) error { return nil })
		diff(t, tt.name+", followed", want, fmt.Sprint(err))
	}
	c := client.Client{ControlURL: own.URL + "/__admin", Sandbox: "default", Token: "sesame"}
	_, err := c.Calls(t.Context(), url.Values{"operation": {"getFutureLicence"}})
	diff(t, "an unknown operation", `no operation "getFutureLicence" (did you mean "getFutureLicense"?)`, fmt.Sprint(err))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Calls(ended, url.Values{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
