package wire_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

func query(pairs ...string) []contract.Value { return values("query", pairs...) }

func form(pairs ...string) []contract.Value { return values("form", pairs...) }

// values makes values of names and texts in turn.
func values(in string, pairs ...string) []contract.Value {
	var all []contract.Value
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, contract.Value{In: in, Name: pairs[i], Text: pairs[i+1]})
	}
	return all
}

// kinds says what violations there are, as "kind in name".
func kinds(violations []openapi.Violation) []string {
	var all []string
	for _, v := range violations {
		all = append(all, string(v.Kind)+" "+v.In+" "+v.Name)
	}
	return all
}

func post(contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return r
}

const urlencoded = "application/x-www-form-urlencoded"

// TestPairs reads each row as a query and as a form.
func TestPairs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, raw string
		want      []string // names and texts
		faults    []string // names
	}{
		{"nothing", "", nil, nil},
		{"one", "f=json", []string{"f", "json"}, nil},
		{"in the order in which they came", "b=1&a=2&b=3", []string{"b", "1", "a", "2", "b", "3"}, nil},
		{"escapes", "a%20b=%7B%22x%22%3A1%7D", []string{"a b", `{"x":1}`}, nil},
		{"plus is a blank", "a+b=c+d%2B", []string{"a b", "c d+"}, nil},
		{"equals signs in a value", "token=abc==", []string{"token", "abc=="}, nil},
		{"no equals sign", "flag", []string{"flag", ""}, nil},
		{"no value", "f=", []string{"f", ""}, nil},
		{"no name", "=x", []string{"", "x"}, nil},
		{"ampersands too many", "&a=1&&b=2&", []string{"a", "1", "b", "2"}, nil},
		{"semicolon is no separator", "a=1;b=2", []string{"a", "1;b=2"}, nil},
		{"UTF-8", "n=%C3%BC%E6%97%A5", []string{"n", "ü日"}, nil},
		{"bad escape costs one value", "a=1&b=%zz&c=3", []string{"a", "1", "c", "3"}, []string{"b"}},
		{"escape cut off", "a=100%", nil, []string{"a"}},
		{"bad escape in a name", "%zz=1&b=2", []string{"b", "2"}, []string{""}},
	} {
		got, violations := wire.Query(nil, tt.raw)
		comparePairs(t, "query: "+tt.name, got, values("query", tt.want...))
		compareFaults(t, "query: "+tt.name, violations, "query", tt.faults)
		got, violations, err := wire.Form(nil, post(urlencoded, tt.raw), 1000)
		if err != nil {
			t.Errorf("form: %s: %v", tt.name, err)
		}
		comparePairs(t, "form: "+tt.name, got, values("form", tt.want...))
		compareFaults(t, "form: "+tt.name, violations, "form", tt.faults)
	}
}

func comparePairs(t *testing.T, name string, got, want []contract.Value) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func compareFaults(t *testing.T, name string, got []openapi.Violation, in string, names []string) {
	t.Helper()
	var want []string
	for _, n := range names {
		want = append(want, "malformed "+in+" "+n)
	}
	if diff := cmp.Diff(want, kinds(got)); diff != "" {
		t.Errorf("%s: violations (-want +got):\n%s", name, diff)
	}
}

