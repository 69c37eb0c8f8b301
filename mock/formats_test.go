package mock_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
)

// formatRow is one way to ask for an answer, and the type that it has.
type formatRow struct {
	format, callback, contentType string
	api                           contract.API // "": both
}

// formatRows are those of an operation. OAuth clients know no f and read JSON, so oauthToken answers it where f is left out.
func formatRows(operation string) []formatRow {
	leftOut := "text/html;charset=utf-8"
	if operation == "oauthToken" {
		leftOut = "application/json;charset=utf-8"
	}
	return []formatRow{
		{"json", "", "application/json;charset=utf-8", ""},
		{"pjson", "", "text/plain;charset=utf-8", ""},
		{"json", "esri.show", "text/javascript;charset=utf-8", contract.Sharing},
		{"pjson", "show", "text/javascript;charset=utf-8", contract.Sharing},
		{"html", "", "text/html;charset=utf-8", ""},
		{"", "", leftOut, ""},
	}
}

// TestFormats proves for every operation the types of its answers, that each tells its length, and that all say the same.
func TestFormats(t *testing.T) {
	t.Parallel()
	for _, o := range contract.BuiltIn().Operations() {
		if o.Status == http.StatusFound {
			continue // a redirect has no format
		}
		for _, row := range formatRows(o.ID) {
			if row.api == "" || row.api == o.API {
				t.Run(o.ID+" f="+row.format+" callback="+row.callback, func(t *testing.T) {
					t.Parallel()
					proveFormat(t, successes()[o.ID], row)
				})
			}
		}
	}
}

func proveFormat(t *testing.T, r request, row formatRow) {
	a := call(t, portal(t), r.with("f", row.format).with("callback", row.callback))
	diff(t, "Content-Type", row.contentType, a.header.Get("Content-Type"))
	diff(t, "Content-Length", strconv.Itoa(len(a.body)), a.header.Get("Content-Length"))
	if strings.HasPrefix(row.contentType, "text/html") {
		if a.status != http.StatusSeeOther && !strings.HasPrefix(a.body, "<!DOCTYPE html>") {
			t.Errorf("it is no page: %s", a.body)
		}
		return
	}
	text, ok := unwrapped(a.body, row.callback)
	if !ok {
		t.Errorf("it is no call of %s: %s", row.callback, a.body)
	}
	if indented := strings.Contains(text, "\n"); indented != (row.format == "pjson") {
		t.Errorf("indented: %t: %s", indented, text)
	}
	proveSame(t, call(t, portal(t), r).body, text)
}

func unwrapped(body, callback string) (string, bool) {
	if callback == "" {
		return body, true
	}
	inner, begins := strings.CutPrefix(body, callback+"(")
	inner, ends := strings.CutSuffix(inner, ");")
	return inner, begins && ends
}

// proveSame holds two answers together, but for the time at which a token expires.
func proveSame(t *testing.T, want, got string) {
	t.Helper()
	values := []any{decoded(t, want), decoded(t, got)}
	for _, value := range values {
		if object, ok := value.(map[string]any); ok {
			delete(object, "expires")
		}
	}
	diff(t, "value", values[0], values[1])
}

// TestHead proves for every resource that HEAD answers what GET does, without the body.
func TestHead(t *testing.T) {
	t.Parallel()
	for id, r := range successes() {
		if r.method != http.MethodGet {
			continue
		}
		for _, format := range []string{"json", "html"} {
			t.Run(id+" "+format, func(t *testing.T) {
				t.Parallel()
				r := r.with("f", format)
				whole := ask(t, mock.NewServer(t), r)
				head := ask(t, mock.NewServer(t), r.by(http.MethodHead))
				diff(t, "body", "", head.body)
				whole.header.Del("Date")
				head.header.Del("Date")
				diff(t, "status", whole.status, head.status)
				diff(t, "headers", whole.header, head.header)
			})
		}
	}
}

// TestMultipart proves that a multipart form is read as an urlencoded one is, a file as its content.
func TestMultipart(t *testing.T) {
	t.Parallel()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{"f": "json", "token": "admin-token", "purchaserOrgId": purchaser} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("orgEntitlements", "entitlements.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(entitlements)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := mock.NewServer(t, mock.WithStrict())
	r, err := http.NewRequestWithContext(
		t.Context(), http.MethodPost, s.SharingURL("content/listings", item, "provisionOrgEntitlements"), &body,
	)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	diff(t, "reply", decoded(t, documented(t, "provisionOrgEntitlements.example.json")), decoded(t, fetch(t, s.Client(), r).body))
	diff(t, "entitlements in the journal", decoded(t, entitlements), s.Calls()[0].Params["orgEntitlements"])
	diff(t, "token in the journal", any("***"), s.Calls()[0].Params["token"])
}

// TestEscapedPages proves that what a request sends cannot become markup, on a page of either API.
func TestEscapedPages(t *testing.T) {
	t.Parallel()
	const hostile = `"><script>alert(1)</script>`
	for _, r := range []request{
		provision().with("f", "html").with("orgEntitlements", `{"maxUsers":1,"entitlements":{"<script>alert(1)</script>":{"num":1}}}`),
		provision().with("f", "html").with("purchaserOrgId", hostile),
		get("/sharing/rest/community/users/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E", "token", "admin-token"),
		get("/portaladmin/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
		get("/portaladmin/license/%3Cscript%3Ealert(1)%3C%2Fscript%3E/rest/info"),
		post("/portaladmin/login", "username", hostile, "password", hostile, "redirect", hostile),
		post("/portaladmin/login", "username", "admin", "password", "", "redirect", "/portaladmin/"+hostile),
	} {
		t.Run(r.target(), func(t *testing.T) {
			t.Parallel()
			a := call(t, portal(t), r)
			diff(t, "Content-Type", "text/html;charset=utf-8", a.header.Get("Content-Type"))
			diff(t, "X-Content-Type-Options", "nosniff", a.header.Get("X-Content-Type-Options"))
			if a.header.Get("Content-Security-Policy") == "" {
				t.Error("no Content-Security-Policy")
			}
			if strings.Contains(a.body, "<script") || strings.Contains(a.body, hostile) {
				t.Errorf("it went into the page as it is:\n%s", a.body)
			}
		})
	}
}

// TestTooLargeAtUnknownPath proves that the status and the envelope of an answer tell the same.
func TestTooLargeAtUnknownPath(t *testing.T) {
	t.Parallel()
	a := call(t, portal(t, mock.WithMaxBody(10)), post("/nowhere?f=json", "a", "0123456789"))
	if code := errorOf(t, a).Code; a.status == 413 && code != 413 {
		t.Errorf("HTTP %d with the error %d: %s", a.status, code, a.body)
	}
}
