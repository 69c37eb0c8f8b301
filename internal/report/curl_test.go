package report_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

func TestCurl(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for _, tt := range []struct {
		name string
		call journal.Call
	}{
		{"provision", provision()},
		{"a token in a header", license()},
		{"sign in", journal.Call{
			Method: "POST", Path: "/sharing/rest/generateToken", Operation: "generateToken", Kind: openapi.Support,
			ParamsIn: values("form", "username", "o'neil", "password", "***", "client", "referer", "referer", "http://x/\n$HOME"),
		}},
		{"other secrets, some misspelt", journal.Call{
			Method: "POST", Path: "/sharing/rest/oauth2/token/", Operation: "oauthToken", Kind: openapi.Support,
			ParamsIn: values("form", "client_id", "app", "clientSecret", "***", "refresh_token", "***", "code-verifier", "***", "Tokn", "***",
				"AUTH_TOKEN", "***", "redirect", "x?code=***", "", "***", "a\nb", "x ***"),
		}},
		{"a token in the query of a POST", with(provision(), func(c *journal.Call) { c.ParamsIn[4].In = "query" })},
		{"a token in a cookie", with(license(), func(c *journal.Call) { c.ParamsIn = values("cookie", "portaladmin_token", "***") })},
		{"a name in query and form, with values in their order", with(provision(), func(c *journal.Call) {
			c.ParamsIn = append(values("query", "f", "html", "a", "1", "f", ""), values("form", "f", "json", "a", "2")...)
		})},
		{"odd names", with(license(), func(c *journal.Call) {
			c.Member, c.ParamsIn = "", values("query", "", "empty", "a=b", "=", "@x", "@y", "-z", "-", "n", "zero\x00byte")
		})},
		{"a form that was not read", journal.Call{
			Method: "POST", Path: "/portal/sharing/rest/a/../***", Kind: journal.KindUnknown,
			ParamsIn: values("body", "", `{"a":1}`),
			Violations: []openapi.Violation{
				{Kind: openapi.Malformed, In: "header", Name: "Content-Type"}, {Kind: openapi.Malformed, In: "form", Name: "x\ny"},
			},
		}},
		{"a value that was not read, and a header without a scheme", journal.Call{
			Method: "POST", Path: "/sharing/rest/generateToken", Operation: "generateToken", Kind: openapi.Support,
			Violations: []openapi.Violation{
				{Kind: openapi.Malformed, In: "body", Name: "*"}, {Kind: openapi.Malformed, In: "header", Name: "Authorization"},
			},
		}},
		{"a body that was too large", journal.Call{
			Method: "POST", Path: "/sharing/rest/generateToken", Operation: "generateToken", Kind: openapi.Support,
			Status: http.StatusRequestEntityTooLarge,
		}},
		{"a path that curl would shorten", with(license(), func(c *journal.Call) { c.Path += "/.." })},
		{"HEAD", with(license(), func(c *journal.Call) { c.Method = "HEAD" })},
		{"DELETE", with(license(), func(c *journal.Call) { c.Method = "DELETE" })},
		{"bytes that are no text, as JSON has them", journal.Call{
			Method: "POST", Path: "/sharing/rest/generateToken", Operation: "generateToken", Kind: openapi.Support,
			ParamsIn: []journal.ParamIn{{In: "form", Name: "username", Value: "Jos\ufffd", Bytes: []byte("Jos\xe9")}},
		}},
		{"GET without anything", journal.Call{Method: "GET", Path: "/portal/sharing/rest", Operation: "sharingRoot", Kind: openapi.Support}},
	} {
		command, err := report.Curl(tt.call, root)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "--- %s\n%s", tt.name, command)
	}
	golden(t, "curl.txt", out.Bytes())
}

func TestCurlRefusesWhatNoCommandLineTakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		bytes   int
		refused bool
	}{{"100 KiB", 100 << 10, false}, {"128 KiB", 128 << 10, true}} {
		call := with(provision(), func(c *journal.Call) { c.ParamsIn[2].Value = strings.Repeat("x", tt.bytes) })
		command, err := report.Curl(call, root)
		if (err != nil) != tt.refused {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err == nil {
			arguments(t, command)
		}
	}
}

// arguments returns what a shell gives to curl.
func arguments(t interface {
	Helper()
	Fatalf(string, ...any)
}, command string,
) []string {
	t.Helper()
	script := exec.Command("sh", "-eu")
	script.Env = []string{"PATH=/bin:/usr/bin", "MOCKPORTAL_TOKEN=the token", "MOCKPORTAL_PASSWORD=the password"}
	script.Stdin = strings.NewReader("curl() { printf '%s\\0' \"$@\"; }\n" + command)
	var complaints bytes.Buffer
	script.Stderr = &complaints
	out, err := script.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%v: %s\n%s", err, complaints.String(), command)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// TestCurlSurvivesTheShell reads the arguments back out of a shell, for names and values of any bytes.
func TestCurlSurvivesTheShell(t *testing.T) {
	t.Parallel()
	places := map[string][]string{"GET": {"query"}, "POST": {"form", "query"}}
	rapid.Check(t, func(t *rapid.T) {
		params := rapid.MapOfN(nasty(), nasty(), 1, 4).Draw(t, "params")
		call := journal.Call{
			Method: rapid.SampledFrom([]string{"GET", "POST"}).Draw(t, "method"), Path: "/" + nasty().Draw(t, "path"), Kind: journal.KindUnknown,
		}
		for name, value := range params {
			call.ParamsIn = append(call.ParamsIn, values(rapid.SampledFrom(places[call.Method]).Draw(t, "place"), name, value)...)
		}
		call.ParamsIn = append(call.ParamsIn, values(places[call.Method][0], "token", "***", "password", "***")...)
		params["token"], params["password"] = "the token", "the password"
		command, err := report.Curl(call, root)
		if err != nil {
			t.Fatal(err)
		}
		args := arguments(t, command)
		path, got := received(t, args)
		if diff := cmp.Diff(params, got); diff != "" || path != call.Path {
			t.Errorf("(-sent +received):\n%s\npath %q, want %q\n%s", diff, path, call.Path, command)
		}
		if get := call.Method == http.MethodGet && !slices.Contains(args, "--path-as-is"); slices.Contains(args, "--get") != get {
			t.Errorf("%s: %q", call.Method, args)
		}
	})
}

// received does what curl does with its arguments: it escapes what stands behind the first "=" of --data-urlencode.
func received(t *rapid.T, args []string) (path string, params map[string]string) {
	u, err := url.Parse(args[slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, root) })])
	if err != nil {
		t.Fatal(err)
	}
	params = map[string]string{}
	for name, values := range u.Query() {
		params[name] = values[0]
	}
	for i, arg := range args[1:] {
		if option := args[i]; option == "--data-urlencode" || option == "--data-raw" {
			name, value := pair(t, option, arg)
			params[name] = value
		}
	}
	return u.Path, params
}

func pair(t *rapid.T, option, arg string) (name, value string) {
	name, value, found := strings.Cut(arg, "=")
	if !found || name == "" && option == "--data-urlencode" {
		t.Fatalf("curl reads %q in another way", arg)
	}
	name, err := url.QueryUnescape(name)
	if option == "--data-raw" && err == nil {
		value, err = url.QueryUnescape(value)
	}
	if err != nil {
		t.Fatalf("%q: %v", arg, err)
	}
	return name, value
}
