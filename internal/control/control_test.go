package control_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/openapi"
)

const (
	provisionPath = "/portal/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements"
	licensePath   = "/portal/portaladmin/license/getFutureLicense"
)

// answer is all of a response.
type answer struct {
	status int
	header http.Header
	body   string
}

// kind is the media type.
func (a answer) kind() string {
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	return kind
}

// send sends a request without a body over HTTP; each header is written as "Name: value".
func send(tb testing.TB, client *http.Client, method, address string, headers ...string) answer {
	tb.Helper()
	return sendBody(tb, client, method, address, "", headers...)
}

// sendBody sends a request over HTTP. Of a stream, which has no end, it reads the first line.
func sendBody(tb testing.TB, client *http.Client, method, address, body string, headers ...string) answer {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, address, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	resp, err := client.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		line, err := bufio.NewReader(resp.Body).ReadString('\n')
		if err != nil && method != http.MethodHead {
			tb.Fatal(err)
		}
		return answer{resp.StatusCode, resp.Header, line}
	}
	reply, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(reply)}
}

func diff(tb testing.TB, what string, want, got any) {
	tb.Helper()
	if d := cmp.Diff(want, got); d != "" {
		tb.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// problem is an error as the contract has it.
type problem struct {
	Type, Title, Detail string
	Status              int
	Violations          []openapi.Violation
}

// problemOf proves that an answer is a problem of the contract and returns it.
func problemOf(tb testing.TB, a answer) problem {
	tb.Helper()
	diff(tb, "Content-Type", "application/problem+json", a.kind())
	if err := contract.Control().ProveSchema("Problem", a.body); err != nil {
		tb.Errorf("%v in %s", err, a.body)
	}
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		tb.Fatal(err)
	}
	diff(tb, "status in the body", a.status, p.Status)
	diff(tb, "title", http.StatusText(a.status), p.Title)
	return p
}

// played returns a server to which n calls were made: of every kind, and in turns by the members admin and viewer.
func played(tb testing.TB, n int, options ...mock.Option) *mock.Server {
	tb.Helper()
	s := mock.NewServer(tb, append(options, mock.AllowViolations())...)
	for i := range n {
		switch i % 4 {
		case 0:
			send(tb, s.Client(), http.MethodGet, s.URL+licensePath+"?f=json&token=admin-token")
		case 1:
			post(
				tb, s, provisionPath,
				url.Values{
					"f": {"json"}, "token": {"viewer-token"}, "purchaserOrgId": {"sWwd06TnJR4lHopc"},
					"orgEntitlements": {`{"maxUsers":1,"entitlements":{}}`},
				},
			)
		case 2:
			send(tb, s.Client(), http.MethodGet, s.URL+licensePath+"?f=json&token=admin-token&verbose=1")
		case 3:
			send(tb, s.Client(), http.MethodGet, s.URL+"/nowhere")
		}
	}
	return s
}

func post(tb testing.TB, s *mock.Server, path string, form url.Values) {
	tb.Helper()
	resp, err := s.Client().PostForm(s.URL+path, form)
	if err != nil {
		tb.Fatal(err)
	}
	_ = resp.Body.Close()
}

// TestDocuments proves that the contracts are those that are checked, and that a scenario comes whole.
func TestDocuments(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	get := func(path string) string { return send(t, s.Client(), http.MethodGet, s.URL+path).body }
	diff(t, "control contract", string(contract.Control().Document()), get("/__admin/control.yaml"))
	diff(t, "portal contract", string(contract.BuiltIn().Document()), get("/__admin/portal.yaml"))
	var scenario struct {
		Extends string
		World   struct {
			Members map[string]struct{ Role, Token string }
		}
	}
	if err := json.Unmarshal([]byte(get("/__admin/scenarios/missing-privilege")), &scenario); err != nil {
		t.Fatal(err)
	}
	diff(t, "extends", "", scenario.Extends)
	diff(t, "role", "org_user", scenario.World.Members["admin"].Role)
	diff(t, "token", "viewer-token", scenario.World.Members["viewer"].Token)
}

// TestProblems proves the answer to everything that is refused, under the contract's schema of a problem.
func TestProblems(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, method, path string
		status             int
		detail             string
		violations         []openapi.Violation
	}{
		{
			"an unknown sandbox", "GET", "/__admin/sandboxes/s1/world", 404,
			`no such sandbox: "s1" (deleted, never made, or on another server); there are default`, nil,
		},
		{
			"calls of an unknown sandbox", "GET", "/__admin/sandboxes/s1/calls", 404,
			`no such sandbox: "s1" (deleted, never made, or on another server); there are default`, nil,
		},
		{
			"a call of an unknown sandbox", "GET", "/__admin/sandboxes/s1/calls/1", 404,
			`no such sandbox: "s1" (deleted, never made, or on another server); there are default`, nil,
		},
		{"an unknown scenario", "GET", "/__admin/scenarios/trail", 404, `no scenario "trail" (did you mean "trial"?)`, nil},
		{"an unknown scenario with a slash", "GET", "/__admin/scenarios/team%2Fnightly", 404, `no scenario "team/nightly"`, nil},
		{"a call that was not made", "GET", "/__admin/sandboxes/default/calls/9", 404, `no call 9 in sandbox "default" yet`, nil},
		{"no authority over HTTP", "GET", "/__admin/ca.pem", 404, "this server has no certificate of its own: it was not started with TLS", nil},
		{
			"a call without a number", "GET", "/__admin/sandboxes/default/calls/one", 400,
			"path number: must be an integer from 1 to 9007199254740991",
			[]openapi.Violation{
				{Kind: openapi.Malformed, In: "path", Name: "number", Message: "must be an integer from 1 to 9007199254740991"},
			},
		},
		{"two faults in the query", "GET", "/__admin/sandboxes/default/calls?limit=1001&outcome=good", 400, "", []openapi.Violation{
			{Kind: openapi.Malformed, In: "query", Name: "outcome", Message: "must be ok, error or fault, got text of 4 characters"},
			{Kind: openapi.Malformed, In: "query", Name: "limit", Message: "must be an integer from 1 to 1000, got 1001"},
		}},
		{
			"calls of an unknown operation", "GET", "/__admin/sandboxes/default/calls?operation=getFutureLicence",
			400, `no operation "getFutureLicence" (did you mean "getFutureLicense"?)`, nil,
		},
		{
			"a name that is not there", "GET", "/__admin/sandboxes/default/calls?operaton=x", 400,
			`query operaton: is not in the contract (did you mean "operation"?)`,
			[]openapi.Violation{
				{Kind: openapi.Unknown, In: "query", Name: "operaton", Message: "is not in the contract", Hint: `did you mean "operation"?`},
			},
		},
		{
			"a name that comes twice", "GET", "/__admin/sandboxes/default/calls?limit=1&limit=2", 400,
			"query limit: was sent more than once; the first value counts (send it once)",
			[]openapi.Violation{
				{Kind: openapi.Repeated, In: "query", Name: "limit", Message: "was sent more than once; the first value counts", Hint: "send it once"},
			},
		},
		{"a bad escape", "GET", "/__admin/scenarios?a=%zz", 400, "", []openapi.Violation{
			{
				Kind: openapi.Malformed, In: "query", Name: "a",
				Message: "has a percent sign that is not followed by two hexadecimal digits", Hint: "write % as %25",
			},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := played(t, 1)
			a := send(t, s.Client(), row.method, s.URL+row.path)
			diff(t, "status", row.status, a.status)
			got := problemOf(t, a)
			diff(t, "violations", row.violations, got.Violations)
			if row.detail != "" {
				diff(t, "detail", row.detail, got.Detail)
			}
		})
	}
}

