package control_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
)

// ask calls an operation and proves the answer against the contract: a success, or a problem.
func ask(tb testing.TB, s *mock.Server, operation, path, body string, headers ...string) answer {
	tb.Helper()
	o, ok := contract.Control().Operation(operation)
	if !ok {
		tb.Fatalf("the contract has no operation %q", operation)
	}
	a := sendBody(tb, s.Client(), o.Routes[0].Method, s.URL+path, body, headers...)
	switch {
	case a.status == http.StatusUnprocessableEntity:
		proveUnverified(tb, a)
	case a.status >= http.StatusBadRequest:
		problemOf(tb, a)
	case a.kind() == "application/json":
		if err := o.Prove(a.body); err != nil {
			tb.Errorf("%s: %v in %s", operation, err, a.body)
		}
	}
	return a
}

// good calls an operation that must succeed and returns its answer.
func good[T any](tb testing.TB, s *mock.Server, operation, path, body string, headers ...string) (v T) {
	tb.Helper()
	a := ask(tb, s, operation, path, body, headers...)
	if a.status >= http.StatusBadRequest {
		tb.Fatalf("%s answers %d: %s", operation, a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		tb.Fatalf("%v in %s", err, a.body)
	}
	return v
}

// bad calls an operation that must be refused with a status and returns the problem.
func bad(tb testing.TB, s *mock.Server, status int, operation, path, body string) problem {
	tb.Helper()
	a := ask(tb, s, operation, path, body)
	if a.status != status {
		tb.Fatalf("%s answers %d, want %d: %s", operation, a.status, status, a.body)
	}
	return problemOf(tb, a)
}

// asked is a good request to an operation, and what is answered.
type asked struct {
	path, body string
	status     int
	kind       string
}

const resetRule = `{"when":{"operation":"getFutureLicense"},"times":1,"fault":{"kind":"reset"}}`

// requests has a good request to every operation, for a server that prepared made.
func requests() map[string]asked {
	const asJSON, asYAML, mine = "application/json", "application/yaml", "/__admin/sandboxes/mine"
	return map[string]asked{
		"getStart":                {"/__admin", "", 200, asJSON},
		"livez":                   {"/livez", "", 200, asJSON},
		"readyz":                  {"/readyz", "", 200, asJSON},
		"getControlContract":      {"/__admin/control.yaml", "", 200, asYAML},
		"getPortalContract":       {"/__admin/portal.yaml", "", 200, asYAML},
		"getCertificateAuthority": {"/__admin/ca.pem", "", 200, "application/x-pem-file"},
		"getMetrics":              {"/metrics", "", 200, "text/plain"},
		"getCoverage":             {"/__admin/coverage", "", 200, asJSON},
		"listScenarios":           {"/__admin/scenarios", "", 200, asJSON},
		"getScenario":             {"/__admin/scenarios/missing-privilege", "", 200, asJSON},
		"createSandbox":           {"/__admin/sandboxes", `{"scenario":"trial","id":"yours"}`, 201, asJSON},
		"listSandboxes":           {"/__admin/sandboxes", "", 200, asJSON},
		"getSandbox":              {mine, "", 200, asJSON},
		"ensureSandbox":           {mine, `{"scenario":"trial"}`, 200, asJSON},
		"deleteSandbox":           {mine, "", 200, asJSON},
		"playScenario":            {mine + "/scenario", `{"scenario":"purchased"}`, 200, asJSON},
		"resetSandbox":            {mine + "/reset", "", 200, asJSON},
		"getClock":                {mine + "/clock", "", 200, asJSON},
		"changeClock":             {mine + "/clock", `{"advance":"31d"}`, 200, asJSON},
		"listRules":               {mine + "/rules", "", 200, asJSON},
		"addRules":                {mine + "/rules", resetRule, 201, asJSON},
		"dropRules":               {mine + "/rules", "", 200, asJSON},
		"dropRule":                {mine + "/rules/rule-1", "", 200, asJSON},
		"getWorld":                {"/__admin/sandboxes/default/world", "", 200, asJSON},
		"listCalls":               {"/__admin/sandboxes/default/calls?violations=true&limit=2", "", 200, asJSON},
		"clearCalls":              {mine + "/calls", "", 200, asJSON},
		"streamCalls":             {"/__admin/sandboxes/default/events", "", 200, "text/event-stream"},
		"verifyCalls":             {mine + "/verify", `{"expect":[{"when":{},"atLeast":0}]}`, 200, asJSON},
		"getCall":                 {"/__admin/sandboxes/default/calls/3", "", 200, asJSON},
	}
}

// prepared returns a server with calls, and with a sandbox mine that has a rule.
func prepared(tb testing.TB, options ...mock.Option) *mock.Server {
	tb.Helper()
	s := played(tb, 4, options...)
	good[any](tb, s, "createSandbox", "/__admin/sandboxes", `{"scenario":"trial","id":"mine","rules":[`+resetRule+`]}`)
	return s
}

// TestEveryOperation proves that every operation of the contract is answered, with the type that the contract says, and that what is JSON
// fits its schema.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	table := requests()
	for _, o := range contract.Control().Operations() {
		t.Run(o.ID, func(t *testing.T) {
			t.Parallel()
			row, ok := table[o.ID]
			if !ok {
				t.Fatal("requests has no request to this operation")
			}
			a := ask(t, prepared(t, mock.WithTLS()), o.ID, row.path, row.body)
			diff(t, "status", row.status, a.status)
			diff(t, "Content-Type", row.kind, a.kind())
			diff(t, "Cache-Control", "no-store", a.header.Get("Cache-Control"))
			diff(t, "X-Content-Type-Options", "nosniff", a.header.Get("X-Content-Type-Options"))
			if a.body == "" {
				t.Error("the answer is empty")
			}
		})
	}
	for id := range table {
		if _, ok := contract.Control().Operation(id); !ok {
			t.Errorf("requests has %s, and the contract does not", id)
		}
	}
}

