package journal_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		{"full", journal.Call{
			Number: 7, Sandbox: "s1", Scenario: "trial", Seed: 9, Operation: "provisionOrgEntitlements",
			Kind: openapi.Licensing, Method: "POST", Path: "/sharing/rest/x", Member: "admin",
			Params:   map[string]any{"f": []any{"json", "html"}, "token": "***", "orgEntitlements": map[string]any{"maxUsers": 10}},
			ParamsIn: []journal.ParamIn{{In: "query", Name: "f", Value: "json"}},
			Violations: []openapi.Violation{
				{Kind: openapi.Repeated, In: "form", Name: "f", Pointer: "", Message: "m", Hint: "h", Allowed: "sent once"},
			},
			Note: "n", Rule: "r", Fault: "reset", Outcome: journal.Fault, Status: 200, ErrorCode: 400, Evidence: openapi.Assumed,
			Reply: map[string]any{"error": nil}, ReplyTruncated: true, Time: at, PortalTime: at.Add(time.Second), DurationMicros: 12,
		}, `{"number":7,"sandbox":"s1","scenario":"trial","seed":9,` +
			`"operation":"provisionOrgEntitlements","kind":"licensing","method":"POST","path":"/sharing/rest/x","member":"admin",` +
			`"params":{"f":["json","html"],"orgEntitlements":{"maxUsers":10},"token":"***"},"paramsIn":[{"in":"query","name":"f","value":"json"}],` +
			`"violations":[{"kind":"repeated","in":"form","name":"f","pointer":"","message":"m","hint":"h"}],` +
			`"note":"n","rule":"r","fault":"reset","outcome":"fault","status":200,"errorCode":400,` +
			`"evidence":"assumed","reply":{"error":null},"replyTruncated":true,` +
			`"time":"2016-07-22T16:48:37Z","portalTime":"2016-07-22T16:48:38Z","durationMicros":12}`},
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

func TestCallSurvivesJSON(t *testing.T) {
	t.Parallel()
	want := journal.Call{
		Number: 3, Outcome: journal.OK, Params: map[string]any{"a": "b"},
		ParamsIn: []journal.ParamIn{{In: "form", Name: "a", Value: "b"}}, Violations: []openapi.Violation{},
		Time: time.Unix(1, 0).UTC(), PortalTime: time.Unix(2, 0).UTC(),
	}
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
