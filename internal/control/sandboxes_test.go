package control_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/control"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/openapi"
)

const boxes = "/__admin/sandboxes"

// created is what the maker of a sandbox is told.
type created struct {
	ID, Scenario, URL, SharingURL, PortalAdminURL string
	Seed                                          uint64
	Members                                       []struct{ Username, Password, Token string }
	Apps                                          []struct{ ClientID, ClientSecret string }
}

// summary is what a sandbox says of itself.
type summary struct {
	ID, Scenario, URL, Now, Mode string
	Seed                         uint64
	Calls, Violations, Dropped   int
}

func create(tb testing.TB, s *mock.Server, body string) created {
	tb.Helper()
	return good[created](tb, s, "createSandbox", boxes, body)
}

func summaryOf(tb testing.TB, s *mock.Server, id string) summary {
	tb.Helper()
	return good[summary](tb, s, "getSandbox", boxes+"/"+id, "")
}

// ids returns the ids of all sandboxes.
func ids(tb testing.TB, s *mock.Server) []string {
	tb.Helper()
	return good[struct{ Sandboxes []string }](tb, s, "listSandboxes", boxes, "").Sandboxes
}

// license asks a portal for its licence with a token.
func license(tb testing.TB, s *mock.Server, root, token string) answer {
	tb.Helper()
	return send(tb, s.Client(), http.MethodGet, root+licensePath+"?f=json&token="+token)
}

// TestCreate proves what a new sandbox is, from what was asked for.
func TestCreate(t *testing.T) {
	t.Parallel()
	const wholeDocument = `{"scenario":{"format":1,"summary":"Mine.","extends":"purchased","seed":5,"clock":{"at":"2016-08-01T00:00:00Z"}}`
	for _, row := range []struct {
		name, body string
		want       summary
	}{
		{"a name", `{"scenario":"purchased"}`, summary{ID: "s1", Scenario: "purchased", Now: "2016-07-22T16:48:37Z", Mode: "frozen"}},
		{"an id", `{"scenario":"trial","id":"ci-7"}`, summary{ID: "ci-7", Scenario: "trial", Now: "2016-07-22T16:48:37Z", Mode: "frozen"}},
		{
			"the longest id", `{"scenario":"trial","id":"` + strings.Repeat("x", 40) + `"}`,
			summary{ID: strings.Repeat("x", 40), Scenario: "trial", Now: "2016-07-22T16:48:37Z", Mode: "frozen"},
		},
		{
			"a time", `{"scenario":"trial","clock":"2016-07-23T02:00:00+02:00"}`,
			summary{ID: "s1", Scenario: "trial", Now: "2016-07-23T00:00:00Z", Mode: "frozen"},
		},
		{"a seed", `{"scenario":"trial","seed":7}`, summary{ID: "s1", Scenario: "trial", Now: "2016-07-22T16:48:37Z", Mode: "frozen", Seed: 7}},
		{
			"the largest seed", `{"scenario":"trial","seed":18446744073709551615}`,
			summary{ID: "s1", Scenario: "trial", Now: "2016-07-22T16:48:37Z", Mode: "frozen", Seed: 18446744073709551615},
		},
		{"a document", wholeDocument + `}`, summary{ID: "s1", Scenario: "document", Now: "2016-08-01T00:00:00Z", Mode: "frozen", Seed: 5}},
		{
			"a document, a seed of 0 and a clock", wholeDocument + `,"seed":0,"clock":"2017-01-01T00:00:00Z"}`,
			summary{ID: "s1", Scenario: "document", Now: "2017-01-01T00:00:00Z", Mode: "frozen"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t)
			c := create(t, s, row.body)
			row.want.URL = s.URL + "/sandboxes/" + row.want.ID
			diff(t, "sandbox", row.want, summaryOf(t, s, row.want.ID))
			diff(t, "answer", []any{row.want.ID, row.want.Scenario, row.want.Seed, row.want.URL}, []any{c.ID, c.Scenario, c.Seed, c.URL})
			diff(t, "sharingUrl", row.want.URL+"/portal/sharing/rest", c.SharingURL)
			diff(t, "portalAdminUrl", row.want.URL+"/portal/portaladmin", c.PortalAdminURL)
			diff(t, "all", []string{"default", row.want.ID}, ids(t, s))
		})
	}
	for _, mode := range []string{"running", "wall"} {
		s := mock.NewServer(t)
		create(t, s, `{"scenario":"trial","clock":"`+mode+`"}`)
		diff(t, "mode", mode, summaryOf(t, s, "s1").Mode)
	}
}

