package mock_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// output is everything that was reported to the test.
func (t *tester) output() [][]string { return [][]string{t.fatals, t.errors, t.logs} }

// TestVerify proves what a test is told of expectations, word by word, in the sandbox that a server is and in one of its own.
func TestVerify(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	box := s.Sandbox(t, "purchased", mock.WithSeed(7))
	for _, r := range []request{license(), license(), provision()} {
		ask(t, s, r)
	}
	fetch(t, s.Client(), license().to(t, box.URL))
	provisions := mock.Expect(mock.ProvisionOrgEntitlements)
	for _, row := range []struct {
		name string
		box  interface {
			Verify(tb mock.TB, expect ...mock.Expectation) bool
		}
		expect []mock.Expectation
		want   string // "": they are met
	}{
		{"met", s, []mock.Expectation{provisions.Exactly(1), mock.Expect(mock.GetFutureLicense).AtLeast(2), mock.Expect("").AtMost(3)}, ""},
		{"all that can be named", s, []mock.Expectation{
			provisions.Member("admin").Param("purchaserOrgId", purchaser).Param("orgEntitlements", map[string]any{"maxUsers": 10}).Present("token").
				Absent("callback").Outcome(journal.OK).Violating(false).Exactly(1),
			mock.Expect("").Violating(true).AtMost(0), mock.Expect("").ErrorCode(498).Exactly(0),
		}, ""},
		{
			"unmet", s,
			[]mock.Expectation{provisions.Param("orgEntitlements", map[string]any{"maxUsers": 11}).Exactly(1)},
			`mock: sandbox "default" (scenario "trial", seed 0): the expectation is unmet
expectation 1: Exactly(1) call of provisionOrgEntitlements with orgEntitlements = {"maxUsers":11}; none came
    call 3: POST ` + provisionPath + ` by admin, ok
        /params/orgEntitlements/maxUsers: expected 11, got 10`,
		},
		{
			"of two one", s,
			[]mock.Expectation{provisions.AtLeast(1), mock.Expect(mock.GetFutureLicense).Exactly(1)},
			`mock: sandbox "default" (scenario "trial", seed 0): 1 of 2 expectations are unmet
expectation 2: Exactly(1) call of getFutureLicense; 2 came
    call 2: GET ` + licensePath + ` by admin, ok
        it repeats call 1, which was done`,
		},
		{
			"in a sandbox of its own", box,
			[]mock.Expectation{mock.Expect(mock.GetFutureLicense).Exactly(0)},
			`mock: sandbox "s1" (scenario "purchased", seed 7): the expectation is unmet
expectation 1: Exactly(0) calls of getFutureLicense; 1 came
    call 1: GET /sandboxes/s1` + licensePath + ` by admin, ok`,
		},
	} {
		tb := &tester{}
		met := row.box.Verify(tb, row.expect...)
		var errs []string
		if row.want != "" {
			errs = []string{row.want}
		}
		diff(t, row.name, [][]string{nil, errs, nil}, tb.output())
		diff(t, row.name, row.want == "", met)
	}
}

