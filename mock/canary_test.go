package mock_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/mock"
)

// The canaries that a server knows. Some have what encodings change; none is like a word that anybody else would write.
const (
	canaryToken    = "kt-4f9a1c77"
	canaryPassword = `kp "7'&<4c91bb2d>\é`
	canaryRefresh  = "kr-/+=91b3e7f5?x"
	canarySecret   = "ks_5d2e8a60" // may be the name of a function, too
	canaryDigits   = "8160442973"
	canaryControl  = "kc-77aa10ff"
	canaryUnknown  = "zq83vkw1" // the server knows nothing of it

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

// knownCanaries are what the world knows of, and a token that it issued.
func knownCanaries(m *mine) []string {
	m.t.Helper()
	a := call(m.t, m.server, post("/sharing/rest/generateToken", "f", "json", "username", "admin", "password", canaryPassword))
	issued, ok := decoded(m.t, a.body).(map[string]any)["token"].(string)
	if !ok {
		m.t.Fatal(a.body)
	}
	known := []string{canaryToken, canaryPassword, canaryRefresh, canarySecret, canaryDigits, canaryControl, issued}
	if len(known) != len(variants) {
		m.t.Fatal("there are not as many variants as canaries")
	}
	return known
}

// handsOutTokens is what DESIGN calls the answers that hand out tokens, and only while they do: even there nothing that was sent comes back.
func handsOutTokens(a dug) bool {
	return a.status == http.StatusCreated && strings.HasPrefix(a.what, "createSandbox ") || a.status == http.StatusOK && strings.HasPrefix(a.what, "getScenario ")
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
	for name, good := range map[string]string{"token": canaryToken, "password": canaryPassword, "client_secret": canarySecret, "auth_token": "nobody-has-this"} {
		if sent.Has(name) {
			sent.Set(name, good)
		}
	}
	r = request{method: route.Method, path: filled(route, "", "")}
	if route.Method == http.MethodPost {
		r.form = sent
	} else {
		r.query = sent
	}
	return r
}

// variants are the ways in which each operation is asked: together as many as there are canaries that the server knows.
var variants = []struct {
	name    string
	log     func(io.Writer) slog.Handler
	options []mock.Option
	change  func(request) request
}{
	{"json", textLog, nil, func(r request) request { return r.with("f", "json") }},
	{"html", jsonLog, nil, func(r request) request { return r.with("f", "") }},
	{"callback", textLog, nil, func(r request) request { return r.with("f", "json").with("callback", "show") }},
	{"strict json", jsonLog, []mock.Option{mock.WithStrict()}, func(r request) request { return r.with("f", "json") }},
	{"strict pjson", textLog, []mock.Option{mock.WithStrict()}, func(r request) request { return r.with("f", "pjson") }},
	{"refused", jsonLog, nil, func(r request) request { return r.with("f", "json").with("token", "").with("username", "nobody") }},
	{"a form", textLog, nil, func(r request) request {
		r.query, r.form, r.method = r.form, nil, http.MethodGet
		return r.with("f", "")
	}},
}

// turns is in how many variants a route is asked: in two where it is another way to the same operation, and in one where not all are asked
// for, as under the race detector.
func turns(route *contract.Route) int {
	switch {
	case testing.Short():
		return 1
	case route != route.Operation.Routes[0]:
		return 2
	}
	return len(variants)
}

// TestNoOutputShowsASecret plants credentials wherever a client can put a text, and texts under every name that says that they are secret,
// in every operation of the portal, and searches everything that comes out.
func TestNoOutputShowsASecret(t *testing.T) {
	t.Parallel()
	for _, route := range contract.BuiltIn().Routes() {
		for turn, v := range variants {
			if turn >= turns(route) {
				break
			}
			t.Run(v.name+" "+route.Method+" "+route.Operation.ID, func(t *testing.T) {
				t.Parallel()
				m := newMine(t, v.log, v.options...)
				known, good := knownCanaries(m), v.change(goodRequest(t, route))
				for i, p := range plantsOf(route) {
					m.plant(p, good, known[(i+turn)%len(known)]) // they take turns: in the variants together each has been in each place
				}
				for _, p := range underNames() {
					m.plant(p, good, canaryUnknown)
				}
				m.search(append(known, canaryUnknown), handsOutTokens)
			})
		}
	}
}

// plant sends a request with a text in it. One that no connection could carry is not sent.
func (m *mine) plant(p plant, r request, text string) {
	m.t.Helper()
	hr := p.put(m.t, r, text)
	if !carried(hr) {
		return
	}
	m.send(p.where+": "+text, hr)
}

// carried reports whether net/http would let a request in: its method and the names of headers have letters of their own, and no value has
// a control character.
func carried(r *http.Request) bool {
	if !validMethod(r.Method) {
		return false
	}
	for name := range r.Header {
		if !validMethod(name) {
			return false
		}
	}
	return !strings.ContainsAny(r.Host, " \"'<>\\&?")
}

// TestNoAnswerOfTheControlAPIShowsASecret does the same to every operation of the control API.
func TestNoAnswerOfTheControlAPIShowsASecret(t *testing.T) {
	t.Parallel()
	for _, route := range contract.Control().Routes() {
		t.Run(route.Operation.ID, func(t *testing.T) {
			t.Parallel()
			m := newMine(t, textLog)
			known := knownCanaries(m)
			good := request{method: route.Method, path: filled(route, "", "")}.sending("Authorization", "Bearer "+canaryControl)
			for _, text := range known {
				m.controlAll(route, slices.Concat(plantsOf(route), inBodies(hostileBodies())), good, text)
			}
			m.controlAll(route, slices.Concat(underNames(), inBodies(refusedRequests())), good, canaryUnknown)
			for range 3 { // the rules that were taken say their names
				m.send("a call that a rule holds for", license().with("token", canaryToken).to(t, canaryHost))
			}
			m.search(append(known, canaryUnknown), handsOutTokens)
		})
	}
}

// controlAll sends a text in every place, with the control token and with another one.
func (m *mine) controlAll(route *contract.Route, plants []plant, good request, text string) {
	m.t.Helper()
	for _, p := range plants {
		m.control(route, p, good, text)
		m.control(route, p, good.sending("Authorization", "Bearer "+text+"x"), text)
	}
}

// inBodies plants a text in place of "CANARY" in bodies of JSON.
func inBodies(bodies []string) (all []plant) {
	for _, body := range bodies {
		all = append(all, plant{"the body " + body, func(tb testing.TB, r request, text string) *http.Request {
			tb.Helper()
			hr := r.to(tb, canaryHost)
			hr.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(body, `"CANARY"`, quoted(text))))
			return hr
		}})
	}
	return all
}

