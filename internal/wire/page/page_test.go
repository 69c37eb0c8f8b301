package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/wire/page"
)

func TestSameArgumentSameBytes(t *testing.T) {
	t.Parallel()
	for _, tt := range cases(t) {
		if diff := cmp.Diff(string(render(t, tt)), string(render(t, tt))); diff != "" {
			t.Errorf("%s (-first +second):\n%s", tt.name, diff)
		}
	}
}

func TestContentSecurityPolicyAllowsTheStyle(t *testing.T) {
	t.Parallel()
	html := string(render(t, cases(t)[0]))
	_, rest, _ := strings.Cut(html, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if got := strings.Split(page.ContentSecurityPolicy(), "; "); !slices.Contains(got, want) || got[0] != "default-src 'none'" {
		t.Errorf("got %q, want default-src 'none' first, and %s", got, want)
	}
}

func TestBodyThatIsNotJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"nothing":      "",
		"cut short":    `{"a":`,
		"trailing":     "{} x",
		"html":         "<html>",
		"10001 levels": strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var html bytes.Buffer
			errs := []error{page.Result(&html, page.ResultPage{Body: []byte(body)})}
			if body != "" {
				errs = append(errs, page.Directory(&html, page.DirectoryPage{Body: []byte(body)}))
			}
			for _, err := range errs {
				if got := fmt.Sprint(err); !strings.HasPrefix(got, "page: the body is not JSON: ") {
					t.Errorf("got error %q, want one that says that the body is not JSON", got)
				}
			}
			if html.Len() > 0 {
				t.Errorf("after the error there are %d bytes, want none", html.Len())
			}
		})
	}
}

// countingWriter counts its calls and returns err.
type countingWriter struct {
	calls int
	err   error
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.calls++
	return len(p), w.err
}

func TestPageIsWrittenAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range cases(t) {
		for _, want := range []error{nil, errors.New("connection reset")} {
			w := &countingWriter{err: want}
			if err := tt.write(w); !errors.Is(err, want) || w.calls != 1 {
				t.Errorf("%s: got %v after %d writes, want %v after one", tt.name, err, w.calls, want)
			}
		}
	}
}

func result(tb testing.TB, body string) ([]byte, outline) {
	tb.Helper()
	var html bytes.Buffer
	if err := page.Result(&html, page.ResultPage{Body: []byte(body)}); err != nil {
		tb.Fatal(err)
	}
	return html.Bytes(), read(tb, html.Bytes())
}

func TestDeepNestingBecomesText(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		_, page := result(t, strings.Repeat(pair[0], 40)+`"<i>"`+strings.Repeat(pair[1], 40))
		want := strings.Repeat(pair[0], 8) + `"<i>"` + strings.Repeat(pair[1], 8)
		if !slices.Contains(page.texts, want) {
			t.Errorf("40 levels of %s: the text %s is not there: %q", pair[0], want, page.texts)
		}
		html, _ := result(t, strings.Repeat(pair[0], 9_000)+"1"+strings.Repeat(pair[1], 9_000))
		if !bytes.Contains(html, []byte("cut here, ")) || len(html) > 64<<10 {
			t.Errorf("9,000 levels of %s: %d bytes, want a short page with a note", pair[0], len(html))
		}
	}
	if _, page := result(t, strings.Repeat("[", 32)+`"<i>", 1, {}`+strings.Repeat("]", 32)); !slices.Contains(page.texts, "<i>") {
		t.Errorf("a scalar at the last level is no raw text: %q", page.texts)
	}
}

func TestLongTextIsCut(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, shown, note string }{
		{"ascii", strings.Repeat("a", 8193), strings.Repeat("a", 8192), "… cut here, 8193 bytes in all"},
		{"between characters", "a" + strings.Repeat("€", 3000), "a" + strings.Repeat("€", 2730), "… cut here, 9001 bytes in all"},
		{"short enough", strings.Repeat("a", 8192), strings.Repeat("a", 8192), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, page := result(t, `"`+tt.text+`"`)
			if !slices.Contains(page.texts, tt.shown) {
				t.Error("the text is not cut where it should be")
			}
			if tt.note != "" != slices.ContainsFunc(page.texts, func(text string) bool { return strings.HasPrefix(text, "… cut") }) {
				t.Errorf("want the note %q", tt.note)
			}
			if tt.note != "" && !slices.Contains(page.texts, tt.note) {
				t.Errorf("want the note %q", tt.note)
			}
		})
	}
}