func TestBadEscape(t *testing.T) {
	t.Parallel()
	_, violations := wire.Query(nil, "token=s3cret%zz")
	want := []openapi.Violation{{
		Kind: openapi.Malformed, In: "query", Name: "token", Message: "has a percent sign that is not followed by two hexadecimal digits",
		Hint: "write % as %25", Allowed: "escaped as a URL is",
	}}
	if diff := cmp.Diff(want, violations); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTooManyValues(t *testing.T) {
	t.Parallel()
	for in, read := range map[string]func(n int) ([]contract.Value, []openapi.Violation){
		"query": func(n int) ([]contract.Value, []openapi.Violation) { return wire.Query(nil, strings.Repeat("a=1&", n)) },
		"form": func(n int) ([]contract.Value, []openapi.Violation) {
			got, violations, _ := wire.Form(nil, post(urlencoded, strings.Repeat("a=1&", n)), 1<<20)
			return got, violations
		},
		"multipart": func(n int) ([]contract.Value, []openapi.Violation) {
			contentType, body := multi(t, form(strings.Split(strings.Repeat("a,1,", n)+"b,2", ",")[:2*n]...))
			got, violations, _ := wire.Form(nil, post(contentType, body), 1<<20)
			return got, violations
		},
	} {
		if got, violations := read(1000); len(got) != 1000 || len(violations) != 0 {
			t.Errorf("%s: of 1000 values %d were read, with %v", in, len(got), violations)
		}
		got, violations := read(1001)
		if len(got) != 1000 || len(violations) != 1 || violations[0].Kind != openapi.Malformed || violations[0].Name != "*" {
			t.Errorf("%s: of 1001 values %d were read, with %v", in, len(got), violations)
		}
	}
}

// multi writes a multipart form.
func multi(t *testing.T, values []contract.Value) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, v := range values {
		if err := w.WriteField(v.Name, v.Text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestMultipart(t *testing.T) {
	t.Parallel()
	want := form("orgEntitlements", `{"a":"b&c=d%20"}`, "f", "json", "empty", "", "f", "html", "ü", "日\r\n\r\n--x")
	contentType, body := multi(t, want)
	got, violations, err := wire.Form(nil, post(contentType, body), 1<<20)
	if err != nil || len(violations) > 0 {
		t.Fatal(err, violations)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMultipartFileCountsAsItsContent(t *testing.T) {
	t.Parallel()
	body := "--x\r\nContent-Disposition: form-data; name=\"orgEntitlements\"; filename=\"a.json\"\r\n" +
		"Content-Type: application/json\r\n\r\n{}\r\n--x--\r\n"
	got, violations, err := wire.Form(nil, post("multipart/form-data; boundary=x", body), 1000)
	if err != nil || len(violations) > 0 {
		t.Fatal(err, violations)
	}
	if diff := cmp.Diff(form("orgEntitlements", "{}"), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMultipartWithoutAField holds that a form which a browser sends without a field is empty, not broken.
func TestMultipartWithoutAField(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"--x--\r\n", "--x--"} {
		got, violations, err := wire.Form(nil, post("multipart/form-data; boundary=x", body), 1000)
		if got != nil || violations != nil || err != nil {
			t.Errorf("%q: %v, %v, %v", body, got, violations, err)
		}
	}
}

func TestBrokenMultipart(t *testing.T) {
	t.Parallel()
	const good = "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\njson\r\n"
	for name, tt := range map[string]struct {
		contentType, body string
		want              []contract.Value
	}{
		"no boundary":                {"multipart/form-data", good + "--x--\r\n", nil},
		"another boundary":           {"multipart/form-data; boundary=y", good + "--x--\r\n", nil},
		"no parts":                   {"multipart/form-data; boundary=x", "f=json", nil},
		"no end":                     {"multipart/form-data; boundary=x", good, nil},
		"another end":                {"multipart/form-data; boundary=y", "--x--\r\n", nil},
		"the end alone, no boundary": {"multipart/form-data", "----\r\n", nil},
		"cut off in a part": {
			"multipart/form-data; boundary=x", good + "--x\r\nContent-Disposition: form-data; name=\"g\"\r\n\r\nhal", form("f", "json"),
		},
	} {
		got, violations, err := wire.Form(nil, post(tt.contentType, tt.body), 1000)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"malformed body *"}, kinds(violations)); diff != "" {
			t.Errorf("%s: violations (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(tt.want, got); tt.want != nil && diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	for contentType, good := range map[string]bool{
		"application/x-www-form-urlencoded":                true,
		"application/x-www-form-urlencoded; charset=UTF-8": true,
		"Application/X-WWW-Form-URLEncoded":                true,
		"application/json":                                 false,
		"text/plain":                                       false,
		"":                                                 false,
		"application/x-www-form-urlencoded; charset": false,
		"not a type": false,
	} {
		got, violations, err := wire.Form(nil, post(contentType, "f=json"), 1000)
		if err != nil {
			t.Errorf("%q: %v", contentType, err)
		}
		want := map[bool]string{true: "form", false: "body"}[good]
		if diff := cmp.Diff([]contract.Value{{In: want, Name: "f", Text: "json"}}, got); diff != "" || good != (len(violations) == 0) {
			t.Errorf("%q: violations %v, values (-want +got):\n%s", contentType, violations, diff)
		}
		if !good && cmp.Diff([]string{"malformed header Content-Type"}, kinds(violations)) != "" {
			t.Errorf("%q: violations %v", contentType, violations)
		}
	}
	// Nothing needs no type: a POST with everything in the query.
	if got, violations, err := wire.Form(nil, post("", ""), 1000); got != nil || violations != nil || err != nil {
		t.Errorf("an empty body: %v, %v, %v", got, violations, err)
	}
}

func TestCodedBodyIsNotRead(t *testing.T) {
	t.Parallel()
	for coding, want := range map[string]string{
		"gzip": `the portal does not read a body in the coding "gzip"`, "BR, gzip": `the portal does not read a body in the coding "BR, gzip"`,
		strings.Repeat("x", 101): `the portal does not read a body in the coding "…"`, "identity": "", "": "",
	} {
		r := post("application/x-www-form-urlencoded", "f=json")
		r.Header.Set("Content-Encoding", coding)
		got, violations, err := wire.Form(nil, r, 1000)
		if err != nil {
			t.Errorf("%q: %v", coding, err)
		}
		switch {
		case want == "":
			comparePairs(t, coding, got, form("f", "json"))
		case got[0].In != "body" || len(violations) != 1 || violations[0].Message != want || violations[0].Name != "Content-Encoding":
			t.Errorf("%q: values %v, violations %v", coding, got, violations)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		size, limit int
		good        bool
	}{
		"small, at the limit":   {100, 100, true},
		"small, over the limit": {101, 100, false},
		"large, at the limit":   {100_000, 100_000, true},
		"large, over the limit": {100_001, 100_000, false},
	} {
		body := "a=" + strings.Repeat("x", tt.size-2)
		announced := post(urlencoded, body)
		chunked := post(urlencoded, body)
		chunked.ContentLength = -1
		for how, r := range map[string]*http.Request{"announced": announced, "chunked": chunked} {
			got, _, err := wire.Form(nil, r, int64(tt.limit))
			if tt.good && (err != nil || len(got) != 1 || len(got[0].Text) != tt.size-2) {
				t.Errorf("%s, %s: %d values, %v", name, how, len(got), err)
			}
			if !tt.good && !errors.Is(err, wire.ErrTooLarge) {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
	}
}

func TestBrokenBody(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{-1, 10} {
		r := post(urlencoded, "")
		r.Body, r.ContentLength = io.NopCloser(iotest.ErrReader(io.ErrClosedPipe)), length
		if _, _, err := wire.Form(nil, r, 1000); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("length %d: %v", length, err)
		}
	}
	short := post(urlencoded, "f=json")
	short.ContentLength = 100
	if got, _, err := wire.Form(nil, short, 1000); err == nil {
		t.Errorf("a body that ends early gives %v", got)
	}
}

// TestNoBody is a request as a handler sees it that is called without a server.
func TestNoBody(t *testing.T) {
	t.Parallel()
	if got, violations, err := wire.Form(
		nil, &http.Request{Method: http.MethodPost, ContentLength: -1}, 1000,
	); got != nil || violations != nil || err != nil {
		t.Errorf("got %v, %v, %v", got, violations, err)
	}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	all := append(values("path", "f", "from the path"), query("f", "json", "f", "html", "empty", "", "empty", "x")...)
	for name, want := range map[string]string{"f": "json", "empty": "", "F": "", "nobody": ""} {
		if got := wire.First(all, name); got != want {
			t.Errorf("First(%q) is %q, want %q", name, got, want)
		}
	}
}

// TestEncodedValuesSurvive writes values as net/url and mime/multipart do and reads them back.
func TestEncodedValuesSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want []contract.Value
		var raw []string
		for range rapid.IntRange(0, 8).Draw(t, "values") {
			name, text := rapid.String().Draw(t, "name"), rapid.String().Draw(t, "text")
			want = append(want, contract.Value{In: "form", Name: name, Text: text})
			raw = append(raw, url.QueryEscape(name)+"="+url.QueryEscape(text))
		}
		got, violations, err := wire.Form(nil, post(urlencoded, strings.Join(raw, "&")), 1<<20)
		if diff := cmp.Diff(want, got); diff != "" || len(violations) > 0 || err != nil {
			t.Fatalf("%v, %v (-want +got):\n%s", violations, err, diff)
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add(urlencoded, "f=json&a=%7B%7D&b=%zz")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\njson\r\n--x--\r\n")
	f.Add("text/plain", "x")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		const limit = 4096
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header = http.Header{"Content-Type": {contentType}}
		got, violations, err := wire.Form(nil, r, limit)
		if (err != nil) != (len(body) > limit) {
			t.Errorf("%d bytes: %v", len(body), err)
		}
		if err == nil && body != "" && contentType == urlencoded {
			pairs := strings.FieldsFunc(body, func(r rune) bool { return r == '&' })
			if len(got)+len(violations) != len(pairs) && len(pairs) <= 1000 {
				t.Errorf("%d pairs gave %d values and %d violations", len(pairs), len(got), len(violations))
			}
		}
		place := "form"
		if len(violations) > 0 && violations[0].In == "header" {
			place = "body"
		}
		if i := slices.IndexFunc(got, func(v contract.Value) bool { return v.In != place }); i >= 0 {
			t.Errorf("a value in %q, not in %q", got[i].In, place)
		}
	})
}
