package control_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
)

const callsPath, verifyPath, eventsPath = boxes + "/default/calls", boxes + "/default/verify", boxes + "/default/events"

// future asks for the future licence: one call of getFutureLicense by admin.
func future(tb testing.TB, s *mock.Server) {
	tb.Helper()
	send(tb, s.Client(), http.MethodGet, s.URL+licensePath+"?f=json&token=admin-token")
}

// waited is what an answer says that was held back.
type waited struct {
	Total, Dropped int
	Complete       bool
	TimedOut       *bool
}

// TestWait proves over HTTP that what is there is answered at once, and that a time that is over is told.
func TestWait(t *testing.T) {
	t.Parallel()
	s := played(t, 4)
	yes := true
	for query, want := range map[string]waited{
		"wait=10m":         {4, 0, true, nil},
		"wait=10m&count=4": {4, 0, true, nil},
		"wait=10m&count=2&operation=getFutureLicense": {2, 0, true, nil},
		"wait=0s&count=5": {4, 0, true, &yes},
		"wait=10ms&count=3&operation=getFutureLicense": {2, 0, true, &yes},
		"wait=1ms&after=4": {4, 0, true, &yes},
	} {
		diff(t, query, want, good[waited](t, s, "listCalls", callsPath+"?"+query, ""))
	}
	small := played(t, 4, mock.WithJournal(2, 0))
	diff(t, "dropped", waited{2, 2, false, &yes}, good[waited](t, small, "listCalls", callsPath+"?wait=1ms&count=3", ""))
}

// TestWaitRefused proves what is said to those who cannot wait.
func TestWaitRefused(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	for query, want := range map[string]string{
		"count=2":           "count says how many calls wait waits for: send wait too",
		"wait=11m":          "wait must be at most 10m0s, not 11m0s",
		"wait=10m0.001s":    "wait must be at most 10m0s, not 10m0.001s",
		"wait=2":            `wait: "2" must be a duration of 0 or more, such as 50ms, 1m30s or 31d`,
		"wait=-1s":          `wait: "-1s" must be a duration of 0 or more, such as 50ms, 1m30s or 31d`,
		"wait=soon&count=2": `wait: "soon" must be a duration of 0 or more, such as 50ms, 1m30s or 31d`,
		"wait=1s&count=0":   "query count: must be an integer from 1 to 9007199254740991, got 0",
	} {
		diff(t, query, want, bad(t, s, http.StatusBadRequest, "listCalls", callsPath+"?"+query, "").Detail)
	}
	for within, want := range map[string]string{
		"11m":  "within must be at most 10m0s, not 11m0s",
		"soon": `within: "soon" must be a duration of 0 or more, such as 50ms, 1m30s or 31d`,
	} {
		for _, expect := range []string{`"expect":[{"when":{},"exactly":0}],`, ""} {
			diff(t, within, want, bad(t, s, http.StatusBadRequest, "verifyCalls", verifyPath, `{`+expect+`"within":"`+within+`"}`).Detail)
		}
	}
}

// asking is a request whose answer is not there yet.
type asking chan answer

func askLater(t *testing.T, s *mock.Server, operation, path, body string) asking {
	answers := make(asking, 1)
	go func() {
		defer close(answers)
		answers <- ask(t, s, operation, path, body)
	}()
	return answers
}