// TestCreateTLS proves that a sandbox is reached as the control API was.
func TestCreateTLS(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithTLS())
	c := create(t, s, `{"scenario":"trial"}`)
	diff(t, "url", s.URL+"/sandboxes/s1", c.URL)
	diff(t, "status", http.StatusOK, license(t, s, c.URL, "admin-token").status)
}

// TestCreateWithRules proves that the rules of the request hold from the first call, before the document's own.
func TestCreateWithRules(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	c := create(t, s, `{"scenario":{"format":1,"summary":"Mine.","extends":"trial","rules":[`+
		`{"name":"second","when":{"operation":"getFutureLicense"},"times":1,"reply":{"status":502,"offSpec":true}}]},
		"rules":{"name":"first","when":{"operation":"getFutureLicense"},"times":1,"reply":{"status":429,"offSpec":true}}}`)
	for _, want := range []int{429, 502, 200} {
		diff(t, "status", want, license(t, s, c.URL, "admin-token").status)
	}
}

// TestCreateRefused proves what is not made, why, and that nothing of it is left.
func TestCreateRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body string
		status     int
		detail     string
	}{
		{"a scenario that is not there", `{"scenario":"trail"}`, 404, `no scenario "trail" (did you mean "trial"?)`},
		{"a taken id", `{"scenario":"trial","id":"taken"}`, 409, `the id is taken: there is a sandbox "taken"`},
		{"the default id", `{"scenario":"trial","id":"default"}`, 409, `the id is taken: there is a sandbox "default"`},
		{
			"capitals in an id", `{"scenario":"trial","id":"Mine"}`, 400,
			"body /id: must be 1 to 40 characters of a-z, 0-9 and -, got text of 4 characters",
		},
		{
			"a dot in an id", `{"scenario":"trial","id":"a.b"}`, 400,
			"body /id: must be 1 to 40 characters of a-z, 0-9 and -, got text of 3 characters",
		},
		{"an empty id", `{"scenario":"trial","id":""}`, 400, "body /id: must be 1 to 40 characters of a-z, 0-9 and -, got empty text"},
		{
			"a long id", `{"scenario":"trial","id":"` + strings.Repeat("x", 41) + `"}`, 400,
			"body /id: must be 1 to 40 characters of a-z, 0-9 and -, got text of 41 characters",
		},
		{
			"an invalid clock", `{"scenario":"trial","clock":"frosen"}`, 400,
			`no clock "frosen" (did you mean "frozen"?): allowed are frozen, running, wall, and a time such as 2016-07-22T16:48:37Z`,
		},
		{"a negative seed", `{"scenario":"trial","seed":-1}`, 400, "body /seed: must be an integer from 0 to 18446744073709551615, got -1"},
		{
			"a seed that is too large", `{"scenario":"trial","seed":18446744073709551616}`, 400,
			"a seed must be an integer from 0 to 18446744073709551615",
		},
		{"a scenario that is neither", `{"scenario":5}`, 400, "body /scenario: must be a scenario's name or a scenario document, got 5"},
		{
			"rules that are neither", `{"scenario":"trial","rules":"reset"}`, 400,
			"body /rules: must be a rule or a list of rules, got text of 5 characters",
		},
		{"a list with something else", `{"scenario":"trial","rules":[1]}`, 400, "body /rules: must be a rule or a list of rules, got an array"},
		{
			"a document that extends nothing", `{"scenario":{"format":1,"summary":"x","extends":"trail"}}`, 400,
			`document:1:37: no scenario "trail" to extend (did you mean "trial"?)`,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t)
			create(t, s, `{"scenario":"trial","id":"taken"}`)
			diff(t, "detail", row.detail, bad(t, s, row.status, "createSandbox", boxes, row.body).Detail)
			diff(t, "all", []string{"default", "taken"}, ids(t, s))
		})
	}
}

