package mock_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// canary is a token that must be seen nowhere.
const canary = "canary-7c1f0e"

const canaryScenario = "format: 1\nsummary: A token that must be seen nowhere.\nextends: trial\n" +
	"world: { members: { admin: { token: " + canary + " } } }\n"

// serveFuzzed gives a portal a request and returns the answer and the newest call. It fails when the answer is no answer of a portal,
// or when the call is not the next one in the journal.
func serveFuzzed(t *testing.T, p *mock.Portal, r *http.Request) (answer, journal.Call) {
	t.Helper()
	before := p.Journal(journal.Query{}).Total + p.Journal(journal.Query{}).Dropped
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	a := answer{w.Code, w.Result().Header, w.Body.String()}
	page := p.Journal(journal.Query{After: before})
	if len(page.Calls) != 1 || page.Calls[0].Number != before+1 {
		t.Fatalf("after call %d the journal has %+v", before, page.Calls)
	}
	c := page.Calls[0]
	diff(t, "number in the header", strconv.Itoa(c.Number), a.header.Get("Mockportal-Call"))
	diff(t, "status in the journal", a.status, c.Status)
	diff(t, "Content-Length", strconv.Itoa(len(a.body)), a.header.Get("Content-Length"))
	switch kind := a.header.Get("Content-Type"); {
	case kind == "text/html;charset=utf-8":
		if a.status != http.StatusSeeOther && !strings.HasPrefix(a.body, "<!DOCTYPE html>") {
			t.Errorf("it is no page: %.200q", a.body)
		}
	case kind == "application/json;charset=utf-8", kind == "text/plain;charset=utf-8":
		if !json.Valid([]byte(a.body)) {
			t.Errorf("it is no JSON: %.200q", a.body)
		}
	case kind != "text/javascript;charset=utf-8" || !strings.HasSuffix(a.body, ");"):
		t.Errorf("Content-Type %q for %.200q", kind, a.body)
	}
	if a.status != http.StatusOK && a.status != http.StatusSeeOther && a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", a.status)
	}
	return a, c
}

// seen fails when the canary is in an answer or in the journal.
func seen(t *testing.T, a answer, c journal.Call) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), canary) {
		t.Errorf("the journal shows a token: %s", text)
	}
	for name, list := range a.header {
		if strings.Contains(strings.Join(list, " "), canary) {
			t.Errorf("the header %s shows a token: %v", name, list)
		}
	}
	if strings.Contains(a.body, canary) {
		t.Errorf("the answer shows a token: %s", a.body)
	}
}

// FuzzPath proves that every path and method is answered and journaled, whatever they are.
func FuzzPath(f *testing.F) {
	for _, r := range successes() {
		f.Add(r.method, r.path, r.query.Encode())
		f.Add(http.MethodPut, "/portal"+r.path+"/", "f=pjson&callback=show")
	}
	for _, path := range []string{
		"/", "//", "/..", "/portal/../sharing/rest", "/%2e%2e/portaladmin", "/a%2Fb/rest/info", "/\xff", "/portal",
		"/portaladmin/license/%zz", "*", "/sharing/rest/content/listings/%2F/provisionOrgEntitlements",
	} {
		f.Add(http.MethodGet, path, "f=html")
		f.Add(http.MethodPost, path, "f=json&f=html&%zz")
	}
	f.Fuzz(func(t *testing.T, method, path, query string) {
		target, err := url.ParseRequestURI(path)
		if err != nil || target.Host != "" || !validMethod(method) {
			return // net/http does not let such a request in
		}
		target.RawQuery = query
		for _, control := range []string{"/__admin", "/livez", "/readyz", "/metrics"} {
			if target.Path == control || strings.HasPrefix(target.Path, "/__admin/") {
				return // the control API is no part of the portal, and not journaled
			}
		}
		p := portal(t, mock.WithScenarioDocument([]byte(canaryScenario)))
		r := &http.Request{
			Method: method, URL: target, Host: "portal.example.com",
			Header: http.Header{"Authorization": {"Bearer " + canary}}, Body: http.NoBody,
		}
		a, c := serveFuzzed(t, p, r.WithContext(t.Context()))
		diff(t, "method in the journal", method, c.Method)
		if !strings.Contains(query, canary) && !strings.Contains(path, canary) {
			seen(t, a, c)
		}
	})
}

func validMethod(method string) bool {
	r, err := http.NewRequest(method, "/", http.NoBody) //nolint:noctx // it is only looked at
	return err == nil && r.Method == method
}

// FuzzForm proves that every body of every type is answered and journaled, and that a token in it is shown nowhere.
func FuzzForm(f *testing.F) {
	const urlencoded, multipart = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	for _, r := range successes() {
		f.Add(urlencoded, r.form.Encode())
		f.Add("application/json", r.form.Encode())
	}
	for _, body := range []string{
		"", "&", "=", "%", "a=%zz", "token", "token=&token=x", "Token=x", "orgEntitlements={", "orgEntitlements=[[[[",
		"f=json&f", "f=json", "f=pjson", "callback=a.b&f=json",
	} {
		f.Add(urlencoded, body)
		f.Add(urlencoded+"; charset=latin1", body)
		f.Add(
			multipart,
			"--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\njson\r\n--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n"+body,
		)
	}
	f.Add("", "f=json")
	f.Add(";;", "f=json")
	f.Add("multipart/form-data", "--")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		p := portal(t, mock.WithScenarioDocument([]byte(canaryScenario)))
		for _, path := range []string{
			provisionPath, "/sharing/rest/generateToken", "/sharing/rest/oauth2/revokeToken?f=json", "/portaladmin/login", "/nowhere",
		} {
			r, err := http.NewRequestWithContext(
				t.Context(), http.MethodPost, "http://portal.example.com"+path,
				strings.NewReader(body+"&token="+canary),
			)
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"Content-Type": {contentType}, "X-Esri-Authorization": {"Bearer " + canary}}
			a, c := serveFuzzed(t, p, r)
			if !strings.Contains(body, canary) && !strings.Contains(contentType, canary) {
				seen(t, a, c)
			}
		}
	})
}