// TestHeldBack proves over HTTP that an answer is held back until the call comes that decides it. The call is made
// only when the first of the
// calls that are waited for is known to be there, so an answer without waiting would have too few.
func TestHeldBack(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, operation, path, body string
		status                      int
		has                         string
	}{
		{"wait", "listCalls", callsPath + "?wait=1m&count=3", "", 200, `"total":3,`},
		{"at least", "verifyCalls", verifyPath, `{"expect":[{"when":{},"atLeast":3}],"within":"1m"}`, 200, `"unmet":[]`},
		{
			"exceeded", "verifyCalls", verifyPath, `{"expect":[{"when":{},"atMost":2}],"within":"1m"}`, 422,
			`at most 2 calls of any licensing operation; 3 came`,
		},
		{"a bound is kept until the end", "verifyCalls", verifyPath, `{"expect":[{"when":{},"exactly":3}],"within":"200ms"}`, 200, `"unmet":[]`},
		{"own expectations", "verifyCalls", verifyPath, `{"within":"1m"}`, 200, `"expectations":1,`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(
				t,
				mock.WithScenarioDocument([]byte("format: 1\nsummary: s\nextends: trial\nexpect:\n  - { when: {}, atLeast: 3 }\n")),
			)
			future(t, s)
			held := askLater(t, s, row.operation, row.path, row.body)
			future(t, s)
			good[waited](t, s, "listCalls", callsPath+"?wait=1m&count=2", "")
			future(t, s)
			a := <-held
			if a.status != row.status || !strings.Contains(a.body, row.has) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

// TestHeldBackInTime proves in virtual time how long an answer is held back.
func TestHeldBackInTime(t *testing.T) {
	t.Parallel()
	const expect = `{"expect":[{"when":{"operation":"getFutureLicense"},%s}],"within":"10s"}`
	for _, row := range []struct {
		name, method, path, body string
		took                     time.Duration
		status                   int
		has                      string
	}{
		{"wait, the call comes", "GET", callsPath + "?wait=10s&count=2", "", 2 * time.Second, 200, `"total":2`},
		{"wait, too few come", "GET", callsPath + "?wait=10s&count=9", "", 10 * time.Second, 200, `"timedOut":true`},
		{"wait, one counts without a word", "GET", callsPath + "?wait=10s", "", time.Second, 200, `"total":1`},
		{"at least", "POST", verifyPath, fmt.Sprintf(expect, `"atLeast":3`), 3 * time.Second, 200, `"unmet":[]`},
		{"exactly, kept", "POST", verifyPath, fmt.Sprintf(expect, `"exactly":4`), 10 * time.Second, 200, `"unmet":[]`},
		{
			"exactly, exceeded", "POST", verifyPath, fmt.Sprintf(expect, `"exactly":3`), 4 * time.Second, 422,
			`exactly 3 calls of getFutureLicense; 4 came`,
		},
		{
			"too few", "POST", verifyPath, fmt.Sprintf(expect, `"atLeast":9`), 10 * time.Second, 422,
			`at least 9 calls of getFutureLicense; 4 came`,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, err := mock.New()
			if err != nil {
				t.Fatal(err)
			}
			for i := range 4 {
				time.AfterFunc(time.Duration(i+1)*time.Second, func() {
					p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, licensePath+"?f=json&token=admin-token", http.NoBody))
				})
			}
			begin := time.Now()
			w := httptest.NewRecorder()
			p.ServeHTTP(w, httptest.NewRequest(row.method, row.path, strings.NewReader(row.body)))
			if took := time.Since(begin); took != row.took || w.Code != row.status || !strings.Contains(w.Body.String(), row.has) {
				t.Errorf("%s: after %s: %d %s", row.name, took, w.Code, w.Body)
			}
		})
	}
}

// TestVerify proves what a verification answers, each against the contract's own schema.
func TestVerify(t *testing.T) {
	t.Parallel()
	s := played(
		t, 2,
		mock.WithScenarioDocument(
			[]byte(
				"format: 1\nsummary: s\nextends: trial\nexpect:\n  - { when: { member: viewer }, atLeast: 1 }\n  - { when: { "+
					"member: admin }, exactly: 1 }\ninOrder: true\n",
			),
		),
	)
	for _, row := range []struct {
		name, body string
		unmet      []int // their places; nil: all are met
		detail     string
	}{
		{"all are met", `{"expect":[{"when":{},"exactly":2}]}`, nil, ""},
		{
			"one is not", `{"expect":[{"when":{},"exactly":2},{"when":{"member":"viewer"},"exactly":0}]}`,
			[]int{2},
			"1 of 2 expectations are unmet\nexpectation 2: exactly 0 calls of any licensing operation by viewer; 1 came\n" +
				"    call 2: POST " + provisionPath + " by viewer, error 403",
		},
		{
			"in order",
			`{"expect":[{"when":{"member":"viewer"},"atLeast":1},{"when":{"member":"admin"},"atLeast":1}],"inOrder":true}`,
			[]int{2},
			"expectation 2: at least 1 call of any licensing operation by admin, after call 2; 1 came, 0 after it",
		},
		{
			"in any order",
			`{"expect":[{"when":{"member":"viewer"},"atLeast":1},{"when":{"member":"admin"},"atLeast":1}],"inOrder":false}`,
			nil, "",
		},
		{
			"the scenario's own", `{}`,
			[]int{2},
			"expectation 2: exactly 1 call of any licensing operation by admin, after call 2; 1 came, 0 after it",
		},
		{"the scenario's own, in any order", `{"inOrder":false,"within":"1ms"}`, nil, ""},
	} {
		a := ask(t, s, "verifyCalls", verifyPath, row.body)
		var v struct {
			Expectations, Dropped int
			Complete              bool
			Unmet                 []struct{ Expectation int }
			Detail                string
		}
		if err := json.Unmarshal([]byte(a.body), &v); err != nil {
			t.Fatal(err)
		}
		var unmet []int
		for _, u := range v.Unmet {
			unmet = append(unmet, u.Expectation)
		}
		status := http.StatusOK
		if row.unmet != nil {
			status = http.StatusUnprocessableEntity
		}
		diff(t, row.name, []any{status, row.unmet, true, 0}, []any{a.status, unmet, v.Complete, v.Dropped})
		if !strings.Contains(v.Detail, row.detail) {
			t.Errorf("%s: %s", row.name, v.Detail)
		}
	}
}