// TestVerifyFatal proves that an expectation which cannot be meant ends the test, and names what is near.
func TestVerifyFatal(t *testing.T) {
	t.Parallel()
	s, p := mock.NewServer(t), portal(t)
	for _, row := range []struct {
		name   string
		expect []mock.Expectation
		want   string
	}{
		{"nothing", nil, "mock: no expectations: name at least one"},
		{
			"an unknown operation",
			[]mock.Expectation{mock.Expect("getFutureLicence").Exactly(1)},
			`mock: expectation 1: no operation "getFutureLicence" (did you mean "getFutureLicense"?)`,
		},
		{
			"an unknown member",
			[]mock.Expectation{mock.Expect("").Exactly(1), mock.Expect("").Member("admn").Exactly(1)},
			`mock: expectation 2: no member "admn" (did you mean "admin"?)`,
		},
		{"no number", []mock.Expectation{mock.Expect(mock.GetFutureLicense)}, "mock: expectation 1: it needs Exactly, AtLeast or AtMost"},
		{
			"two numbers",
			[]mock.Expectation{mock.Expect("").Exactly(1).AtLeast(1)},
			"mock: expectation 1: Exactly cannot be combined with AtLeast or AtMost",
		},
		{
			"a number below none",
			[]mock.Expectation{mock.Expect("").Exactly(-1)},
			"mock: expectation 1: Exactly must be a whole number of at least 0, not -1",
		},
		{
			"a secret",
			[]mock.Expectation{mock.Expect("").Param("token", "admin-token").Exactly(1)},
			"mock: expectation 1: token is masked in the journal and equals nothing there; expect it with Present(\"token\")",
		},
		{
			"a name in an object",
			[]mock.Expectation{mock.Expect("").Param("orgEntitlements", map[string]any{"maxUsrs": 10}).Exactly(0)},
			`mock: expectation 1: no "maxUsrs" in orgEntitlements (did you mean "maxUsers"?)`,
		},
		{
			"a name in a struct, under an entitlement",
			[]mock.Expectation{mock.Expect(mock.ProvisionOrgEntitlements).Param("orgEntitlements", map[string]any{
				"entitlements": map[string]any{"maxUser": struct{ Num int }{8}},
			}).Exactly(0)},
			`mock: expectation 1: no "Num" in orgEntitlements.entitlements.maxUser (did you mean "num"?)`,
		},
		{
			"a name in JSON as text",
			[]mock.Expectation{mock.Expect("").Param("orgEntitlements", `{"maxUsrs":10}`).Exactly(0)},
			`mock: expectation 1: no "maxUsrs" in orgEntitlements (did you mean "maxUsers"?)`,
		},
		{
			"bytes, which are no JSON",
			[]mock.Expectation{mock.Expect("").Param("orgEntitlements", []byte(`{"maxUsers":10}`)).Exactly(0)},
			"mock: expectation 1: orgEntitlements is JSON, and this text is not: write the value itself, or valid JSON",
		},
		{
			"bounds that cross",
			[]mock.Expectation{mock.Expect("").AtLeast(3).AtMost(2)},
			"mock: expectation 1: AtMost must be at least AtLeast, 3, not 2",
		},
		{
			"a code of what was done",
			[]mock.Expectation{mock.Expect("").Outcome(journal.OK).ErrorCode(498).Exactly(1)},
			"mock: expectation 1: ErrorCode needs the outcome error, not ok",
		},
		{"none", nil, "mock: no expectations: name at least one"},
		{"a value JSON cannot write", []mock.Expectation{mock.Expect("").Param("f", make(chan int)).Exactly(1)}, "mock: expectation 1: json: "},
		{"two faults", []mock.Expectation{mock.Expect("x").Exactly(1), mock.Expect("y").Exactly(1)}, "expectation 2: no operation \"y\""},
	} {
		tb := &tester{}
		if s.Verify(tb, row.expect...) || len(tb.fatals) != 1 || len(tb.errors) != 0 || !strings.Contains(tb.fatals[0], row.want) {
			t.Errorf("%s: %q", row.name, tb.output())
		}
		if _, err := p.Verify(t.Context(), mock.Expectations{Expect: row.expect}); err == nil || "mock: "+err.Error() != tb.fatals[0] {
			t.Errorf("%s: the error of a portal is %v", row.name, err)
		}
	}
}

// TestExpectationsAreValues proves that what is made of an expectation leaves it as it was.
func TestExpectationsAreValues(t *testing.T) {
	t.Parallel()
	p := portal(t)
	call(t, p, license())
	base := mock.Expect(mock.GetFutureLicense).Param("f", "json").AtLeast(1)
	base.Param("f", "html").Member("viewer").AtMost(0)
	verify(t, p, base)
	var zero mock.Expectation
	verify(t, p, zero.AtLeast(1), zero.Member("admin").Param("f", "json").Exactly(1))
}

