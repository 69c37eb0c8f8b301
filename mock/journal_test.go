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
		{"a query that cannot be read", func() *http.Request { return httptest.NewRequest(http.MethodGet, licensePath+"?a=%zz"+large, nil) }},
		{"the token", func() *http.Request {
			r := httptest.NewRequest(http.MethodGet, licensePath, nil)
			r.Header.Set("Authorization", "Bearer "+large)
			return r
		}},
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