// TestVerifyRefused proves that what is wrong with expectations is told with its place.
func TestVerifyRefused(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	for _, row := range []struct {
		body, detail string
		messages     []string
	}{
		{`{"expect":[]}`, "", []string{"must be a list of 1 to 1000 expectations, got an empty array"}},
		{
			`{"expect":[` + strings.Repeat(`{"when":{},"exactly":1},`, 1000) + `{"when":{},"exactly":1}]}`, "",
			[]string{"must be a list of 1 to 1000 expectations, got an array"},
		},
		{
			`{"expect":[{"when":{"operation":"getFutureLicence"},"exactly":1}]}`, "",
			[]string{`document:1:33: no operation "getFutureLicence" (did you mean "getFutureLicense"?)`},
		},
		{`{}`, `nothing to check: name expectations (in expect, or a file), since the scenario "trial" has none of its own`, nil},
		{`{"within":"1m"}`, `nothing to check: name expectations (in expect, or a file), since the scenario "trial" has none of its own`, nil},
		{
			`{"expect":[{"when":{"params":{"orgEntitlements":{"maxUsrs":10}}},"exactly":0}]}`, "",
			[]string{`document:1:50: no "maxUsrs" in orgEntitlements (did you mean "maxUsers"?)`},
		},
		{"{\"expect\":[\n{\"when\":{\"membr\":\"admin\"},\"exactly\":1},\n{\"when\":{}}]}", "", []string{
			`document:2:10: unknown key "membr" (did you mean "member"?); ` +
				`when has absent, errorCode, member, operation, outcome, params, present, violations`,
			`document:3:1: expectation 2 needs exactly, atLeast or atMost`,
		}},
	} {
		var got []string
		refused := bad(t, s, http.StatusBadRequest, "verifyCalls", verifyPath, row.body)
		for _, v := range refused.Violations {
			got = append(got, v.Message)
		}
		diff(t, row.body, row.messages, got)
		if row.detail != "" {
			diff(t, row.body, row.detail, refused.Detail)
		}
	}
}

// TestVerifyIncomplete proves that a verification says what was dropped, whether it is met or not.
func TestVerifyIncomplete(t *testing.T) {
	t.Parallel()
	s := played(t, 3, mock.WithJournal(2, 0)) // a call of getFutureLicense is dropped
	for body, status := range map[string]int{
		`{"expect":[{"when":{"operation":"provisionOrgEntitlements"},"exactly":1}]}`: http.StatusOK,
		`{"expect":[{"when":{"operation":"getFutureLicense"},"exactly":1}]}`:         http.StatusUnprocessableEntity,
	} {
		a := ask(t, s, "verifyCalls", verifyPath, body)
		if a.status != status || !strings.Contains(a.body, `"complete":false,"dropped":1,`) {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
}

// proveUnverified holds the answer of a verification that failed against the contract.
func proveUnverified(tb testing.TB, a answer) {
	tb.Helper()
	if err := contract.Control().ProveSchema("Unverified", a.body); err != nil {
		tb.Errorf("%v in %s", err, a.body)
	}
}

// TestDifferencesAreBounded proves that a verification shows at most 30 differences of a call.
func TestDifferencesAreBounded(t *testing.T) {
	t.Parallel()
	s := played(t, 2)
	names := make([]string, 101)
	for i := range names {
		names[i] = fmt.Sprintf(`"extension%d":{"num":1}`, i)
	}
	a := ask(
		t, s, "verifyCalls", verifyPath, `{"expect":[{"when":{"operation":"provisionOrgEntitlements","params":`+
			`{"orgEntitlements":{"entitlements":{`+strings.Join(names, ",")+`}}}},"exactly":1}]}`,
	)
	diff(t, "status and differences", []int{422, 30}, []int{a.status, strings.Count(a.body, `"pointer":"/params/`)})
}