// TestVerifyAll proves that a server and a portal check the order of calls and wait for those to come.
func TestVerifyAll(t *testing.T) {
	t.Parallel()
	s, p := mock.NewServer(t), portal(t)
	for _, r := range []request{provision(), license()} {
		ask(t, s, r)
		call(t, p, r)
	}
	first, second := mock.Expect(mock.ProvisionOrgEntitlements).AtLeast(1), mock.Expect(mock.GetFutureLicense).AtLeast(1)
	s.VerifyAll(t, mock.Expectations{Expect: []mock.Expectation{first, second}, InOrder: true})
	wrong := mock.Expectations{Expect: []mock.Expectation{second, first}, InOrder: true, Within: time.Millisecond}
	tb := &tester{}
	if s.VerifyAll(tb, wrong) || len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "expectation 2: AtLeast(1) "+
		"call of provisionOrgEntitlements, after call 2; 1 came, 0 after it") {
		t.Errorf("out of order: %q", tb.output())
	}
	verdict, err := p.Verify(t.Context(), wrong)
	diff(t, "a portal", []any{error(nil), false, true, 2}, []any{err, verdict.Met(), verdict.Complete, verdict.Expectations})
	wrong.Within = time.Hour
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	verdict, err = p.Verify(ended, wrong)
	diff(t, "a portal, no longer waiting", []any{error(nil), false}, []any{err, verdict.Met()})
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { ask(t, s, provision()) })
	s.VerifyAll(t, wrong) // it waits for the call that is on its way
}