func TestHugeBodiesAreCounted(t *testing.T) {
	t.Parallel()
	unique := make([]string, 20_000)
	for i := range unique {
		unique[i] = fmt.Sprintf(`{"k%d":1}`, i)
	}
	tests := []struct {
		name, reason, body, note string
		elements                 map[string]int
	}{
		{
			"scalars", "the list itself is one of 10,000 values",
			"[1" + strings.Repeat(",1", 19_999) + "]", "… and 10001 more, only in the JSON format",
			map[string]int{"li": 9_999},
		},
		{
			"rows", "the row at the end of the page is left out as a whole: 1 + 2,499 × 4 values, and 3 that would fit",
			`[{"a":1,"b":2,"c":3}` + strings.Repeat(`,{"a":1,"b":2,"c":3}`, 4_999) + "]",
			"… and 2501 more, only in the JSON format",
			map[string]int{"td": 7_497},
		},
		{
			"only row", "it cannot be left out, and a table would hide that it is cut",
			`{"x":[1` + strings.Repeat(",1", 9_994) + `],"y":[{"a":1,"b":2,"c":3}]}`,
			"… and 2 more, only in the JSON format",
			map[string]int{"td": 0, "dt": 3},
		},
		{
			"columns", "a table of as many columns as rows would have 100 million cells",
			"[" + strings.Join(unique, ",") + "]", "… and 15000 more, only in the JSON format",
			map[string]int{"td": 0, "dt": 4_999},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			html, page := result(t, tt.body)
			got := map[string]int{}
			for name := range tt.elements {
				got[name] = page.named(name)
			}
			if diff := cmp.Diff(tt.elements, got); diff != "" {
				t.Errorf("%s: elements (-want +got):\n%s", tt.reason, diff)
			}
			if !slices.Contains(page.texts, tt.note) || len(html) > 2<<20 {
				t.Errorf("%s: want the note %q and at most 2 MiB, got %d bytes", tt.reason, tt.note, len(html))
			}
		})
	}
}

// named counts the elements of a name.
func (o outline) named(name string) (n int) {
	for _, e := range o.elements {
		if e.name == name {
			n++
		}
	}
	return n
}

func FuzzResult(f *testing.F) {
	for _, name := range []string{"provision.json", "future-license.json", "everything.json"} {
		f.Add(body(f, name))
	}
	for _, seed := range []string{
		"null", `"<script>"`, `{"a\"onclick=\"b":"</code>"}`, `[[[]],{}]`, `[{"a":[1]},{"b":"<td>"}]`, `{"endDate":-1}`,
		"\"\xff\u2028\ufffe\"", `"\ud800"`, strings.Repeat("[", 33) + "\"<\xff\"" + strings.Repeat("]", 33), `{"<b>":{"<i>":"&lt;"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var html bytes.Buffer
		err := page.Result(&html, page.ResultPage{Body: body})
		if valid := json.Valid(body); valid != (err == nil) {
			t.Fatalf("valid JSON: %v, yet the error is %v", valid, err)
		}
		if err != nil {
			if html.Len() > 0 {
				t.Fatalf("after the error %v there are %d bytes", err, html.Len())
			}
			return
		}
		page := read(t, html.Bytes())
		if len(body) < 10_000 { // so that nothing is cut
			checkTexts(t, body, page)
		}
	})
}

// checkTexts fails if a key, string or number of the body is not the whole text between two tags.
func checkTexts(t *testing.T, body []byte, page outline) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	walk(value, 0, func(text string) {
		if !slices.Contains(page.texts, text) {
			t.Errorf("%q is not shown as one text", text)
		}
	})
}

// walk calls visit for every text that a page must show unchanged.
func walk(value any, depth int, visit func(string)) {
	if depth >= 32 {
		return
	}
	show := func(text string) {
		odd := func(r rune) bool {
			return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef
		}
		if text != "" && len(text) <= 8192 && !strings.ContainsFunc(text, odd) {
			visit(text)
		}
	}
	switch v := value.(type) {
	case map[string]any:
		for key, entry := range v {
			show(key)
			walk(entry, depth+1, visit)
		}
	case []any:
		for _, entry := range v {
			walk(entry, depth+1, visit)
		}
	case json.Number:
		show(v.String())
	case string:
		show(v)
	}
}

// TestOAuthDataIsTheFirstLineWithBraces holds what the ArcGIS API for Python reads: the first {...} that stands on one line, up to the last
// brace of that line, is a JSON object with oauth_state.
func TestOAuthDataIsTheFirstLineWithBraces(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	want := page.OAuthInfo{OAuthState: "c3RhdGU", ClientID: "app", AppTitle: "</script>{'", Code: "OAUTH_0015", Messages: []string{"Invalid username or password."}}
	if err := page.OAuth(&b, page.OAuthPage{Head: page.Head{Directory: "ArcGIS Portal Directory"}, Info: want}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		open, end := strings.Index(line, "{"), strings.LastIndex(line, "}")
		if open < 0 || end < open {
			continue
		}
		var got page.OAuthInfo
		if err := json.Unmarshal([]byte(line[open:end+1]), &got); err != nil {
			t.Fatalf("the first line with braces is %q: %v", line, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		return
	}
	t.Fatal("no line has braces")
}

func TestFormTarget(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://app.example.com:8443/cb?x=y": "https://app.example.com:8443",
		"my-app:/auth":                        "my-app:",
		"urn:ietf:wg:oauth:2.0:oob":           "",
		"/relative":                           "",
		"%zz":                                 "",
	} {
		if got := page.FormTarget(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	if policy := page.ContentSecurityPolicy("https://app.example.com"); !strings.Contains(policy, "form-action 'self' https://app.example.com;") {
		t.Errorf("the policy is %q", policy)
	}
}
