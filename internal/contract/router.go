package contract

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gorilla/mux"
)

// Router finds the routes of a path. It redirects nothing, because a redirected POST loses its form. It is safe for concurrent use.
type Router struct {
	routes map[string][]*Route // by path template
	fixed  map[string]Match    // paths without a parameter, in every context, with and without a final slash
	mux    *mux.Router         // the other paths; each of its routes has the path template as its name
}

// Match is where a path leads. Its zero value is a path that the contract does not have.
type Match struct {
	Context string   // what comes before the contract's own path: "" or such as "/portal"
	Routes  []*Route // of the path, one for each method; never empty when the path was found
	Values  []Value  // of the path's parameters, decoded
}

// Router returns the router of the contract's paths in the contexts of [Contract.Servers] and in these others, each such as "/gis".
// A contract compiles the router without other contexts once.
func (c *Contract) Router(contexts ...string) *Router {
	if len(contexts) == 0 {
		return c.router()
	}
	return newRouter(c.routes, slices.Concat(c.Servers(), contexts))
}

func newRouter(routes []*Route, contexts []string) *Router {
	r := &Router{routes: map[string][]*Route{}, fixed: map[string]Match{}, mux: mux.NewRouter().SkipClean(true).UseEncodedPath()}
	for _, route := range routes {
		r.routes[route.Path] = append(r.routes[route.Path], route)
	}
	anyContext := contextPattern(contexts)
	for _, route := range routes {
		switch {
		case r.routes[route.Path][0] != route: // another method of a path that is already there
		case strings.Contains(route.Path, "{"):
			r.mux.Path(anyContext + route.pattern() + "{slash:/?}").Name(route.Path)
		default:
			for _, context := range contexts {
				found := Match{Context: context, Routes: r.routes[route.Path]}
				r.fixed[context+route.Path], r.fixed[context+route.Path+"/"] = found, found
			}
		}
	}
	return r
}

// contextPattern returns a template for each context with its slash, and for the slash that begins a path without a context.
func contextPattern(contexts []string) string {
	var parts []string
	for _, c := range contexts {
		if c != "" {
			parts = append(parts, regexp.QuoteMeta(c[1:])+"/")
		}
	}
	return "/{context:(?:" + strings.Join(parts, "|") + ")?}"
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// pattern returns the path for gorilla/mux, without its first slash: a parameter is one segment, or several where the contract says so.
func (r *Route) pattern() string {
	return pathParameter.ReplaceAllStringFunc(r.Path[1:], func(variable string) string {
		name := variable[1 : len(variable)-1]
		if p := r.Parameter(name); p != nil && p.MultiPart {
			return "{" + name + ":.+}"
		}
		return "{" + name + ":[^/]+}"
	})
}

// Find returns where the path of a request leads, and false when the contract does not have it. A final slash makes no difference:
// Esri's JavaScript client sends oauth2/token with one.
func (r *Router) Find(request *http.Request) (Match, bool) {
	if found, ok := r.fixed[request.URL.EscapedPath()]; ok {
		return found, true
	}
	var routed mux.RouteMatch
	if !r.mux.Match(request, &routed) {
		return Match{}, false
	}
	found := Match{
		Context: strings.TrimSuffix("/"+routed.Vars["context"], "/"),
		Routes:  r.routes[routed.Route.GetName()],
	}
	for i := range found.Routes[0].Parameters {
		if p := &found.Routes[0].Parameters[i]; p.In == "path" {
			text, err := url.PathUnescape(routed.Vars[p.Name])
			if err != nil {
				text = routed.Vars[p.Name]
			}
			found.Values = append(found.Values, Value{In: "path", Name: p.Name, Text: text})
		}
	}
	return found, true
}

// Route returns the route of a method, and nil when the path does not take the method. HEAD is answered as GET.
func (m Match) Route(method string) *Route {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, r := range m.Routes {
		if r.Method == method {
			return r
		}
	}
	return nil
}

// Methods returns the methods that the path takes, with HEAD beside GET, in alphabetical order.
func (m Match) Methods() []string {
	var methods []string
	for _, r := range m.Routes {
		methods = append(methods, r.Method)
		if r.Method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return methods
}