// TestAwait proves what Await returns, and with what words it ends.
func TestAwait(t *testing.T) {
	t.Parallel()
	p := portal(t, mock.WithJournal(2, 0))
	for range 3 {
		call(t, p, license())
	}
	calls, err := p.Await(t.Context(), mock.GetFutureLicense, 2)
	if err != nil || len(calls) != 2 || calls[0].Number != 2 || calls[1].Params["f"] != "json" {
		t.Errorf("%v, %v", err, calls)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	for _, row := range []struct {
		operation, want string
		is              error
		calls           int
	}{
		{
			mock.GetFutureLicense,
			`sandbox "default" (scenario "trial", seed 0): 2 of 3 calls of getFutureLicense came (not complete: 1 ` +
				`dropped): context deadline exceeded`,
			context.DeadlineExceeded, 2,
		},
		{
			mock.ProvisionOrgEntitlements,
			`sandbox "default" (scenario "trial", seed 0): 0 of 3 calls of provisionOrgEntitlements came (not ` +
				`complete: 1 dropped): context deadline exceeded`,
			context.DeadlineExceeded, 0,
		},
		{"trail", `no operation "trail"`, nil, 0},
		{"provision", `no operation "provision" (did you mean "provisionOrgEntitlements"?)`, nil, 0},
		{"getFutureLicence", `no operation "getFutureLicence" (did you mean "getFutureLicense"?)`, nil, 0},
	} {
		calls, err := p.Await(ctx, row.operation, 3)
		if err == nil || err.Error() != row.want || row.is != nil && !errors.Is(err, row.is) || len(calls) != row.calls {
			t.Errorf("%s: %v, %d calls", row.operation, err, len(calls))
		}
	}
	p.Close()
	if _, err := p.Await(t.Context(), mock.GetFutureLicense, 3); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// TestAwaitComes proves that Await returns with the call that it waits for.
func TestAwaitComes(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { ask(t, s, license()) })
	calls := s.Await(t.Context(), mock.GetFutureLicense, 1)
	if len(calls) != 1 || calls[0].Outcome != journal.OK {
		t.Errorf("it returns %v", calls)
	}
}

// TestAwaitFails proves that Await fails a test when its context ends first, or the server is closed first.
func TestAwaitFails(t *testing.T) {
	t.Parallel()
	tb := &tester{}
	s := mock.NewServer(tb)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s.Await(ended, mock.GetFutureLicense, 1)
	s.Close()
	s.Await(t.Context(), mock.GetFutureLicense, 1)
	const missing = `mock: sandbox "default" (scenario "trial", seed 0): 0 of 1 calls of getFutureLicense came: `
	diff(t, "fatal", []string{missing + "context canceled", missing + "the journal is closed"}, tb.fatals)
}

// TestUnknownOperationFails proves that a misspelt operation ends the test instead of finding nothing.
func TestUnknownOperationFails(t *testing.T) {
	t.Parallel()
	tb := &tester{}
	s := mock.NewServer(tb)
	defer tb.end()
	s.Calls("getFutureLicence", mock.GetFutureLicense, "trail")
	s.Await(t.Context(), "getFutureLicence", 1)
	const licence = `mock: no operation "getFutureLicence" (did you mean "getFutureLicense"?)`
	diff(t, "fatal", []string{licence + "\n" + `no operation "trail"`, licence}, tb.fatals)
	if calls, err := portal(t).Calls("getFutureLicence"); err == nil || "mock: "+err.Error() != licence || calls != nil {
		t.Errorf("a portal returns %v, %v", calls, err)
	}
}

// expecting is a scenario that expects one call of getFutureLicense.
var expecting = mock.WithScenarioDocument(
	[]byte("format: 1\nsummary: Expects one call.\nextends: trial\nexpect:\n  - { when: { operation: getFutureLicense }, exactly: 1 }\n"),
)

// TestCheckExpectations proves that a scenario's own expectations are checked at the end of a test where that is asked for, and nowhere
// else.
func TestCheckExpectations(t *testing.T) {
	t.Parallel()
	const unmet = "the expectation is unmet\nexpectation 1: exactly 1 call of getFutureLicense; none came\n    no call came at all"
	for _, row := range []struct {
		name         string
		server       []mock.Option
		box          []mock.Option
		calls, inBox int
		want         string
	}{
		{"not asked for", []mock.Option{expecting}, nil, 0, 0, ""},
		{
			"unmet",
			[]mock.Option{expecting, mock.CheckExpectations()},
			nil, 0, 0,
			`mock: sandbox "default" (scenario "document", seed 0): ` + unmet,
		},
		{"met", []mock.Option{expecting, mock.CheckExpectations()}, nil, 1, 0, ""},
		{
			"nothing expected",
			[]mock.Option{mock.CheckExpectations()},
			nil, 0, 0,
			`mock: sandbox "default" (scenario "trial", seed 0): CheckExpectations has nothing to check: the scenario has no expect`,
		},
		{
			"a sandbox, unmet", nil,
			[]mock.Option{expecting, mock.CheckExpectations()},
			1, 0,
			`mock: sandbox "s1" (scenario "document", seed 0): ` + unmet + `; such calls came elsewhere: 1 in sandbox "default"`,
		},
		{"a sandbox, met", nil, []mock.Option{expecting, mock.CheckExpectations()}, 0, 1, ""},
		{"a sandbox, not asked for", []mock.Option{expecting, mock.CheckExpectations()}, []mock.Option{expecting}, 1, 0, ""},
	} {
		tb := &tester{}
		s := mock.NewServer(tb, row.server...)
		box := s.Sandbox(tb, "trial", row.box...)
		for range row.calls {
			ask(t, s, license())
		}
		for range row.inBox {
			fetch(t, s.Client(), license().to(t, box.URL))
		}
		var want []string
		if row.want != "" {
			want = []string{row.want}
		}
		diff(t, row.name, want, tb.end())
	}
}

// TestJournalIsLogged proves that the journal is logged once when a test failed, whatever it failed with, and never when it passed.
func TestJournalIsLogged(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		calls int
		fail  func(*tester)
		want  []string
	}{
		{"passed", 2, func(*tester) {}, nil},
		{
			"failed", 2, func(tb *tester) { tb.Errorf("something") },
			[]string{`mock: sandbox "default" (scenario "trial", seed 0): the journal (not complete: 1 dropped)
call  operation         member  outcome  violations  rule
2     getFutureLicense  admin   ok       0           -`},
		},
		{
			"failed without calls", 0, func(tb *tester) { tb.Fatalf("something") },
			[]string{`mock: sandbox "default" (scenario "trial", seed 0): 0 calls in the journal`},
		},
	} {
		tb := &tester{}
		s := mock.NewServer(tb, mock.WithJournal(1, 0))
		for range row.calls {
			ask(t, s, license())
		}
		row.fail(tb)
		tb.end()
		diff(t, row.name, row.want, tb.logs)
	}
}

