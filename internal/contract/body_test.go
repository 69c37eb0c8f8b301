package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
)

// TestCheckBody records the violations of JSON bodies in a golden file.
func TestCheckBody(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, tt := range []struct{ name, operation, body string }{
		{"a name", "createSandbox", `{"scenario":"trial"}`},
		{"a document", "createSandbox", `{"scenario":{"format":1}}`},
		{"everything", "createSandbox", `{"scenario":"trial","id":"a-1","clock":"wall","seed":18446744073709551615,"rules":[{}]}`},
		{"nothing", "createSandbox", ""},
		{"blanks", "createSandbox", " \n"},
		{"not JSON", "createSandbox", "scenario=trial"},
		{"cut off", "createSandbox", `{"scenario":"trial"`},
		{"trailing text", "createSandbox", `{"scenario":"trial"} x`},
		{"null", "createSandbox", "null"},
		{"a list", "createSandbox", "[]"},
		{"empty", "createSandbox", "{}"},
		{"duplicate key", "createSandbox", `{"scenario":"a","scenario":"b"}`},
		{"misspelt key", "createSandbox", `{"Scenario":"trial"}`},
		{"empty name", "createSandbox", `{"scenario":""}`},
		{"everything wrong", "createSandbox", `{"scenario":null,"id":"A","clock":1,"seed":1.0,"rules":7,"more":true}`},
		{"seed as text", "createSandbox", `{"scenario":"a","seed":"1"}`},
		{"a secret is not repeated", "createSandbox", `{"scenario":["hunter2"],"id":"hunter2 ","token":"hunter2"}`},
		{"one rule", "addRules", "{}"},
		{"rules", "addRules", "[{},{}]"},
		{"rules that are not objects", "addRules", `[{},"x"]`},
		{"one change", "changeClock", `{"mode":"wall"}`},
		{"no change", "changeClock", "{}"},
		{"two changes", "changeClock", `{"mode":"wall","advance":"1s"}`},
		{"a change and something else", "changeClock", `{"mode":"wall","advanced":"1s"}`},
		{"not a time", "changeClock", `{"at":"tomorrow"}`},
		{"a time as a number", "changeClock", `{"at":1469206117000}`},
		{"not a mode", "changeClock", `{"mode":"frosen"}`},
		{"no body allowed, an empty object sent", "resetSandbox", " {\n}"},
		{"no body allowed, an object sent", "resetSandbox", `{"a":1}`},
		{"a form instead of a JSON body", "provisionOrgEntitlements", "f=json"},
	} {
		fmt.Fprintf(&b, "## %s: %s\n", tt.operation, tt.name)
		violations := routeWith(t, tt.operation).CheckBody(tt.body)
		for _, v := range violations {
			fmt.Fprintf(&b, "%s: %s\n", v.Kind, v)
		}
		if len(violations) == 0 {
			b.WriteString("good\n")
		}
		b.WriteString("\n")
	}
	if strings.Contains(b.String(), "hunter2") {
		t.Error("a violation quotes a value of the request")
	}
	golden(t, "body.txt", b.String())
}

// routeWith returns the route of an operation, in whichever contract it is.
func routeWith(t *testing.T, operation string) *contract.Route {
	t.Helper()
	for _, c := range contracts() {
		if _, ok := c.Operation(operation); ok {
			return routeOf(t, c, operation)
		}
	}
	t.Fatalf("no operation %q", operation)
	return nil
}

// TestBodyExamples proves that every operation with a JSON body in the control contract has a valid example.
func TestBodyExamples(t *testing.T) {
	t.Parallel()
	n := 0
	for _, op := range operationsOf(specOf(t, contract.Control())) {
		if op.RequestBody == nil {
			continue
		}
		n++
		media := op.RequestBody.Value.Content.Get("application/json")
		if media == nil || media.Example == nil {
			t.Errorf("%s has no example of its body", op.OperationID)
			continue
		}
		text := string(encoded(t, media.Example))
		if violations := routeOf(t, contract.Control(), op.OperationID).CheckBody(text); len(violations) > 0 {
			t.Errorf("%s: the example %s has violations: %v", op.OperationID, text, violations)
		}
	}
	if n < 4 {
		t.Errorf("only %d operations take a body", n)
	}
}

// TestMethodsOfOnePath proves that each method of a path has its own route and operation.
func TestMethodsOfOnePath(t *testing.T) {
	t.Parallel()
	spec := specOf(t, contract.Control())
	want, got := map[string]string{}, map[string]string{}
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			want[method+" "+path] = op.OperationID
		}
	}
	for _, r := range contract.Control().Routes() {
		got[r.Method+" "+r.Path] = r.Operation.ID
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations by route (-document +routes):\n%s", diff)
	}
}
