package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
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
	if got := strings.Split(page.ContentSecurityPolicy(""), "; "); !slices.Contains(got, want) || got[0] != "default-src 'none'" {
		t.Errorf("got %q, want default-src 'none' first, and %s", got, want)
	}
}

// TestLongWordsBreak proves that a long name breaks wherever it stands, also in a flex item, so that no page scrolls sideways. A time of
// day is the only text that stays on one line, and it is short.
func TestLongWordsBreak(t *testing.T) {
	t.Parallel()
	style, err := os.ReadFile("templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rule := range strings.SplitSeq(string(style), "\n") {
		selector, declarations, _ := strings.Cut(rule, " { ")
		for declaration := range strings.SplitSeq(declarations, "; ") {
			if strings.Contains(declaration, "wrap: anywhere") || strings.Contains(declaration, "nowrap") || strings.Contains(declaration, "word") {
				got = append(got, selector+" "+strings.TrimSuffix(declaration, "; }"))
			}
		}
	}
	if diff := cmp.Diff([]string{"body overflow-wrap: anywhere", "time white-space: nowrap"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
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
			err := page.Result(&html, page.ResultPage{Body: []byte(body)})
			if got := fmt.Sprint(err); !strings.HasPrefix(got, "page: the body is not JSON: ") {
				t.Errorf("got error %q, want one that says that the body is not JSON", got)
			}
			if html.Len() > 0 {
				t.Errorf("after the error there are %d bytes, want none", html.Len())
			}
		})
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

func TestDeepNestingIsShown(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		_, page := result(t, strings.Repeat(pair[0], 9_000)+`"<i>"`+strings.Repeat(pair[1], 9_000))
		if !slices.Contains(page.texts, "<i>") {
			t.Errorf("9,000 levels of %s: the text inside is not shown", pair[0])
		}
	}
}

func TestNumbersThatAreDates(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`{"startDate":1469206117250}`:   "2016-07-22T16:48:37.25Z",
		`{"entitlementsModified":0}`:    "1970-01-01T00:00:00Z",
		`{"endDate":-1}`:                "",
		`{"startDate":1e3}`:             "",
		`{"maxUsers":1469206117250}`:    "",
		`{"startDate":[1469206117250]}`: "",
		`{"startDate":"1469206117250"}`: "",
	}
	for body, want := range tests {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			_, page := result(t, body)
			at := slices.IndexFunc(page.elements, func(e element) bool { return e.name == "time" })
			got := ""
			if at >= 0 {
				got = page.elements[at].attr["datetime"]
			}
			if got != want || want != "" && !slices.Contains(page.texts, want) {
				t.Errorf("got the date %q, want %q, as text too", got, want)
			}
		})
	}
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
		checkTexts(t, body, read(t, html.Bytes()))
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
	walk(value, func(text string) {
		if !slices.Contains(page.texts, text) {
			t.Errorf("%q is not shown as one text", text)
		}
	})
}

// walk calls visit for every text that a page must show unchanged.
func walk(value any, visit func(string)) {
	show := func(text string) {
		odd := func(r rune) bool {
			return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef
		}
		if text != "" && !strings.ContainsFunc(text, odd) {
			visit(text)
		}
	}
	switch v := value.(type) {
	case map[string]any:
		for key, entry := range v {
			show(key)
			walk(entry, visit)
		}
	case []any:
		for _, entry := range v {
			walk(entry, visit)
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
	want := page.OAuthInfo{
		OAuthState: "c3RhdGU", ClientID: "app", AppTitle: "</script>{'", Code: "OAUTH_0015",
		Messages: []string{"Invalid username or password."},
	}
	if err := page.SignIn(&b, page.SignInPage{Head: page.Head{Directory: "ArcGIS Portal Directory"}, OAuth: &want}); err != nil {
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

func TestContentSecurityPolicyAllowsTheRedirect(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://app.example.com:8443/cb?x=y": " https://app.example.com:8443",
		"my-app:/auth":                        " my-app:",
		"urn:ietf:wg:oauth:2.0:oob":           "",
		"/relative":                           "",
		"%zz":                                 "",
	} {
		if policy := page.ContentSecurityPolicy(address); !strings.Contains(policy, "form-action 'self'"+want+";") {
			t.Errorf("%s: the policy is %q, want 'self'%s", address, policy, want)
		}
	}
}