// TestElsewhere proves that a failure for want of calls names the other sandboxes that have such calls, and nothing else does.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	const first = `mock: sandbox "default" (scenario "document", seed 0): `
	s := mock.NewServer(t, expecting)
	boxes := make([]*mock.Sandbox, 5)
	for i := range boxes {
		boxes[i] = s.Sandbox(t, "trial")
	}
	askSandbox(t, boxes[0], license())
	askSandbox(t, boxes[0], license())
	askSandbox(t, boxes[1], provision())
	two := `such calls came elsewhere: 2 in sandbox "s1"`
	for _, row := range []struct {
		name   string
		expect mock.Expectation
		want   string
	}{
		{
			"of a kind", mock.Expect(mock.GetFutureLicense).Exactly(1),
			"expectation 1: Exactly(1) call of getFutureLicense; none came\n    no call came at all; " + two,
		},
		{
			"matching", mock.Expect(mock.ProvisionOrgEntitlements).Member("viewer").AtLeast(1),
			"expectation 1: AtLeast(1) call of provisionOrgEntitlements by viewer; none came\n    no call came at all",
		},
		{"met", mock.Expect(mock.GetFutureLicense).AtMost(1), ""},
	} {
		tb := &tester{}
		s.Verify(tb, row.expect)
		var want []string
		if row.want != "" {
			want = []string{first + "the expectation is unmet\n" + row.want}
		}
		diff(t, row.name, want, tb.errors)
	}
	tb := &tester{}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	awaiting := mock.NewServer(tb)
	awaiting.Await(ended, mock.GetFutureLicense, 1)
	askSandbox(t, awaiting.Sandbox(t, "trial"), license())
	awaiting.Await(ended, mock.GetFutureLicense, 1)
	const missing = `mock: sandbox "default" (scenario "trial", seed 0): 0 of 1 calls of getFutureLicense came`
	diff(t, "Await", []string{
		missing + ": context canceled", missing + `; such calls came elsewhere: 1 in sandbox "s1": context canceled`,
	}, tb.fatals)

	tb = &tester{}
	for _, box := range boxes[1:] {
		askSandbox(t, box, license())
	}
	ask(t, s, provision())
	s.Verify(
		tb, mock.Expect(mock.GetFutureLicense).Exactly(1), mock.Expect(mock.ProvisionOrgEntitlements).Exactly(0),
		mock.Expect(mock.ProvisionOrgEntitlements).AtLeast(2),
	)
	diff(t, "beside other calls, in many sandboxes", []string{first + `3 of 3 expectations are unmet
expectation 1: Exactly(1) call of getFutureLicense; none came
    ` + two + `, 1 in sandbox "s2", 1 in sandbox "s3", and in 2 more
    call 1: POST ` + provisionPath + ` by admin, ok
        /operation: expected "getFutureLicense", got "provisionOrgEntitlements"
expectation 2: Exactly(0) calls of provisionOrgEntitlements; 1 came
    call 1: POST ` + provisionPath + ` by admin, ok
expectation 3: AtLeast(2) calls of provisionOrgEntitlements; 1 came
    such calls came elsewhere: 1 in sandbox "s2"`}, tb.errors)
}

// TestOnlySandboxes proves that a failed test which only uses sandboxes logs no empty journal of the default one, but any other.
func TestOnlySandboxes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		calls int
		want  []string
	}{
		{"default unused", 0, []string{`mock: sandbox "s1" (scenario "trial", seed 0): 0 calls in the journal`}},
		{"default used", 1, []string{
			`mock: sandbox "s1" (scenario "trial", seed 0): 0 calls in the journal`,
			`mock: sandbox "default" (scenario "trial", seed 0): the journal
call  operation         member  outcome  violations  rule
1     getFutureLicense  admin   ok       0           -`,
		}},
	} {
		tb := &tester{}
		s := mock.NewServer(tb)
		s.Sandbox(tb, "trial")
		for range row.calls {
			ask(t, s, license())
		}
		tb.Errorf("something")
		tb.end()
		diff(t, row.name, row.want, tb.logs)
	}
}