// TestHugeNamesAreCut proves that a problem does not repeat what is too long to read.
func TestHugeNamesAreCut(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	huge := strings.Repeat("é", 100_000)
	for name, a := range map[string]answer{
		"a scenario": sendBody(t, s.Client(), http.MethodPost, s.URL+"/__admin/sandboxes", `{"scenario":"`+huge+`"}`),
		"a field":    sendBody(t, s.Client(), http.MethodPost, s.URL+"/__admin/sandboxes", `{"`+huge+`":1}`),
		"a path":     send(t, s.Client(), http.MethodGet, s.URL+"/__admin/"+url.PathEscape(huge)),
	} {
		if len(a.body) < 100 || len(a.body) > 40_000 || !strings.Contains(a.body, " … ") || strings.Contains(a.body, "\ufffd") {
			t.Errorf("%s: %d bytes: %.300s", name, len(a.body), a.body)
		}
	}
}

// TestUnknownPath proves that the answer to an unknown path lists the known ones.
func TestUnknownPath(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	for _, path := range []string{
		"/__admin//", "/__admin/scenario", "/__admin/sandboxes/default/", "/__admin/sandboxes/default/rule",
		"/__admin/sandboxes/default/rules/rule-1/x", "/__admin//scenarios", "/__admin/scenarios/",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			a := send(t, s.Client(), http.MethodGet, s.URL+path)
			diff(t, "status", http.StatusNotFound, a.status)
			detail := problemOf(t, a).Detail
			_, list, _ := strings.Cut(detail, "; there are ")
			got := strings.Split(list, ", ")
			slices.Sort(got)
			want := []string{}
			for _, route := range contract.Control().Routes() {
				want = append(want, route.Path)
			}
			slices.Sort(want)
			diff(t, "paths", slices.Compact(want), got)
		})
	}
}

