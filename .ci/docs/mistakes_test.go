package docs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// calls makes the mistakes of the first table of docs/mistakes.md, by its first column.
var calls = map[string]string{
	"`purchaserOrgID` for `purchaserOrgId`":            `ask $provision -d $form -d purchaserOrgID=$buyer -d $entitlements`,
	"`purchaserSubscriptionID`, which may be left out": `ask $provision $good -d purchaserSubscriptionID=1`,
	"`maxUsrs` inside `orgEntitlements`":               `ask $provision -d $form -d purchaserOrgId=$buyer -d ${entitlements/maxUsers/maxUsrs}`,
	"`TOKEN=…` for `token=…`":                          `ask "$license?f=json&TOKEN=admin-token"`,
	"`tokn=…`":                                         `ask "$license?f=json&tokn=admin-token"`,
	"`access_token=…`":                                 `ask "$license?f=json&access_token=admin-token"`,
	"a token with a broken escape: `admin%2-token`":    `ask "$license?f=json&token=admin%2-token"`,
	"`Authorization: admin-token`":                     `ask "$license?f=json" -H 'Authorization: admin-token'`,
	"a body of JSON":                                   `ask $provision -H 'Content-Type: application/json' -d '{"token":"admin-token"}'`,
	"a body of plain text":                             `ask $provision -H 'Content-Type: text/plain' -d 'token=admin-token'`,
	"a compressed body (`Content-Encoding: gzip`)":     `ask $provision $good -H 'Content-Encoding: gzip'`,
	"`/portaladmin/getFutureLicense`":                  `ask "$MOCKPORTAL_URL/portaladmin/getFutureLicense?$form"`,
	"`/portal/admin/license/getFutureLicense`":         `ask "$MOCKPORTAL_URL/portal/admin/license/getFutureLicense?$form"`,
	"`content/items/…/provisionOrgEntitlements`":       `ask ${provision/listings/items} $good`,
	"`content/listing/…/provisionOrgEntitlements`":     `ask ${provision/listings/listing} $good`,
	"POST to `getFutureLicense`":                       `ask $license -d $form`,
	"GET of `provisionOrgEntitlements`":                `ask -G $provision $good`,
	"`f=json` is forgotten":                            `ask "$license?token=admin-token"`,
	"no token at all":                                  `ask "$license?f=json"`,
}

const asking = `set -eu
license=$MOCKPORTAL_URL/portal/portaladmin/license/getFutureLicense
provision=$MOCKPORTAL_URL/portal/sharing/rest/content/listings/` + mock.ItemID + `/provisionOrgEntitlements
form='f=json&token=admin-token'
buyer=` + mock.PurchaserOrgID + `
entitlements='orgEntitlements={"maxUsers":1,"entitlements":{}}'
good="-d $form -d purchaserOrgId=$buyer -d $entitlements"
ask() { curl --globoff --silent --show-error --noproxy '*' --max-time 10 --include "$@"; }
`

// TestMistakesOfAClient makes each mistake once in a Go test and once beside mockportal run, and compares what comes with its row.
func TestMistakesOfAClient(t *testing.T) {
	bin := program(t)
	for _, row := range rows(t, "mistakes of a client", len(calls)) {
		t.Run(row[0], func(t *testing.T) { same(t, row, seen(t, bin, row[0], row[2])) })
	}
}