// TestJournalIsLoggedAfterAViolation proves that what only the end of the test finds out has the journal logged too.
func TestJournalIsLoggedAfterAViolation(t *testing.T) {
	t.Parallel()
	tb := &tester{}
	s := mock.NewServer(tb)
	ask(t, s, license().with("verbose", "1"))
	ask(t, s, get("/nowhere").by(http.MethodPost))
	ask(t, s, license().with("f", ""))
	tb.end()
	diff(t, "logs", []string{`mock: sandbox "default" (scenario "trial", seed 0): the journal
call  operation         member  outcome                                violations  rule
1     getFutureLicense  admin   ok                                     1           -
2     POST /nowhere     -       error 400                              0           -
3     getFutureLicense  admin   ok (answered as html: f was not sent)  0           -`}, tb.logs)
}

// TestTypedCalls proves that a call is read as what it was, whatever the portal said to it, and that what it was not is refused.
func TestTypedCalls(t *testing.T) {
	t.Parallel()
	p := portal(t, mock.WithScenario("future-entitlements"))
	for _, r := range []request{
		provision(), license(), license().with("token", "viewer-token"),
		orgEntitlements(`{"maxUsers":3,"entitlements":{},"extra":1}`), orgEntitlements(`{"maxUsers":"3"}`),
		orgEntitlements("[object Object]"), provision().with("orgEntitlements", ""),
	} {
		call(t, p, r)
	}
	calls := callsOf(t, p)
	got, err := calls[0].Provision()
	want := journal.Provision{ItemID: item, PurchaserOrgID: purchaser, Entitlements: journal.OrgEntitlements{
		MaxUsers: 10, Entitlements: map[string]journal.Entitlement{"standard": {Num: 8}, "advanced": {Num: 2}, "spatialAnalyst": {Num: 2}},
	}}
	diff(t, "provision", []any{want, error(nil)}, []any{got, err})
	future, err := calls[1].FutureLicense()
	if err != nil || len(future.UserTypes) == 0 || future.UserTypes[0].ID == "" || future.UserTypes[0].StartDate == 0 {
		t.Errorf("future licence: %v, %+v", err, future)
	}
	got, err = calls[3].Provision()
	diff(t, "with a name too many", []any{3, error(nil)}, []any{got.Entitlements.MaxUsers, err})
	for i, want := range map[int]string{
		1: "the call has no such thing: call 2 is getFutureLicense, ok, and not what provisionOrgEntitlements sends",
		4: "call 5: orgEntitlements: json: cannot unmarshal string into Go struct field OrgEntitlements.maxUsers of type int",
		5: "call 6: orgEntitlements: json: cannot unmarshal string into Go value of type journal.OrgEntitlements",
		6: "the call has no such thing: call 7 came without orgEntitlements",
	} {
		if _, err := calls[i].Provision(); err == nil || err.Error() != want {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
	for i, want := range map[int]string{
		0: "the call has no such thing: call 1 is provisionOrgEntitlements, ok, and not what getFutureLicense answers",
		2: "the call has no such thing: call 3 is getFutureLicense, error 403, and not what getFutureLicense answers",
	} {
		if _, err := calls[i].FutureLicense(); err == nil || err.Error() != want || !errors.Is(err, journal.ErrNotThat) {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
}

// TestJSONAsText proves that a JSON parameter given as text is compared as JSON, in part and whatever the order and the white space, and
// that a name which the contract tolerates is allowed.
func TestJSONAsText(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	ask(t, s, provision())
	for text, n := range map[string]int{
		`{"maxUsers": 10}`: 1,
		`{ "entitlements": {"spatialAnalyst": {"num": 2}, "standard": {}}, "maxUsers": 10 }`: 1,
		`{"maxUsers": 11}`:           0,
		`{"maxUsers": "10"}`:         0,
		`{"maxUsers": 10, "qux": 1}`: 0,
		`{}`:                         1,
		"":                           0,
	} {
		s.Verify(t, mock.Expect(mock.ProvisionOrgEntitlements).Param("orgEntitlements", text).Exactly(n))
	}
}
