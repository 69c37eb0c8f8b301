package mock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// The values that no output may show. Some have what escapes change; none is like a word that anybody else would write.
const (
	canaryToken    = "kt-4f9a1c77"
	canaryPassword = `kp "7'&<4c91bb2d>\é`
	canaryRefresh  = "kr-/+=91b3e7f5?x"
	canarySecret   = "ks_5d2e8a60" // may be the name of a function, too
	canaryDigits   = "8160442973"
	canaryControl  = "kc-77aa10ff"
	canaryCaller   = "kx-2b6d90c4" // no member has this token: it is a secret of the calls that it comes with
	canaryUnknown  = "zq83vkw1"    // the server knows nothing of it; a secret name stands before it

	canaryHost = "http://portal.example.com"

	canariesScenario = `
format: 1
summary: Credentials that must be seen nowhere.
extends: trial
world:
  members:
    admin: { token: ` + canaryToken + `, password: "kp \"7'&<4c91bb2d>\\é", refreshToken: "` + canaryRefresh + `" }
    viewer: { token: "` + canaryDigits + `" }
  apps: { app: { secret: ` + canarySecret + ` } }
`
)

// knownCanaries are the values that the server knows, one that it issued, and one that its caller sends as a token.
func knownCanaries(m *mine) []string {
	m.t.Helper()
	a := call(m.t, m.server, post("/sharing/rest/generateToken", "f", "json", "username", "admin", "password", canaryPassword))
	issued, ok := decoded(m.t, a.body).(map[string]any)["token"].(string)
	if !ok {
		m.t.Fatal(a.body)
	}
	return []string{canaryToken, canaryPassword, canaryRefresh, canarySecret, canaryDigits, canaryControl, issued, canaryCaller}
}

// TestNoOutputShowsAKnownValue writes each known value in each of its forms in each place of a call, and searches
// everything that comes out. The licensing operation gets them all; every other operation gets each place once, with
// values and forms in turn.
func TestNoOutputShowsAKnownValue(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]mock.Option{"lenient": nil, "strict": {mock.WithStrict()}} {
		t.Run("all, "+name, func(t *testing.T) {
			t.Parallel()
			m := newMine(t, textLog, options...)
			known := knownCanaries(m)
			for _, value := range known {
				m.plantEverywhere(value)
			}
			m.search(known, showsTheCode)
		})
	}
	t.Run("each operation", func(t *testing.T) {
		t.Parallel()
		m := newMine(t, jsonLog)
		known, turn := knownCanaries(m), 0
		for _, route := range contract.BuiltIn().Routes() {
			for _, p := range places() {
				format := [...]string{"json", "", "pjson"}[turn%3]
				m.plant(p, goodRequest(t, route).with("f", format), known[turn%len(known)], turn/len(known)%len(p.put))
				turn++
			}
		}
		m.search(known, showsTheCode)
	})
}

// plantEverywhere sends a value in each of its forms in each place of a good call.
func (m *mine) plantEverywhere(value string) {
	m.t.Helper()
	for _, p := range places() {
		for form := range p.put {
			m.plant(p, provision(), value, form)
		}
	}
}

// TestNoOutputShowsAValueUnderASecretName sends an unknown value under every secret name, to every operation.
func TestNoOutputShowsAValueUnderASecretName(t *testing.T) {
	t.Parallel()
	m := newMine(t, textLog)
	sent, members := url.Values{}, map[string]any{}
	for _, name := range secretNames() {
		sent.Set(name, canaryUnknown)
		members[name] = canaryUnknown
	}
	deep := marshalled(
		t,
		map[string]any{"maxUsers": 1, "entitlements": map[string]any{}, "a": []any{members, map[string]any{"token": []string{canaryUnknown}}}},
	)
	for _, route := range contract.BuiltIn().Routes() {
		good := goodRequest(t, route)
		m.send("the query of "+route.Path, good.at(good.path+"?"+sent.Encode()).to(t, canaryHost))
		m.send("JSON in "+route.Path, good.with("orgEntitlements", deep).with("stuff", deep).to(t, canaryHost))
		if good.form != nil {
			maps.Copy(good.form, sent)
			m.send("the form of "+route.Path, good.to(t, canaryHost))
			m.send("the form as text to "+route.Path, good.sending("Content-Type", "text/plain").to(t, canaryHost))
			m.send("JSON to "+route.Path, withBody(t, good.sending("Content-Type", "application/json"), " "+deep))
		}
	}
	m.search([]string{canaryUnknown}, showsTheCode)
}