func (m *mine) control(route *contract.Route, p plant, r request, text string) {
	m.t.Helper()
	if hr := p.put(m.t, r, text); carried(hr) && strings.HasPrefix(hr.URL.Path, "/__admin") {
		ctx, cancel := context.WithCancel(hr.Context())
		cancel() // nobody waits for calls that are to come
		hr = hr.WithContext(ctx)
		m.send(route.Operation.ID+" "+p.where+": "+text, hr)
	}
}

// hostileBodies are documents with a text in every place of the control API's bodies.
func hostileBodies() []string {
	const when = `"when":{"operation":"getFutureLicense"},"times":1,"delay":"1ns"`
	return append(refusedRequests(), []string{
		`"CANARY"`, `{"CANARY":1}`, `["CANARY"]`, `{"scenario":"CANARY"}`, `{"scenario":"trial","CANARY":1}`, `{"scenario":"trial","clock":"CANARY"}`,
		`{"scenario":"trial","seed":"CANARY"}`, `{"scenario":"trial","id":"CANARY"}`, `{"scenario":"trial","rules":[{"name":"CANARY",` + when + `}]}`,
		`{"at":"CANARY"}`, `{"advance":"CANARY"}`, `{"mode":"CANARY"}`, `{"CANARY":"frozen"}`, `{"advance":"1s","CANARY":1}`,
		`{"name":"CANARY",` + when + `}`, `{"name":"CANARY","when":{"operation":"CANARY"}}`, `{"when":{"member":"CANARY"}}`, `{"when":{"params":{"CANARY":"CANARY"}}}`,
		`{"when":{"present":["CANARY"]},"delay":"CANARY"}`, `{"CANARY":{"CANARY":1},"CANARY":2}`, `{"when":{"operation":"getFutureLicense"},"reply":{"fixture":"CANARY"}}`,
		`{"when":{"operation":"getFutureLicense"},"reply":{"status":200,"headers":{"CANARY":"CANARY"},"body":{"CANARY":"CANARY"}}}`,
		`[{"name":"CANARY",` + when + `},{"name":"CANARY",` + when + `}]`, `{"when":`, `{"name":"CANARY",}`,
		`{"expect":[{"when":{"operation":"getFutureLicense","params":{"f":"CANARY"}},"exactly":9}]}`, `{"expect":[{"when":{"member":"CANARY"},"exactly":9}],"within":"CANARY"}`,
		`{"expect":[{"when":{"operation":"provisionOrgEntitlements","params":{"purchaserOrgId":"CANARY","orgEntitlements":{"CANARY":["CANARY"]}}},"exactly":9}]}`,
		`{"expect":[{"when":{"present":["CANARY"],"absent":["CANARY"]},"CANARY":9}],"CANARY":1}`, `{"expect":"CANARY","within":"1ms"}`,
	}...)
}

