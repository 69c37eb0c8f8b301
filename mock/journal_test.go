package mock_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// TestJournalCountsWhatItHolds proves that the bound in bytes holds wherever a request is large, not only in its parameters.
func TestJournalCountsWhatItHolds(t *testing.T) {
	t.Parallel()
	const size, calls = 100_000, 30
	large := strings.Repeat("x", size)
	for _, tt := range []struct {
		name string
		make func() *http.Request
	}{
		{"the method", func() *http.Request { return httptest.NewRequest(strings.ToUpper(large), licensePath, nil) }},
		{"the path", func() *http.Request { return httptest.NewRequest(http.MethodGet, "/"+large, nil) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := mock.New(mock.WithJournal(0, 10*size))
			if err != nil {
				t.Fatal(err)
			}
			for range calls {
				p.ServeHTTP(httptest.NewRecorder(), tt.make())
			}
			if held := p.Journal(journal.Query{}).Total; held > 10 {
				t.Errorf("%d calls of at least %d bytes are held, of which 10 fit", held, size)
			}
		})
	}
}

// TestRepeatedNull proves that the journal shows every value of a repeated parameter, null too.
func TestRepeatedNull(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err != nil {
		t.Fatal(err)
	}
	r := provision()
	r.form["orgEntitlements"] = []string{"null", "null", "{}"}
	p.ServeHTTP(httptest.NewRecorder(), r.to(t, "http://localhost"))
	got, err := json.Marshal(callsOf(t, p)[0].Params["orgEntitlements"])
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "orgEntitlements", "[null,null,{}]", string(got))
}

// TestParamsIn: a call shows what was sent in its order and with its place, also where a lenient portal takes a query for a form.
func TestParamsIn(t *testing.T) {
	t.Parallel()
	lenient := mock.WithScenarioDocument([]byte("format: 1\nsummary: Any method.\nextends: trial\nworld: { portal: { methods: lenient } }\n"))
	const json = `{ "maxUsers": 10,  "entitlements": {}, "password": "x" }`
	for _, tt := range []struct {
		name string
		call request
		want []journal.ParamIn
	}{
		{"query and form", post(
			provisionPath+"?f=json", "purchaserOrgId", purchaser, "orgEntitlements", `{ "maxUsers": 1.0 }`,
		), []journal.ParamIn{
			{In: "path", Name: "itemId", Value: item},
			{In: "query", Name: "f", Value: "json"},
			{In: "form", Name: "orgEntitlements", Value: `{ "maxUsers": 1.0 }`},
			{In: "form", Name: "purchaserOrgId", Value: purchaser},
		}},
		{"a query for a form", get(provisionPath+"?z=1&f=json&z=0", "token", "admin-token"), []journal.ParamIn{
			{In: "path", Name: "itemId", Value: item},
			{In: "query", Name: "z", Value: "1"},
			{In: "query", Name: "f", Value: "json"},
			{In: "query", Name: "z", Value: "0"},
			{In: "query", Name: "token", Value: "***"},
		}},
		{"a header", get(licensePath+"?f=json").sending("Authorization", "bearer admin-token"), []journal.ParamIn{
			{In: "query", Name: "f", Value: "json"}, {In: "header", Name: "Authorization", Value: "Bearer ***"},
		}},
		{"a header that does not count", get(licensePath+"?token=viewer-token").sending("Authorization", "Bearer admin-token"), []journal.ParamIn{
			{In: "query", Name: "token", Value: "***"},
		}},
		{"a cookie", get(licensePath).sending("Cookie", "portaladmin_token=admin-token"), []journal.ParamIn{
			{In: "cookie", Name: "portaladmin_token", Value: "***"},
		}},
		{"a secret in JSON", get(licensePath, "stuff", json), []journal.ParamIn{
			{In: "query", Name: "stuff", Value: `{"entitlements":{},"maxUsers":10,"password":"***"}`},
		}},
	} {
		p := portal(t, lenient)
		call(t, p, tt.call)
		diff(t, tt.name, tt.want, callsOf(t, p)[0].ParamsIn)
	}
}