// TestAllFaultsAtOnce proves that everything that is wrong with a document or with rules is told at once, each by line and column.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	const document = `{"format":1,"summary":"x","extends":"trial","clok":{},
"rules":[{"when":{"operation":"x"}}]}`
	const rules = `[{"when":{"operation":"getFutureLicens"},"fault":{"kind":"rest"}},
 {"wen":{}}]`
	inDocument := []string{
		`document:1:45: unknown key "clok" (did you mean "clock"?); ` +
			`a scenario has clock, expect, extends, format, inOrder, rules, seed, summary, within, world`,
		"document:2:10: rules[0] does nothing: it needs a delay, a reply or a fault",
		`document:2:31: no operation "x"`,
	}
	inRules := []string{
		`rules:1:23: no operation "getFutureLicens" (did you mean "getFutureLicense"?)`,
		`rules:1:58: kind must be one of reset, empty, truncate, drip, hang, html, not "rest" (did you mean "reset"?)`,
		"rules:2:2: rules[1] has no when, which is required",
		"rules:2:2: rules[1] does nothing: it needs a delay, a reply or a fault",
		`rules:2:3: unknown key "wen" (did you mean "when"?); rules[1] has after, chance, delay, fault, inARow, name, reply, times, when`,
	}
	s := mock.NewServer(t)
	create(t, s, `{"scenario":"trial","id":"mine"}`)
	for _, row := range []struct {
		operation, path, body string
		want                  []string
	}{
		{"createSandbox", "", `{"scenario":` + document + `}`, inDocument},
		{"playScenario", "/mine/scenario", `{"scenario":` + document + `}`, inDocument},
		{"createSandbox", "", `{"scenario":"trial","rules":` + rules + `}`, inRules},
		{"addRules", "/mine/rules", rules, inRules},
	} {
		t.Run(row.operation+row.want[0], func(t *testing.T) {
			t.Parallel()
			p := bad(t, s, http.StatusBadRequest, row.operation, boxes+row.path, row.body)
			var want []openapi.Violation
			for _, message := range row.want {
				want = append(want, openapi.Violation{Kind: openapi.Malformed, In: "body", Name: "*", Message: message})
			}
			diff(t, "violations", want, p.Violations)
			diff(t, "detail", strings.Join(row.want, "\n"), p.Detail)
			diff(t, "all", []string{"default", "mine"}, ids(t, s))
			diff(t, "rules", []string{}, ruleIDs(t, s, "mine"))
		})
	}
}

// TestMaximum proves that there are no more sandboxes than allowed, the default one not counted, and that a deleted one makes room.
func TestMaximum(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithSandboxes(2, time.Minute))
	create(t, s, `{"scenario":"trial"}`)
	create(t, s, `{"scenario":"trial"}`)
	detail := bad(t, s, http.StatusTooManyRequests, "createSandbox", boxes, `{"scenario":"trial"}`).Detail
	diff(
		t, "detail",
		"there are too many sandboxes: 2 at most, beside the default one; delete some, or wait until those that nobody uses expire (1m0s)",
		detail,
	)
	good[summary](t, s, "deleteSandbox", boxes+"/s1", "")
	create(t, s, `{"scenario":"trial","id":"again"}`)
	diff(t, "all", []string{"default", "again", "s2"}, ids(t, s))
}

// TestCredentials proves that the maker of a sandbox is told its passwords and tokens, that they work, and that nobody is told them again.
func TestCredentials(t *testing.T) {
	t.Parallel()
	s := prepared(t)
	c := create(t, s, `{"scenario":"trial"}`)
	diff(t, "first member", struct{ Username, Password, Token string }{"admin.s1", "admin-password", "admin-token.s1"}, c.Members[0])
	diff(t, "app", struct{ ClientID, ClientSecret string }{"app.s1", "app-secret"}, c.Apps[0])
	diff(t, "members", 4, len(c.Members))
	license(t, s, s.URL, c.Members[0].Token)
	license(t, s, c.URL, "viewer-token")
	issued := signInAs(t, s, s.URL, c.Members[0].Username, c.Members[0].Password)
	secrets := []string{"app-secret", regexp.QuoteMeta(issued)}
	for _, m := range c.Members {
		secrets = append(secrets, regexp.QuoteMeta(strings.TrimSuffix(m.Token, ".s1")), regexp.QuoteMeta(m.Password))
	}
	secret := regexp.MustCompile(strings.Join(secrets, "|"))
	for id, row := range requests() {
		if strings.Contains(id, "Contract") || id == "getScenario" || id == "listScenarios" || id == "createSandbox" || id == "ensureSandbox" {
			continue // documents, and the answers to whoever has the scenario
		}
		body := ask(t, s, id, strings.ReplaceAll(row.path, "/mine", "/s1"), row.body).body
		if at := secret.FindStringIndex(body); at != nil {
			t.Errorf("%s tells %s", id, body[max(0, at[0]-100):at[1]])
		}
	}
}

// TestDelete proves what is told of a sandbox that ends, and that it is gone then; the default one stays.
func TestDelete(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.AllowViolations())
	c := create(t, s, `{"scenario":"trial","seed":3}`)
	license(t, s, c.URL, "admin-token")
	license(t, s, c.URL, "admin-token&verbose=1")
	want := summary{ID: "s1", Scenario: "trial", URL: c.URL, Now: "2016-07-22T16:48:37Z", Mode: "frozen", Seed: 3, Calls: 2, Violations: 1}
	diff(t, "before", want, summaryOf(t, s, "s1"))
	diff(t, "answer", want, good[summary](t, s, "deleteSandbox", boxes+"/s1", ""))
	diff(t, "all", []string{"default"}, ids(t, s))
	for _, operation := range []string{"getSandbox", "deleteSandbox"} {
		detail := bad(t, s, http.StatusNotFound, operation, boxes+"/s1", "").Detail
		if !strings.HasPrefix(detail, `no such sandbox: "s1" (deleted, never made, or on another server)`) {
			t.Errorf("%s says %s", operation, detail)
		}
	}
	diff(
		t, "detail", "the default sandbox stays: reset it instead",
		bad(t, s, http.StatusConflict, "deleteSandbox", boxes+"/default", "").Detail,
	)
	diff(t, "default", "default", summaryOf(t, s, "default").ID)
}

// TestExpired proves that a sandbox that nobody used is told from one that never was, in every way it can be asked for.
func TestExpired(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	trial, err := library.Scenario("trial")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	wall := func() time.Time { return now }
	options := func(id string, s *scenario.Scenario) sandbox.Options {
		return sandbox.Options{ID: id, Scenario: s, Wall: wall}
	}
	box, err := sandbox.New(options(sandbox.Default, trial))
	if err != nil {
		t.Fatal(err)
	}
	api := control.New(control.Options{Sandboxes: sandbox.NewSet(box, 1, time.Minute), Library: library, New: options})
	call := func(method, path, body string) (int, string) {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest(method, "http://mockportal"+boxes+path, strings.NewReader(body)))
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil && w.Code >= http.StatusBadRequest {
			t.Errorf("%v in %s", err, w.Body)
		}
		return w.Code, p.Detail
	}
	expect := func(status int, prefix, method, path, body string) {
		t.Helper()
		code, detail := call(method, path, body)
		diff(t, method+" "+path, status, code)
		if !strings.HasPrefix(detail, prefix) {
			t.Errorf("%s %s says %s", method, path, detail)
		}
	}
	expect(http.StatusCreated, "", "POST", "", `{"scenario":"trial"}`)
	now = now.Add(time.Minute - 1)
	expect(http.StatusOK, "", "GET", "/s1", "") // which is a use
	now = now.Add(time.Minute)
	const expired = `the sandbox has expired: "s1" was not used for 1m0s`
	expect(http.StatusNotFound, expired, "GET", "/s1", "")
	expect(http.StatusNotFound, expired, "GET", "/s1/calls", "")
	expect(http.StatusNotFound, expired, "DELETE", "/s1", "")
	expect(http.StatusNotFound, `no such sandbox: "s2"`, "GET", "/s2", "")
	expect(http.StatusCreated, "", "POST", "", `{"scenario":"trial","id":"s1"}`)
	expect(http.StatusOK, "", "GET", "/s1", "")
}

// TestPlay proves that another scenario starts world, clock and rules over, keeps the journal, and drops the rules that were added.
func TestPlay(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	c := create(t, s, `{"scenario":"missing-privilege","seed":3,"rules":[`+delayRule+`]}`)
	license(t, s, c.URL, "admin-token")
	good[clock](t, s, "changeClock", boxes+"/s1/clock", `{"advance":"1h"}`)
	want := summary{ID: "s1", Scenario: "trial", URL: c.URL, Now: "2016-07-22T16:48:37Z", Mode: "frozen", Seed: 3, Calls: 1}
	diff(t, "answer", want, good[summary](t, s, "playScenario", boxes+"/s1/scenario", `{"scenario":"trial"}`))
	diff(t, "rules", []string{}, ruleIDs(t, s, "s1"))
	if a := license(t, s, c.URL, "admin-token"); !strings.Contains(a.body, `"userTypes"`) {
		t.Errorf("the new scenario is not played: %s", a.body)
	}
	diff(t, "calls", []int{1, 2}, numbers(t, s, "s1"))
	const document = `{"scenario":{"format":1,"summary":"Mine.","extends":"trial","rules":[` + resetRule + `]}}`
	diff(t, "scenario", "document", good[summary](t, s, "playScenario", boxes+"/s1/scenario", document).Scenario)
	diff(t, "rules", []string{"file-1"}, ruleIDs(t, s, "s1"))
	bad(t, s, http.StatusNotFound, "playScenario", boxes+"/s1/scenario", `{"scenario":"trail"}`)
	diff(t, "scenario after a refusal", "document", summaryOf(t, s, "s1").Scenario)
}

// TestReset proves that everything is back at its start: journal, numbers, clock, world, and the rules that were added are gone.
func TestReset(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	c := create(t, s, `{"scenario":"trial","rules":[`+delayRule+`]}`)
	start := ask(t, s, "getWorld", boxes+"/s1/world", "").body
	provision(t, s, c.URL, "admin-token")
	good[clock](t, s, "changeClock", boxes+"/s1/clock", `{"mode":"running"}`)
	if moved := ask(t, s, "getWorld", boxes+"/s1/world", "").body; moved == start {
		t.Error("nothing has changed before the reset")
	}
	want := summary{ID: "s1", Scenario: "trial", URL: c.URL, Now: "2016-07-22T16:48:37Z", Mode: "frozen"}
	diff(t, "answer", want, good[summary](t, s, "resetSandbox", boxes+"/s1/reset", ""))
	diff(t, "world", start, ask(t, s, "getWorld", boxes+"/s1/world", "").body)
	diff(t, "rules", []string{}, ruleIDs(t, s, "s1"))
	license(t, s, c.URL, "admin-token")
	diff(t, "calls", []int{1}, numbers(t, s, "s1"))
}

// TestClearCalls proves that calls are forgotten, that numbers go on, and that nothing counts as dropped.
func TestClearCalls(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	c := create(t, s, `{"scenario":"trial"}`)
	license(t, s, c.URL, "admin-token")
	license(t, s, c.URL, "admin-token")
	for _, want := range []int{2, 0} {
		diff(t, "dropped", want, good[struct{ Dropped int }](t, s, "clearCalls", boxes+"/s1/calls", "").Dropped)
	}
	license(t, s, c.URL, "admin-token")
	diff(t, "calls", []int{3}, numbers(t, s, "s1"))
	p := good[page](t, s, "listCalls", boxes+"/s1/calls", "")
	diff(t, "dropped, complete", []any{0, true}, []any{p.Dropped, p.Complete})
}

// numbers returns the numbers of a sandbox's calls.
func numbers(tb testing.TB, s *mock.Server, id string) []int {
	tb.Helper()
	all := []int{}
	for _, c := range good[page](tb, s, "listCalls", fmt.Sprintf("%s/%s/calls", boxes, id), "").Calls {
		all = append(all, c.Number)
	}
	return all
}