// refusedRequests bring scenarios along that are not taken, with credentials that no server knows.
func refusedRequests() (bodies []string) {
	for _, document := range refusedDocuments() {
		bodies = append(bodies, `{"scenario":`+document+`}`)
	}
	const provision = `{"when":{"operation":"provisionOrgEntitlements","params":{"orgEntitlements":`
	return append(bodies, `{"expect":[`+provision+`{"user":{"password":"CANARY"},"tokn":["CANARY"]}}},"exactly":9}]}`)
}

// refusedDocuments are scenarios with credentials in them that are not taken.
func refusedDocuments() []string {
	const start = `{"format":1,"summary":"x","extends":"trial",`
	var all []string
	for _, rest := range []string{
		`"world":{"members":{"admin":{"password":["CANARY"],"token":{"CANARY":1},"refreshToken":{"a":"CANARY"}}}}}`,
		`"world":{"members":{"admin":{"token":"CANARY"},"viewer":{"token":"CANARY"}}}}`,
		`"world":{"members":{"admin":{"refreshToken":"CANARY","token":"CANARY","role":"CANARY"}}}}`,
		`"world":{"members":{"admin":{"password":"CANARY","tokenExpires":"CANARY","CANARY":1}}}}`,
		`"world":{"members":{"admin":{"password":"CANARY"}},"apps":{"app":{"member":"CANARY"}}}}`,
		`"world":{"members":{"admin":{"token":"CANARY"}},"listings":{"a":{"orgId":"b","CANARY":1,"licenseBy":"CANARY"}}}}`,
		`"world":{"apps":{"app":{"secret":["CANARY"]},"other":{"secret":"CANARY","member":"CANARY"}}}}`,
		`"clock":{"at":"CANARY"},"world":{"members":{"admin":{"password":"CANARY"}}},"rules":[{"name":"CANARY","when":{"member":"CANARY","operation":"CANARY","params":{"CANARY":1}}}]}`,
		`"world":{"members":{"admin":{"password":"CANARY"}},"license":{"fixture":"CANARY"}}}`,
		`"world":{"members":{"admin":{"password":"CANARY","CANARY":1,"CANARY":2}}}}`,
		`"world":{"members":{"admin":{"password":"CANARY","orgId":null,"CANARY":null}}}}`,
		`"seed":"CANARY","inOrder":"CANARY","within":"CANARY","world":{"members":{"admin":{"password":"CANARY"}}}}`,
	} {
		all = append(all, start+rest)
	}
	return append(all, `{"format":1,"extends":"CANARY","world":{"members":{"admin":{"password":"CANARY"}}}}`)
}

// TestRefusedDocumentsKeepTheirSecrets proves that nothing that a scenario says of credentials is in what is wrong with it: in Go, where the
// faults of mock.New, of AddRules and of the command line are the same.
func TestRefusedDocumentsKeepTheirSecrets(t *testing.T) {
	t.Parallel()
	documents := refusedDocuments()
	for _, member := range []string{
		"{ token:CANARY }", "{ token=CANARY }", "{ password:CANARY, password:CANARY }", "\n      token:CANARY\n      orgId: a", "{ token: &a CANARY }", "{ token: !x CANARY }",
		"{ token: *CANARY }", "{ token: \"CANARY", "{ userPassword:CANARY: 1 }", "{ password: 'CANARY' 'b' }", "{ password: CANARY: 1 }", "{ \"token: CANARY\": 1 }",
	} {
		documents = append(documents, "format: 1\nsummary: x\nextends: trial\nworld:\n  members:\n    admin: "+member+"\n")
	}
	for _, document := range documents {
		for _, text := range []string{canaryUnknown, "83417726"} {
			_, err := mock.New(mock.WithScenarioDocument([]byte(strings.ReplaceAll(document, "CANARY", text))))
			if err == nil {
				t.Errorf("it is taken: %s", document)
			} else if strings.Contains(err.Error(), text) {
				t.Errorf("%s\n%v", document, err)
			}
		}
	}
}

// TestRefusedPartsKeepSecrets proves the same of rules and expectations, which are read in Go without the control API around them: what the
// world knows is not in what is wrong with them.
func TestRefusedPartsKeepSecrets(t *testing.T) {
	t.Parallel()
	p := portal(t, mock.WithScenarioDocument([]byte(canariesScenario)))
	for _, text := range []string{canaryToken, canarySecret, canaryDigits} {
		_, verdict := p.Verify(t.Context(), mock.Expectations{Expect: []mock.Expectation{mock.Expect("getFutureLicense").Member(text).Exactly(1)}})
		_, named := p.Verify(t.Context(), mock.Expectations{Expect: []mock.Expectation{mock.Expect("getFutureLicense").Param("f", text).Present(text).Exactly(1)}})
		for what, err := range map[string]error{"a member": verdict, "a parameter": named, "a rule": p.AddRules("{ name: x, when: { member: \"" + text + "\" }, delay: 1ms }")} {
			if err == nil {
				t.Errorf("%s: %s is taken", what, text)
			} else if strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}
