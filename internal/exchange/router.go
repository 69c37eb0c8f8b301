package exchange

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/mux"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/wire"
)

// router finds the routes of a path, under every context. It is never changed and safe for concurrent use.
type router struct {
	paths map[string][]*contract.Route // by path template
	mux   *mux.Router                  // paths with a parameter; its routes are named by their templates
	exact map[string]match             // paths without one, under every context, with and without a final slash
}

// match is where a path leads.
type match struct {
	template string
	context  string // "" or such as "/portal"
	vars     map[string]string
}

// shared is the router of every exchange that has no contexts of its own: its patterns are compiled once per process.
var shared = sync.OnceValues(func() (*router, error) { return newRouter(contract.BuiltIn(), contract.BuiltIn().Servers()) })

func routerFor(c *contract.Contract, contexts []string) (*router, error) {
	if len(contexts) == 0 && c == contract.BuiltIn() {
		return shared()
	}
	return newRouter(c, slices.Concat(c.Servers(), contexts))
}

func newRouter(c *contract.Contract, contexts []string) (*router, error) {
	pattern, err := contextPattern(contexts)
	if err != nil {
		return nil, err
	}
	r := &router{paths: map[string][]*contract.Route{}, mux: mux.NewRouter().SkipClean(true).UseEncodedPath(), exact: map[string]match{}}
	for _, route := range c.Routes() {
		switch {
		case r.paths[route.Path] != nil:
		case strings.Contains(route.Path, "{"):
			r.mux.Path(template(route, pattern)).Name(route.Path)
		default:
			r.addExact(route.Path, contexts)
		}
		r.paths[route.Path] = append(r.paths[route.Path], route)
	}
	return r, nil
}

func (r *router) addExact(path string, contexts []string) {
	for _, context := range contexts {
		found := match{template: path, context: context}
		r.exact[context+path], r.exact[context+path+"/"] = found, found
	}
}

// find returns where a path leads, as it was sent: nothing is redirected, for a redirected POST loses its form.
func (r *router) find(request *http.Request) (match, bool) {
	if found, ok := r.exact[request.URL.EscapedPath()]; ok {
		return found, true
	}
	var routed mux.RouteMatch
	if !r.mux.Match(request, &routed) {
		return match{}, false
	}
	return match{
		template: routed.Route.GetName(), vars: routed.Vars,
		context: strings.TrimSuffix("/"+routed.Vars["context"], "/"),
	}, true
}

// reserved are paths that are not the portal's, or would hide its own.
var reserved = []string{"/__admin", "/livez", "/readyz", "/sandboxes", "/sharing", "/portaladmin", "/rest"}

var contextRule = regexp.MustCompile(`^/[A-Za-z0-9._~-]+$`)

// contextPattern returns what matches each context and its slash, and nothing before a path without a context.
func contextPattern(contexts []string) (string, error) {
	var parts []string
	for _, c := range contexts {
		if c == "" {
			continue
		}
		if !contextRule.MatchString(c) || slices.Contains(reserved, c) {
			return "", fmt.Errorf("context %q: must be one segment such as /portal, of letters, digits and . _ ~ -, and none of %s", c, strings.Join(reserved, ", "))
		}
		parts = append(parts, regexp.QuoteMeta(c[1:])+"/")
	}
	return "(?:" + strings.Join(parts, "|") + ")?", nil
}

// template lets a path begin with any context and end with a slash, since Esri's JavaScript client sends oauth2/token with one.
func template(route *contract.Route, contexts string) string {
	return "/{context:" + contexts + "}" + strings.TrimPrefix(wire.Template(route), "/") + "{slash:/?}"
}
