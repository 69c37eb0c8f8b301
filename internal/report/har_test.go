package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// everything is a page with each kind of call that is written differently.
func everything() journal.Page {
	repeated := openapi.Violation{
		Kind: openapi.Repeated, In: "form", Name: "purchaserOrgId",
		Message: "was sent more than once; the first value counts", Hint: "send it once",
	}
	calls := []journal.Call{
		provision(),
		license(),
		with(provision(), func(c *journal.Call) {
			c.ParamsIn = append(c.ParamsIn, values(
				"form", "purchaserOrgId", "a&b", "spare", `["x",1]`, "purchaserOrgId", "c d", "purchaserOrgId", "",
			)...)
			c.Violations, c.Outcome, c.ErrorCode, c.Rule = []openapi.Violation{repeated}, journal.Error, 400, "too-late"
			c.Reply = map[string]any{"error": map[string]any{"code": 400.0, "details": []any{}}}
		}),
		with(license(), func(c *journal.Call) {
			c.Outcome, c.Fault, c.Rule, c.Member = journal.Fault, "reset", "chaos", ""
		}),
		with(provision(), func(c *journal.Call) { c.Reply, c.ReplyTruncated = `{"cut":`, true }),
		with(provision(), func(c *journal.Call) {
			c.Operation, c.Kind, c.Method, c.Reply = "", openapi.Support, "GET", nil
			c.ParamsIn = append(values("path", "itemId", item), values("query", "f", "html")...)
		}),
		{
			Method: "GET", Path: "/a b/ü?", Kind: journal.KindUnknown, Outcome: journal.Error, Status: 200, ErrorCode: 400,
			ParamsIn: values("query", "q", "\x00é\xff"), Reply: "a\x1btext", Time: at, DurationMicros: -5,
		},
		with(provision(), func(c *journal.Call) {
			c.ParamsIn = append(values("query", "orgEntitlements", "[]"), values(
				"form", "orgEntitlements", "no JSON", "orgEntitlements", `"no object"`,
			)...)
		}),
		{
			Method: "POST", Path: "/elsewhere/sharing/rest/portals/self", Kind: journal.KindUnknown, Outcome: journal.Error, Status: 200,
			ErrorCode: 400, ParamsIn: values("cookie", "portaladmin_token", "***"), Time: at,
		},
		{
			Method: "POST", Path: "/portal/sharing/rest", Operation: "sharingRoot",
			Kind: openapi.Support, Outcome: journal.OK, Status: 200, Time: at,
			Note: "answered as html: f was not sent",
		},
		with(provision(), func(c *journal.Call) { c.ParamsIn = values("body", "", `{"a":1}`) }),
		with(provision(), func(c *journal.Call) { c.ParamsIn = values("body", "a", "{ }", "b", "2") }),
	}
	for i := range calls {
		calls[i].Number = i + 4
	}
	return journal.Page{Calls: calls, Total: len(calls), Next: 11, Dropped: 3}
}

func TestHAR(t *testing.T) {
	t.Parallel()
	golden(t, "calls.har", written(t, func(out *bytes.Buffer) error {
		return report.HAR(out, everything(), root, "1.2.3")
	}))
}

// TestHARAfterATrip writes the same file from calls that came over HTTP.
func TestHARAfterATrip(t *testing.T) {
	t.Parallel()
	page := everything()
	page.Calls[6].ParamsIn[0].Value = "text" // JSON has no other bytes than those of UTF-8
	var here, there bytes.Buffer
	if err := report.HAR(&here, page, root, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	for i := range page.Calls {
		page.Calls[i] = trip(t, page.Calls[i])
	}
	if err := report.HAR(&there, page, root, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(here.String(), there.String()); diff != "" {
		t.Errorf("(-here +there):\n%s", diff)
	}
}

type tester interface {
	Helper()
	Fatal(...any)
}

// trip returns a call as a client of the control API reads it.
func trip(t tester, call journal.Call) (read journal.Call) {
	t.Helper()
	text, err := json.Marshal(call)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func TestHARSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		page journal.Page
		want string
	}{
		{"nothing", journal.Page{Complete: true}, "rebuilt from mockportal's journal: "},
		{"dropped", journal.Page{Dropped: 2}, "2 calls were dropped before they could be written: the journal is bounded; "},
	} {
		var out bytes.Buffer
		if err := report.HAR(&out, tt.page, root, "1.2.3"); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Log struct {
				Comment string
				Entries []any
			}
		}
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(got.Log.Comment, tt.want) || got.Log.Entries == nil {
			t.Errorf("%s: comment %q, want %q; entries %v", tt.name, got.Log.Comment, tt.want, got.Log.Entries)
		}
	}
}

// TestHARKeepsTheOrder proves that the parameters stand in the order in which they were sent, the query's and the form's apart.
func TestHARKeepsTheOrder(t *testing.T) {
	t.Parallel()
	page := journal.Page{Complete: true, Calls: []journal.Call{with(provision(), func(c *journal.Call) {
		c.ParamsIn = append(values("query", "z", "1", "f", "json", "a", "2"), values("form", "y", "3", "token", "***", "b", "4", "y", "5")...)
	})}}
	har := string(written(t, func(out *bytes.Buffer) error { return report.HAR(out, page, root, "1.2.3") }))
	for _, want := range []string{`?z=1&f=json&a=2"`, `"text": "y=3&token=%2A%2A%2A&b=4&y=5"`} {
		if !strings.Contains(har, want) {
			t.Errorf("no %s in:\n%s", want, har)
		}
	}
}

func TestHARTellsWhatTheWriterSays(t *testing.T) {
	t.Parallel()
	want := errors.New("full")
	if err := report.HAR(&failing{want}, everything(), root, "1.2.3"); !errors.Is(err, want) {
		t.Error(err)
	}
}
