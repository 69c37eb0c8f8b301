package journal_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

func TestCallAsJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2016, 7, 22, 16, 48, 37, 0, time.UTC)
	for _, tt := range []struct {
		name string
		call journal.Call
		want string
	}{
		{"empty", journal.Call{}, `{"number":0,"sandbox":"","scenario":"","seed":0,"operation":"","kind":"","method":"","path":"","member":"","params":{},"violations":[],"rule":"","fault":"","outcome":"","status":0,"errorCode":0,"evidence":"","reply":null,"time":"0001-01-01T00:00:00Z","portalTime":"0001-01-01T00:00:00Z","durationMicros":0}`},
		{"full", journal.Call{
			Number: 7, Sandbox: "s1", Scenario: "trial", Seed: 9, Operation: "provisionOrgEntitlements", Kind: openapi.Licensing, Method: "POST", Path: "/sharing/rest/x", Member: "admin",
			Params:     map[string]any{"f": []any{"json", "html"}, "token": "***", "orgEntitlements": map[string]any{"maxUsers": 10}},
			Violations: []openapi.Violation{{Kind: openapi.Repeated, In: "form", Name: "f", Pointer: "", Message: "m", Hint: "h", Allowed: "sent once"}},
			Rule:       "r", Fault: "reset", Outcome: journal.Fault, Status: 200, ErrorCode: 400, Evidence: openapi.Assumed,
			Reply: map[string]any{"error": nil}, ReplyTruncated: true, Time: at, PortalTime: at.Add(time.Second), DurationMicros: 12,
		}, `{"number":7,"sandbox":"s1","scenario":"trial","seed":9,"operation":"provisionOrgEntitlements","kind":"licensing","method":"POST","path":"/sharing/rest/x","member":"admin","params":{"f":["json","html"],"orgEntitlements":{"maxUsers":10},"token":"***"},"violations":[{"kind":"repeated","in":"form","name":"f","pointer":"","message":"m","hint":"h"}],"rule":"r","fault":"reset","outcome":"fault","status":200,"errorCode":400,"evidence":"assumed","reply":{"error":null},"replyTruncated":true,"time":"2016-07-22T16:48:37Z","portalTime":"2016-07-22T16:48:38Z","durationMicros":12}`},
	} {
		got, err := json.Marshal(tt.call)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if pointed, _ := json.Marshal(&tt.call); string(pointed) != string(got) {
			t.Errorf("%s: a pointer writes %s", tt.name, pointed)
		}
	}
}

func TestEmptyPageAsJSON(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(journal.New(0, 0).Find(journal.Query{}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"calls":[],"total":0,"next":0,"dropped":0,"complete":true}`, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCallFitsTheContract proves pages of full and of empty calls against the control API, and that it names every member.
func TestCallFitsTheContract(t *testing.T) {
	t.Parallel()
	j := journal.New(0, 0)
	j.Append(record(journal.Call{Kind: journal.KindUnknown, Outcome: journal.Error, Evidence: openapi.Assumed}))
	j.Append(journal.Record{
		Call: journal.Call{Kind: openapi.Licensing, Outcome: journal.OK, Evidence: openapi.Documented, Violations: []openapi.Violation{{Kind: openapi.Missing, In: "form", Name: "a"}}},
		Detail: func(c *journal.Call) {
			c.Params, c.Reply, c.ReplyTruncated = map[string]any{"a": "b"}, "text", true
		},
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
		if !strings.Contains(string(contract.Control().Document()), "\n        "+name+": ") {
			t.Errorf("the contract has no member %q", name)
		}
	}
}

func TestCallSurvivesJSON(t *testing.T) {
	t.Parallel()
	want := journal.Call{Number: 3, Outcome: journal.OK, Params: map[string]any{"a": "b"}, Violations: []openapi.Violation{}, Time: time.Unix(1, 0).UTC(), PortalTime: time.Unix(2, 0).UTC()}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got journal.Call
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