// seen makes a mistake and returns its row.
func seen(t *testing.T, bin, mistake, adds string) []string {
	t.Helper()
	if calls[mistake] == "" {
		t.Fatal("nobody makes this mistake")
	}
	told, test := quoted(adds), &reader{}
	portal := mock.NewServer(test)
	answer, _ := shell(t, bin, "MOCKPORTAL_URL="+portal.URL+"\n"+asking+calls[mistake])
	listed, code := shell(t, bin, "mockportal calls --url "+portal.URL)
	call := portal.Calls()[0]
	ran, exit := shell(t, bin, "mockportal run --log-level info -- bash -c '"+strings.ReplaceAll(asking+calls[mistake], "'", `'\''`)+"'")

	row := []string{mistake, answered(call, answer), adds, test.end(told), none, none, none}
	if strings.Contains(answer, "Mockportal-Violations: ") || strings.Contains(answer, "Mockportal-Note: ") {
		row[4] = "header"
	}
	if told.MatchString(fmt.Sprint(call.Note, call.Violations)) {
		row[4] += ", journal"
	}
	if exit != 0 && told.MatchString(ran) {
		row[5] = fmt.Sprintf("`run` %d", exit)
	} else if told.MatchString(listed) {
		row[5] = fmt.Sprintf("`calls` %d", code)
	}
	for line := range strings.Lines(ran) {
		if level := logged.FindStringSubmatch(line); level != nil && told.MatchString(line) {
			row[6] = strings.ToLower(level[1])
		}
	}
	return row
}

var logged = regexp.MustCompile(`level=(\w+) msg=call`)

// answered is what the portal answered, in the words of the table.
func answered(call journal.Call, answer string) string {
	said := string(call.Outcome)
	if call.ErrorCode != 0 {
		said += fmt.Sprint(" ", call.ErrorCode)
	}
	if strings.Contains(answer, "Content-Type: text/html") {
		said += ", as a page"
	}
	return said
}

// none is the cell of a channel that says nothing.
const none = "–"

// rows returns the rows of the table of docs/mistakes.md that stands under a comment.
func rows(t *testing.T, name string, number int) [][]string {
	t.Helper()
	page, err := os.ReadFile(root + "/docs/mistakes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "<!-- "+name+" -->\n")
	table, _, _ = strings.Cut(table, "\n\n")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if !found || len(lines) != number+2 {
		t.Fatalf("the table has %d rows, and the test makes %d mistakes", len(lines)-2, number)
	}
	var all [][]string
	for _, line := range lines[2:] {
		all = append(all, strings.Split(strings.Trim(line, "| "), " | "))
	}
	return all
}

// quoted returns what matches the text between the backquotes of a cell. Without backquotes it matches no text.
func quoted(cell string) *regexp.Regexp {
	match := backquote.FindStringSubmatch(cell)
	if match == nil {
		return regexp.MustCompile(`[^\s\S]`)
	}
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(match[1]), "…", ".*"))
}

func same(t *testing.T, row, got []string) {
	t.Helper()
	if !slices.Equal(row, got) {
		t.Errorf("the page has\n| %s |\nbut what came is\n| %s |", strings.Join(row, " | "), strings.Join(got, " | "))
	}
}

// program builds mockportal and returns its folder.
func program(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", bin+"/", "./cmd/mockportal")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// shell runs a text with mockportal on the PATH, and returns its output without the backslashes before quotes, and its exit code.
func shell(t *testing.T, bin, text string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), blockTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Env = append(environment(), "PATH="+bin+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(out), `\"`, `"`), cmd.ProcessState.ExitCode()
}

// A reader is a failed test of Go that remembers what it was told.
type reader struct {
	errors, logs []string
	cleanups     []func()
}

func (*reader) Helper()                        {}
func (*reader) Failed() bool                   { return true }
func (r *reader) Cleanup(f func())             { r.cleanups = append(r.cleanups, f) }
func (r *reader) Logf(format string, a ...any) { r.logs = append(r.logs, fmt.Sprintf(format, a...)) }

func (r *reader) Errorf(format string, a ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, a...))
}

func (r *reader) Fatalf(format string, a ...any) {
	r.Errorf(format, a...)
	runtime.Goexit()
}

// end ends the test, and says where it was told something.
func (r *reader) end(told *regexp.Regexp) string {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
	switch {
	case told.MatchString(strings.Join(r.errors, "\n")):
		return "fails"
	case told.MatchString(strings.Join(r.logs, "\n")):
		return "note"
	}
	return none
}