// secretNames are those that the contracts mark and the others that SECURITY.md lists, in other letter case and with
// other separators too.
func secretNames() []string {
	all := []string{
		"token", "auth_token", "access_token", "refresh_token", "id_token", "password", "secret", "client_secret",
		"code", "code_verifier", "api_key", "authorization",
	}
	for _, contract := range []*contract.Contract{contract.BuiltIn(), contract.Control()} {
		for _, route := range contract.Routes() {
			for _, p := range route.Parameters {
				if p.Secret {
					all = append(all, p.Name)
				}
			}
		}
	}
	for _, name := range all {
		all = append(all, strings.ToUpper(name), strings.ReplaceAll(name, "_", ""))
		for _, separator := range []string{"-", ".", " "} {
			all = append(all, strings.ReplaceAll(name, "_", separator))
		}
	}
	return all
}

// TestNoAnswerOfTheControlAPIShowsASecret does the same to every operation of the control API: known values in paths,
// queries and bodies, and values that refused scenarios have under secret names.
func TestNoAnswerOfTheControlAPIShowsASecret(t *testing.T) {
	t.Parallel()
	m := newMine(t, textLog)
	known, turn := knownCanaries(m), 0
	known = known[:len(known)-1] // the control API does not know a call's own token
	for _, route := range contract.Control().Routes() {
		good := request{method: route.Method, path: filled(route)}.sending("Authorization", "Bearer "+canaryControl)
		for _, p := range places() {
			put, value := p.put[turn%len(p.put)], known[turn%len(known)]
			m.control(put(t, good, value))
			m.control(put(t, good.sending("Authorization", "Bearer "+value+"x"), value))
			turn++
		}
		for _, body := range hostileBodies() {
			m.control(withBody(t, good, strings.ReplaceAll(body, `"CANARY"`, quoted(known[turn%len(known)]))))
			turn++
		}
		for _, document := range refusedDocuments() {
			m.control(withBody(t, good, strings.ReplaceAll(`{"scenario":`+document+`}`, "CANARY", canaryUnknown)))
		}
	}
	for range 3 { // the rules that were taken say their names
		m.send("a call that a rule holds for", license().with("token", canaryToken).to(t, canaryHost))
	}
	m.search(append(known, canaryUnknown), handsOutTokens)
}

// showsTheCode reports whether an answer may show what it was sent: the page that shows a code to a client without an address.
func showsTheCode(a dug) bool { return strings.Contains(a.what, "/oauth2/approval") }

// handsOutTokens reports whether an answer may show the credentials of a scenario: that of a new sandbox, and a scenario
// itself.
func handsOutTokens(a dug) bool {
	return a.status == http.StatusCreated && strings.HasPrefix(a.what, "POST /__admin/sandboxes ") ||
		a.status == http.StatusOK && strings.HasPrefix(a.what, "GET /__admin/scenarios/")
}

// plant sends a value in one of its forms in a place of a request. A request that no connection could carry is not sent.
func (m *mine) plant(p place, good request, value string, form int) {
	m.t.Helper()
	if value == canaryCaller {
		good = good.with("token", "").sending("X-Esri-Authorization", "Bearer "+value)
	}
	if hr := p.put[form](m.t, good, value); carried(hr) {
		m.send(fmt.Sprintf("%s, form %d: %s", p.where, form, value), hr)
	}
}

func (m *mine) control(hr *http.Request) {
	m.t.Helper()
	if carried(hr) && strings.HasPrefix(hr.URL.Path, "/__admin") {
		ctx, cancel := context.WithCancel(hr.Context())
		cancel() // nobody waits for calls that are to come
		m.send(hr.Method+" "+hr.URL.Path+" ", hr.WithContext(ctx))
	}
}

// carried reports whether net/http would let a request in.
func carried(r *http.Request) bool {
	for _, name := range append(slices.Collect(maps.Keys(r.Header)), r.Method) {
		if !validMethod(name) {
			return false
		}
	}
	return !strings.ContainsAny(r.Host, " \"'<>\\&?")
}

func withBody(t *testing.T, r request, body string) *http.Request {
	t.Helper()
	hr := r.to(t, canaryHost)
	hr.Body, hr.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return hr
}

// goodRequest is a request to a route that succeeds, with the credentials of the canaries.
func goodRequest(t *testing.T, route *contract.Route) request {
	t.Helper()
	r, ok := successes()[route.Operation.ID]
	if !ok {
		t.Fatalf("no request succeeds for %s", route.Operation.ID)
	}
	sent := url.Values{}
	for _, v := range []url.Values{r.query, r.form} {
		maps.Copy(sent, v)
	}
	for name, good := range map[string]string{
		"token": canaryToken, "password": canaryPassword, "client_secret": canarySecret, "auth_token": "nobody-has-this",
	} {
		if sent.Has(name) {
			sent.Set(name, good)
		}
	}
	r = request{method: route.Method, path: filled(route)}
	if route.Method == http.MethodPost {
		r.form = sent
	} else {
		r.query = sent
	}
	return r
}

