package record_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// provisionRoute is a route of the contract that has a parameter of JSON.
func provisionRoute(t *testing.T) *contract.Route {
	t.Helper()
	o, ok := contract.BuiltIn().Operation("provisionOrgEntitlements")
	if !ok {
		t.Fatal("the contract does not have the operation")
	}
	return o.Routes[0]
}

// TestSent reads values back: by name, decoded where they are JSON, and one by one as they were sent.
func TestSent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason string
		value  string
		param  any    // as the contract knows it: of JSON
		shown  string // "": as it was sent
	}{
		{"a number keeps its digits", "1.50", json.Number("1.50"), ""},
		{"a number that no float64 holds", "[9007199254740993,1e-400]", []any{json.Number("9007199254740993"), json.Number("1e-400")}, ""},
		{"white space stays", `{ "b": 1,  "a": "<" }`, map[string]any{"b": json.Number("1"), "a": "<"}, ""},
		{"a text that is not JSON", "[object Object]", "[object Object]", ""},
		{"a quoted text", `"x"`, "x", ""},
		{"null", "null", nil, ""},
		{
			"a secret name", `{"maxUsers":9007199254740993, "password": "x"}`,
			map[string]any{"maxUsers": json.Number("9007199254740993"), "password": "***"},
			`{"maxUsers":9007199254740993,"password":"***"}`,
		},
		{
			"a secret name inside", `[{"a":{"client_secret":"<x>"}}]`,
			[]any{map[string]any{"a": map[string]any{"client_secret": "***"}}},
			`[{"a":{"client_secret":"***"}}]`,
		},
	} {
		j := record.New(0, 0)
		r := sent(contract.Value{In: "form", Name: "orgEntitlements", Text: tt.value})
		r.Sent.Route = provisionRoute(t)
		j.Append(r)
		call, _, _ := j.Get(1)
		shown := tt.shown
		if shown == "" {
			shown = tt.value
		}
		want := []journal.ParamIn{{In: "form", Name: "orgEntitlements", Value: shown}}
		if diff := cmp.Diff(want, call.ParamsIn); diff != "" {
			t.Errorf("%s: paramsIn (-want +got):\n%s", tt.reason, diff)
		}
		if diff := cmp.Diff(map[string]any{"orgEntitlements": tt.param}, call.Params); diff != "" {
			t.Errorf("%s: params (-want +got):\n%s", tt.reason, diff)
		}
	}
}

// TestSentInOrder: paramsIn has every value with its place, params has what is a parameter, and of a repeated name all
// values.
func TestSentInOrder(t *testing.T) {
	t.Parallel()
	values := []contract.Value{
		{In: "path", Name: "itemId", Text: "i"},
		{In: "query", Name: "z", Text: "1"},
		{In: "query", Name: "a", Text: "2"},
		{In: "form", Name: "z", Text: `{"b":1}`},
		{In: "form", Name: "z", Text: ""},
		{In: "header", Name: "Authorization", Text: "Bearer ***"},
		{In: "cookie", Name: "portaladmin_token", Text: "***"},
	}
	j := record.New(0, 0)
	j.Append(sent(values...))
	call, _, _ := j.Get(1)
	params := map[string]any{"itemId": "i", "z": journal.Repeated{"1", map[string]any{"b": json.Number("1")}, ""}, "a": "2"}
	if diff := cmp.Diff(params, call.Params); diff != "" {
		t.Errorf("params (-want +got):\n%s", diff)
	}
	want := make([]journal.ParamIn, len(values))
	for i, v := range values {
		want[i] = journal.ParamIn{In: v.In, Name: v.Name, Value: v.Text}
	}
	if diff := cmp.Diff(want, call.ParamsIn); diff != "" {
		t.Errorf("paramsIn (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"itemId": "i", "z": "1", "a": "2"}, record.Sent{Values: values}.First()); diff != "" {
		t.Errorf("the values that count (-want +got):\n%s", diff)
	}
}

// TestReply: a reply is decoded where it is JSON, and what stands under secret names in it is masked.
func TestReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reply string
		cut   bool
		want  any
	}{
		{"", false, nil},
		{"a text", false, "a text"},
		{`{"success":true,"token":"x"}`, false, map[string]any{"success": true, "token": "***"}},
		{`{"success":true}`, true, `{"success":true}`},
		{`{"succ`, true, `{"succ`},
	} {
		j := record.New(0, 0)
		j.Append(&record.Record{Call: journal.Call{ReplyTruncated: tt.cut}, Reply: tt.reply})
		call, _, _ := j.Get(1)
		if diff := cmp.Diff(tt.want, call.Reply); diff != "" {
			t.Errorf("%s, cut %t (-want +got):\n%s", tt.reply, tt.cut, diff)
		}
	}
}

func TestEmptyPageAsJSON(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(record.New(0, 0).Find(journal.Query{}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"calls":[],"total":0,"next":0,"dropped":0,"complete":true}`, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCallFitsTheContract proves pages of full and of empty calls against the control API, and that it names every
// member.
func TestCallFitsTheContract(t *testing.T) {
	t.Parallel()
	j := record.New(0, 0)
	j.Append(recordOf(journal.Call{Kind: journal.KindUnknown, Outcome: journal.Error, Evidence: openapi.Assumed}))
	j.Append(&record.Record{
		Call: journal.Call{
			Kind: openapi.Licensing, Outcome: journal.OK, Evidence: openapi.Documented, ReplyTruncated: true,
			Violations: []openapi.Violation{{Kind: openapi.Missing, In: "form", Name: "a"}},
		},
		Sent: record.Sent{Values: []contract.Value{{In: "header", Name: "Authorization", Text: "Bearer ***"}}}, Reply: "text",
	})
	body, err := json.Marshal(j.Find(journal.Query{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := contract.Control().ProveSchema("Calls", string(body)); err != nil {
		t.Error(err)
	}
	for i := range reflect.TypeFor[journal.Call]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[journal.Call]().Field(i).Tag.Get("json"), ",")
		if !strings.Contains(string(contract.Control().Document()), "\n        "+name+":") {
			t.Errorf("the contract has no member %q", name)
		}
	}
}
