package control_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// ruleView is a rule as it is listed.
type ruleView struct {
	ID, Name       string
	Runtime, Spent bool
	Matched        int
}

func rulesOf(tb testing.TB, s *mock.Server, id string) []ruleView {
	tb.Helper()
	return good[struct{ Rules []ruleView }](tb, s, "listRules", boxes+"/"+id+"/rules", "").Rules
}

func ruleIDs(tb testing.TB, s *mock.Server, id string) []string {
	tb.Helper()
	all := []string{}
	for _, r := range rulesOf(tb, s, id) {
		all = append(all, r.ID)
	}
	return all
}

// status is a rule by which the licence is answered with a status, times times.
func status(name string, status, times int) string {
	return fmt.Sprintf(
		`{"name":%q,"when":{"operation":"getFutureLicense"},"times":%d,"reply":{"status":%d,"offSpec":true}}`, name, times,
		status,
	)
}

func addRules(tb testing.TB, s *mock.Server, body string) []string {
	tb.Helper()
	return good[struct{ IDs []string }](tb, s, "addRules", boxes+"/s1/rules", body).IDs
}

// ruled returns a server with a sandbox s1, whose scenario has a rule that answers 503 once.
func ruled(tb testing.TB) (*mock.Server, created) {
	tb.Helper()
	s := mock.NewServer(tb)
	return s, create(tb, s, `{"scenario":{"format":1,"summary":"Ruled.","extends":"trial","rules":[`+status("of the file", 503, 1)+`]}}`)
}

// TestRules proves that added rules stand before the file's in the order in which they came, one or a list, and count.
func TestRules(t *testing.T) {
	t.Parallel()
	s, c := ruled(t)
	diff(t, "ids of one", []string{"rule-1"}, addRules(t, s, status("one", 429, 1)))
	diff(t, "ids of a list", []string{"rule-2", "rule-3"}, addRules(t, s, "["+status("two", 500, 2)+","+status("three", 502, 1)+"]"))
	diff(t, "ids of none", []string{}, addRules(t, s, "[]"))
	diff(t, "rules", []ruleView{
		{"rule-1", "one", true, false, 0},
		{"rule-2", "two", true, false, 0},
		{"rule-3", "three", true, false, 0},
		{"file-1", "of the file", false, false, 0},
	}, rulesOf(t, s, "s1"))
	for _, want := range []int{429, 500} {
		diff(t, "status", want, license(t, s, c.URL, "admin-token").status)
	}
	diff(t, "rules after two calls", []ruleView{
		{"rule-1", "one", true, true, 1},
		{"rule-2", "two", true, false, 1},
		{"rule-3", "three", true, false, 0},
		{"file-1", "of the file", false, false, 0},
	}, rulesOf(t, s, "s1"))
	for _, want := range []int{500, 502, 503, 200} {
		diff(t, "status", want, license(t, s, c.URL, "admin-token").status)
	}
	diff(t, "rules of the default sandbox", []ruleView{}, rulesOf(t, s, "default"))
}

// TestRulesAsGiven proves that the list says what each rule does, to the digit, and shows no secret.
func TestRulesAsGiven(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	s.AddRules("delay: 1s\nchance: 0.50\nwhen:\n  operation: provisionOrgEntitlements\n" +
		"  params: { token: admin-token, orgEntitlements: { maxUsers: 9007199254740993 } }\n")
	secrets := map[string]string{"Authorization": "Bearer of-nobody"}
	s.AddRule(mock.Rule{Name: "admin-token", Reply: mock.Reply{Status: 503, Headers: secrets, OffSpec: true}})
	const want = `{"rules":[` +
		`{"id":"rule-1","name":"","runtime":true,"matched":0,"spent":false,"rule":{"chance":0.50,"delay":"1s","when":` +
		`{"operation":"provisionOrgEntitlements","params":{"orgEntitlements":{"maxUsers":9007199254740993},"token":"***"}}}},` +
		`{"id":"rule-2","name":"***","runtime":true,"matched":0,"spent":false,"rule":{"name":"***","reply":` +
		`{"headers":{"Authorization":"***"},"offSpec":true,"status":503},"when":{}}}]}` + "\n"
	diff(t, "rules", want, ask(t, s, "listRules", boxes+"/default/rules", "").body)
}

// TestDropRules proves that one or all of the added rules are dropped, that the file's stay, and that an id does not come again.
func TestDropRules(t *testing.T) {
	t.Parallel()
	s, c := ruled(t)
	drop := func(operation, path string) int {
		return good[struct{ Dropped int }](t, s, operation, boxes+"/s1/rules"+path, "").Dropped
	}
	addRules(t, s, "["+status("one", 429, 1)+","+status("two", 500, 1)+"]")
	diff(t, "dropped", 1, drop("dropRule", "/rule-1"))
	diff(t, "rules", []string{"rule-2", "file-1"}, ruleIDs(t, s, "s1"))
	refused := func(id, there string) {
		t.Helper()
		detail := bad(t, s, http.StatusNotFound, "dropRule", boxes+"/s1/rules/"+id, "").Detail
		diff(t, "detail", fmt.Sprintf("no rule %q was added; there are %s", id, there), detail)
	}
	refused("rule-1", "rule-2")
	refused("file-1", "rule-2")
	diff(t, "ids", []string{"rule-3"}, addRules(t, s, status("three", 502, 1)))
	diff(t, "dropped", 2, drop("dropRules", ""))
	diff(t, "dropped again", 0, drop("dropRules", ""))
	refused("rule-3", "none")
	diff(t, "rules", []string{"file-1"}, ruleIDs(t, s, "s1"))
	for _, want := range []int{503, 200} {
		diff(t, "status", want, license(t, s, c.URL, "admin-token").status)
	}
}