// filled is a route's path with parameters that name something.
func filled(route *contract.Route) string {
	return strings.NewReplacer(
		"{itemId}", item, "{username}", "viewer", "{resource}", "any/thing",
		"{id}", "default", "{name}", "trial", "{rule}", "rule-1", "{number}", "1",
	).Replace(route.Path)
}

// hostileBodies are documents with a text in every place of the control API's bodies.
func hostileBodies() []string {
	const when = `"when":{"operation":"getFutureLicense"},"times":1,"delay":"1ns"`
	return []string{
		`"CANARY"`, `{"CANARY":1}`, `{"scenario":"CANARY"}`, `{"scenario":"trial","CANARY":1}`, `{"scenario":"trial","clock":"CANARY"}`,
		`{"scenario":"trial","seed":"CANARY"}`, `{"scenario":"trial","id":"CANARY"}`,
		`{"scenario":"trial","rules":[{"name":"CANARY",` + when + `}]}`,
		`{"at":"CANARY"}`, `{"advance":"CANARY"}`, `{"mode":"CANARY"}`, `{"advance":"1s","CANARY":1}`,
		`{"name":"CANARY",` + when + `}`, `{"name":"CANARY","when":{"operation":"CANARY"}}`,
		`{"when":{"member":"CANARY"}}`, `{"when":{"params":{"CANARY":"CANARY"}}}`,
		`{"when":{"present":["CANARY"]},"delay":"CANARY"}`, `{"when":{"operation":"getFutureLicense"},"reply":{"fixture":"CANARY"}}`,
		`{"when":{"operation":"getFutureLicense"},"reply":{"status":200,"headers":{"CANARY":"CANARY"},"body":{"CANARY":"CANARY"}}}`,
		`{"name":"CANARY",}`, `{"expect":"CANARY","within":"1ms"}`, `{"expect":[{"when":{"member":"CANARY"},"exactly":9}],"within":"CANARY"}`,
		`{"expect":[{"when":{"operation":"provisionOrgEntitlements","params":{"purchaserOrgId":"CANARY",` +
			`"orgEntitlements":{"CANARY":["CANARY"]}}},"exactly":9}]}`,
		`{"expect":[{"when":{"present":["CANARY"],"absent":["CANARY"]},"CANARY":9}],"CANARY":1}`,
	}
}

// refusedDocuments are scenarios with credentials in them, which also stand elsewhere, and with a mistake for which they
// are refused.
func refusedDocuments() []string {
	var all []string
	for _, rest := range []string{
		`"world":{"members":{"admin":{"password":["CANARY"],"token":{"CANARY":1},"refreshToken":{"a":"CANARY"}}}}}`,
		`"world":{"members":{"admin":{"token":"CANARY"},"viewer":{"token":"CANARY"}}}}`,
		`"world":{"members":{"admin":{"refreshToken":"CANARY","token":"CANARY","role":"CANARY"}}}}`,
		`"world":{"members":{"admin":{"password":"CANARY","tokenExpires":"CANARY","CANARY":1}}}}`,
		`"world":{"members":{"admin":{"token":"CANARY"}},"listings":{"a":{"orgId":"b","CANARY":1,"licenseBy":"CANARY"}}}}`,
		`"world":{"apps":{"app":{"secret":["CANARY"]},"other":{"secret":"CANARY","member":"CANARY"}}}}`,
		`"clock":{"at":"CANARY"},"world":{"members":{"admin":{"password":"CANARY"}}},` +
			`"rules":[{"name":"CANARY","when":{"member":"CANARY","operation":"CANARY"}}]}`,
		`"world":{"members":{"admin":{"password":"CANARY","orgId":null,"CANARY":null}}}}`,
	} {
		all = append(all, `{"format":1,"summary":"x","extends":"trial",`+rest)
	}
	return append(all, `{"format":1,"extends":"CANARY","world":{"members":{"admin":{"password":"CANARY"}}}}`)
}