// page is a page of the journal.
type page struct {
	Calls    []struct{ Number int }
	Total    int
	Next     int
	Dropped  int
	Complete bool
}

// pages returns all pages that a query has, one after the other.
func pages(tb testing.TB, s *mock.Server, query string) []page {
	tb.Helper()
	var all []page
	for after, more := 0, true; more; {
		a := send(tb, s.Client(), http.MethodGet, fmt.Sprintf("%s/__admin/sandboxes/default/calls?%s&after=%d", s.URL, query, after))
		var p page
		if err := json.Unmarshal([]byte(a.body), &p); err != nil {
			tb.Fatalf("%v in %s", err, a.body)
		}
		if p.Next != 0 && p.Next <= after {
			tb.Fatalf("next is %d after %d", p.Next, after)
		}
		all, after, more = append(all, p), p.Next, p.Next != 0
	}
	return all
}

// TestPaging proves that the pages of the journal, put together, are the journal, and what they say of the rest.
func TestPaging(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		query   string
		want    []int
		pages   int
		dropped int
	}{
		{"everything", "limit=3", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 4, 0},
		{"a limit that divides", "limit=5", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2, 0},
		{"no limit", "member=", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1, 0},
		{"one operation", "limit=2&operation=getFutureLicense", []int{1, 3, 5, 7, 9}, 3, 0},
		{"one member", "limit=2&member=viewer", []int{2, 6, 10}, 2, 0},
		{"one outcome", "limit=2&outcome=error", []int{2, 4, 6, 8, 10}, 3, 0},
		{"with violations", "limit=1&violations=true", []int{3, 7}, 2, 0},
		{"without violations", "limit=100&violations=false", []int{1, 2, 4, 5, 6, 8, 9, 10}, 1, 0},
		{"all together", "operation=getFutureLicense&member=admin&outcome=ok&violations=true&limit=1", []int{3, 7}, 2, 0},
		{"a bounded journal", "limit=2", []int{7, 8, 9, 10}, 2, 6},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := played(t, 10, mock.WithJournal(10-row.dropped, 0))
			all := pages(t, s, row.query)
			diff(t, "pages", row.pages, len(all))
			var got []int
			for _, p := range all {
				for _, c := range p.Calls {
					got = append(got, c.Number)
				}
				diff(t, "total, dropped, complete", []any{len(row.want), row.dropped, row.dropped == 0}, []any{p.Total, p.Dropped, p.Complete})
			}
			diff(t, "calls", row.want, got)
		})
	}
}

// TestDroppedCall proves that a call which is no longer held is told from one that was not made.
func TestDroppedCall(t *testing.T) {
	t.Parallel()
	s := played(t, 3, mock.WithJournal(1, 0))
	a := send(t, s.Client(), http.MethodGet, s.URL+"/__admin/sandboxes/default/calls/2")
	diff(t, "status", http.StatusGone, a.status)
	diff(t, "detail", "call 2 is no longer held: it was cleared, or dropped by the journal, which is bounded", problemOf(t, a).Detail)
	diff(t, "status of the newest", http.StatusOK, send(t, s.Client(), http.MethodGet, s.URL+"/__admin/sandboxes/default/calls/3").status)
}

