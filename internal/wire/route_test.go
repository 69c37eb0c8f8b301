package wire_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/wire"
)

// TestTemplate matches each path of both contracts with its own template: one segment for a parameter, several where the contract says so.
func TestTemplate(t *testing.T) {
	t.Parallel()
	for _, r := range append(slices.Clone(contract.BuiltIn().Routes()), contract.Control().Routes()...) {
		path, vars := r.Path, map[string]string{}
		for _, p := range r.Parameters {
			if p.In == "path" {
				vars[p.Name] = map[bool]string{false: "a-b.c", true: "a/b/c"}[p.MultiPart]
				path = strings.ReplaceAll(path, "{"+p.Name+"}", vars[p.Name])
			}
		}
		got, ok := match(t, r, path)
		if !ok {
			t.Errorf("%s is not matched by %s", path, wire.Template(r))
		}
		if diff := cmp.Diff(vars, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.Path, diff)
		}
		deeper := strings.ReplaceAll(path, "a-b.c", "a-b.c/x")
		if _, ok := match(t, r, deeper); ok && deeper != path {
			t.Errorf("%s is matched by %s", deeper, wire.Template(r))
		}
	}
}

func match(t *testing.T, r *contract.Route, path string) (map[string]string, bool) {
	t.Helper()
	route := new(mux.Route).Path(wire.Template(r))
	if err := route.GetError(); err != nil {
		t.Fatalf("%s: %v", r.Path, err)
	}
	var m mux.RouteMatch
	ok := route.Match(httptest.NewRequest(http.MethodGet, path, nil), &m)
	return m.Vars, ok
}