// TestEveryMethod proves for every path that a method which it does not have is refused with those that it has.
func TestEveryMethod(t *testing.T) {
	t.Parallel()
	s := prepared(t, mock.WithTLS())
	for id, row := range requests() {
		o, _ := contract.Control().Operation(id)
		allowed := methodsOf(o.Routes[0].Path)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
			t.Run(id+" "+method, func(t *testing.T) {
				t.Parallel()
				a := send(t, s.Client(), method, s.URL+row.path)
				if slices.Contains(allowed, method) {
					diff(t, "refused", false, a.status == http.StatusMethodNotAllowed)
					diff(t, "Allow", "", a.header.Get("Allow"))
					return
				}
				diff(t, "status", http.StatusMethodNotAllowed, a.status)
				diff(t, "Allow", strings.Join(allowed, ", "), a.header.Get("Allow"))
				if method != http.MethodHead {
					problemOf(t, a)
				}
			})
		}
	}
}

// methodsOf returns the methods that the contract has for a path.
func methodsOf(path string) []string {
	var all []string
	for _, r := range contract.Control().Routes() {
		if r.Path != path {
			continue
		}
		all = append(all, r.Method)
		if r.Method == http.MethodGet {
			all = append(all, http.MethodHead)
		}
	}
	slices.Sort(all)
	return all
}

// TestHead proves that HEAD is answered like GET, without a body.
func TestHead(t *testing.T) {
	t.Parallel()
	s := prepared(t, mock.WithTLS())
	for id, row := range requests() {
		if o, _ := contract.Control().Operation(id); o.Routes[0].Method != http.MethodGet {
			continue
		}
		a := send(t, s.Client(), http.MethodHead, s.URL+row.path)
		diff(t, id, []any{row.status, row.kind, ""}, []any{a.status, a.kind(), a.body})
	}
}

// TestUnknownSandbox proves for every operation on a sandbox that it reports an unknown one.
func TestUnknownSandbox(t *testing.T) {
	t.Parallel()
	s := prepared(t)
	n := 0
	for id, row := range requests() {
		if o, _ := contract.Control().Operation(id); !strings.Contains(o.Routes[0].Path, "{id}") || id == "ensureSandbox" {
			continue
		}
		n++
		path := strings.NewReplacer("/mine", "/nobody", "/default", "/nobody").Replace(row.path)
		detail := bad(t, s, http.StatusNotFound, id, path, row.body).Detail
		if !strings.HasPrefix(detail, `no such sandbox: "nobody" (deleted, never made, or on another server)`) {
			t.Errorf("%s says %s", id, detail)
		}
	}
	if n < 14 {
		t.Errorf("only %d operations are on a sandbox", n)
	}
}