// TestNoSecrets proves that neither the world nor the journal shows a password or a token, whatever was sent and answered.
func TestNoSecrets(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.AllowViolations())
	issued := signIn(t, s)
	for _, form := range []url.Values{
		{"username": {"admin"}, "password": {"admin-password"}},
		{"username": {"admin"}, "Password": {"admin-password"}, "passwrd": {"admin-password"}},
		{"grant_type": {"client_credentials"}, "client_id": {"app"}, "client_secret": {"app-secret"}},
		{"grant_type": {"refresh_token"}, "client_id": {"app"}, "refresh_token": {"admin-refresh-token"}},
		{"token": {"admin-token", "viewer-token"}, "auth_token": {"publisher-token"}, "TOKEN": {"licensing-token"}, "tokens": {"viewer-token"}},
		{"token": {issued}, "orgEntitlements": {`{"token":"viewer-token","maxUsers":1,"entitlements":{}}`}},
		{"unknown": {`{"a":[{"password":"viewer-password"}]}`}},
	} {
		for _, f := range []string{"json", "html"} {
			form.Set("f", f)
			for _, path := range []string{
				"/portal/sharing/rest/generateToken", "/sharing/rest/oauth2/token", "/sharing/rest/oauth2/revokeToken",
				"/portaladmin/login", provisionPath, "/nowhere/" + form.Get("token"),
			} {
				post(t, s, path, form)
			}
			send(t, s.Client(), http.MethodGet, s.URL+licensePath+"?"+form.Encode(), "Authorization: Bearer viewer-token")
		}
	}
	secret := regexp.MustCompile(
		`(admin|viewer|publisher|licensing)-(token|password|refresh-token)|app-secret|[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{43}`,
	)
	if !secret.MatchString(issued) {
		t.Fatalf("an issued token does not look as expected: %s", issued)
	}
	for _, path := range []string{"/__admin/sandboxes/default/world", "/__admin/sandboxes/default/calls?limit=1000"} {
		a := send(t, s.Client(), http.MethodGet, s.URL+path)
		diff(t, "status", http.StatusOK, a.status)
		for _, at := range secret.FindAllStringIndex(a.body, -1) {
			t.Errorf("%s shows a secret: …%s…", path, a.body[max(0, at[0]-200):min(len(a.body), at[1]+50)])
		}
	}
}

func signIn(tb testing.TB, s *mock.Server) string {
	tb.Helper()
	resp, err := s.Client().PostForm(
		s.SharingURL("generateToken"), url.Values{"f": {"json"}, "username": {"admin"}, "password": {"admin-password"}},
	)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var reply struct{ Token string }
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil {
		tb.Fatal(err)
	}
	return reply.Token
}

// TestWorld proves what the world says of the clock, the members and the provisions.
func TestWorld(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithScenario("token-expired"), mock.WithSeed(7), mock.WithClock("2016-08-01T12:00:00Z"))
	var v struct {
		Sandbox, Scenario, Mode, Now string
		Seed, EpochMs                int64
		World                        struct {
			Members []struct{ Username, Role, TokenExpires string }
			Apps    []struct{ ClientID, Member string }
		}
	}
	a := send(t, s.Client(), http.MethodGet, s.URL+"/__admin/sandboxes/default/world")
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatal(err)
	}
	diff(
		t, "sandbox, scenario, mode, now", []string{"default", "token-expired", "frozen", "2016-08-01T12:00:00Z"},
		[]string{v.Sandbox, v.Scenario, v.Mode, v.Now},
	)
	diff(t, "seed, epochMs", []int64{7, 1470052800000}, []int64{v.Seed, v.EpochMs})
	diff(t, "first member", struct{ Username, Role, TokenExpires string }{"admin", "org_admin", "2016-07-22T16:00:00Z"}, v.World.Members[0])
	diff(t, "apps", []struct{ ClientID, Member string }{{"app", "admin"}}, v.World.Apps)
}

// TestNotJournaled proves that what a test asks of the control API is no call to the portal.
func TestNotJournaled(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	for id, row := range requests() {
		ask(t, s, id, row.path, row.body)
	}
	send(t, s.Client(), http.MethodGet, s.URL+"/__admin/nowhere?verbose=1")
	diff(t, "calls", 0, len(s.Calls()))
}
