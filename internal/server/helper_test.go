package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// licensePath is a call that the scenarios of this package allow.
const licensePath = "/portaladmin/license/getFutureLicense?f=json&token=admin-token"

func diff(tb testing.TB, what string, want, got any) {
	tb.Helper()
	if d := cmp.Diff(want, got); d != "" {
		tb.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// open loads scenarios, by their names, over the built-in ones.
func open(tb testing.TB, documents map[string]string) *scenario.Library {
	tb.Helper()
	pack := fstest.MapFS{}
	for name, document := range documents {
		pack["scenarios/"+name+".yaml"] = &fstest.MapFile{Data: []byte(document)}
	}
	library, err := scenario.Open(scenario.Pack{Name: "pack", FS: pack})
	if err != nil {
		tb.Fatal(err)
	}
	return library
}

// portal makes a portal that plays a scenario of a library; change completes its options.
func portal(tb testing.TB, library *scenario.Library, played string, change func(*server.Options)) *server.Portal {
	tb.Helper()
	o := server.Options{Options: exchange.Options{Library: library}}
	if change != nil {
		change(&o)
	}
	var err error
	if o.Scenario, err = library.Scenario(played); err != nil {
		tb.Fatal(err)
	}
	p, err := server.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// withHistory keeps a history in the bounds of the portal's journals.
func withHistory(o *server.Options) { o.History = sandbox.NewHistory(o.MaxCalls, o.MaxBytes) }

// serve has a handler answer a request to a path from the root.
func serve(tb testing.TB, h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, "http://localhost"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