// TestErrorsShowNoSecret proves the same in Go: of scenarios that are refused, and of rules and expectations with what
// the world knows.
func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	for _, document := range refusedDocuments() {
		for _, text := range []string{canaryUnknown, canaryDigits} {
			_, err := mock.New(mock.WithScenarioDocument([]byte(strings.ReplaceAll(document, "CANARY", text))))
			holdErrorWithout(t, document, text, err)
		}
	}
	p := portal(t, mock.WithScenarioDocument([]byte(canariesScenario)))
	for _, text := range []string{canaryToken, canarySecret, canaryDigits} {
		for what, e := range map[string]mock.Expectation{
			"a member":    mock.Expect("getFutureLicense").Member(text).Exactly(1),
			"a parameter": mock.Expect("getFutureLicense").Param("f", text).Present(text).Exactly(1),
		} {
			_, err := p.Verify(t.Context(), mock.Expectations{Expect: []mock.Expectation{e}})
			holdErrorWithout(t, what, text, err)
		}
		holdErrorWithout(t, "a rule as a value", text, p.AddRule(mock.Rule{When: mock.When{Member: text}, Delay: 1}))
		holdErrorWithout(t, "a rule", text, p.AddRules("{ name: x, when: { member: \""+text+"\" }, delay: 1ms }"))
	}
}

func holdErrorWithout(t *testing.T, what, text string, err error) {
	t.Helper()
	if err == nil || strings.Contains(err.Error(), text) {
		t.Errorf("%s: %v", what, err)
	}
}

// TestRepliesAreMasked proves that a reply of a rule is masked: under secret names, and before it is cut, so that no part of
// a token is left where the cut goes through it.
func TestRepliesAreMasked(t *testing.T) {
	t.Parallel()
	const head = `{"a":{"password":"` + canaryUnknown + `"},"b":"`
	across := strings.Repeat("x", 16<<10-40) + canaryToken
	if at := len(head + across); at <= 16<<10 || at-len(canaryToken) >= 16<<10 {
		t.Fatalf("the token ends at %d, so no cut goes through it", at)
	}
	for name, rest := range map[string]string{"short": "x", "long": strings.Repeat("x", 20<<10), "long, with a token": across} {
		p := portal(t, mock.WithScenarioDocument([]byte(canariesScenario)))
		rule := `{ when: { operation: getFutureLicense }, reply: { status: 200, offSpec: true, body: ` + head + rest + `"} } }`
		if err := p.AddRules(rule); err != nil {
			t.Fatal(err)
		}
		call(t, p, license().with("token", canaryToken))
		c := callsOf(t, p)[0]
		reply := fmt.Sprint(c.Reply)
		if c.ReplyTruncated != (name != "short") || !strings.Contains(reply, "***") ||
			strings.Contains(reply, canaryUnknown) || strings.Contains(reply, canaryToken[:4]) {
			t.Errorf("%s: truncated %t: %.60s", name, c.ReplyTruncated, reply)
		}
	}
}

// TestGoodCallsStayReadable proves that nothing is masked in a good call but what the contract calls secret, and the
// tokens in replies.
func TestGoodCallsStayReadable(t *testing.T) {
	t.Parallel()
	named := map[string]bool{"/reply/token": true, "/reply/access_token": true, "/reply/refresh_token": true}
	for _, route := range contract.BuiltIn().Routes() {
		for _, p := range route.Parameters {
			if p.Secret {
				named["/params/"+p.Name] = true
			}
		}
	}
	for id, r := range successes() {
		p := portal(t)
		call(t, p, r)
		recorded := callsOf(t, p)[0]
		secrets := withParamsIn(named, recorded)
		for _, at := range masksIn(decoded(t, marshalled(t, recorded)), "") {
			if !secrets[at] {
				t.Errorf("%s: %s is masked", id, at)
			}
		}
	}
}

// withParamsIn adds the places in paramsIn of the secrets in params, and of headers and cookies, which carry the token.
func withParamsIn(named map[string]bool, call journal.Call) map[string]bool {
	all := maps.Clone(named)
	for i, sent := range call.ParamsIn {
		if named["/params/"+sent.Name] || sent.In == "header" || sent.In == "cookie" {
			all[fmt.Sprintf("/paramsIn/%d/value", i)] = true
		}
	}
	return all
}

// masksIn returns where in a JSON value something is masked, by pointer.
func masksIn(value any, at string) (all []string) {
	switch v := value.(type) {
	case string:
		if strings.Contains(v, "***") {
			all = append(all, at)
		}
	case []any:
		for i, inner := range v {
			all = append(all, masksIn(inner, fmt.Sprintf("%s/%d", at, i))...)
		}
	case map[string]any:
		for name, inner := range v {
			all = append(all, masksIn(name, at+"/"+name)...)
			all = append(all, masksIn(inner, at+"/"+name)...)
		}
	}
	return all
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}
