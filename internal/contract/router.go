package contract

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/mux"

	"github.com/mockportal/mockportal/internal/memo"
)

// Router finds the routes of a path. It redirects nothing, because a redirected POST loses its form. It is safe for concurrent use.
type Router struct {
	contract *Contract
	contexts []string
	routes   map[string][]*Route // by path template
	fixed    map[string]Match    // paths without a parameter, in every context, with and without a final slash
	mux      *mux.Router         // the other paths; each of its routes has the path template as its name
	lenient  func() *mux.Router  // all paths, in any letter case; compiled when it is needed first
	found    memo.Memo[Match]    // what mux found for a path, which takes it longer than all else that a call does
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
	return c.newRouter(slices.Concat(c.Servers(), contexts))
}

func (c *Contract) newRouter(contexts []string) *Router {
	r := &Router{contract: c, contexts: contexts, routes: map[string][]*Route{}, fixed: map[string]Match{}, mux: emptyMux()}
	for _, route := range c.Routes() {
		r.routes[route.Path] = append(r.routes[route.Path], route)
	}
	anyContext := contextPattern(contexts)
	for _, s := range c.spellings() {
		if strings.Contains(s.path, "{") {
			r.mux.Path(anyContext + s.pattern("") + "{slash:/?}").Name(s.route.Path)
			continue
		}
		for _, context := range contexts {
			found := Match{Context: context, Routes: r.routes[s.route.Path]}
			r.fixed[context+s.path], r.fixed[context+s.path+"/"] = found, found
		}
	}
	r.lenient = sync.OnceValue(func() *mux.Router {
		lenient := emptyMux()
		if !c.compiled.LenientPaths {
			return lenient
		}
		for _, s := range c.spellings() {
			lenient.Path(anyContext + s.pattern("(?i)") + "{slash:/?}").Name(s.route.Path)
		}
		return lenient
	})
	return r
}

func emptyMux() *mux.Router { return mux.NewRouter().SkipClean(true).UseEncodedPath() }

// spelling is one way to write the path of a route.
type spelling struct {
	route *Route // the first one with the path
	path  string
}

// spellings returns every path and its aliases: x-aliases says which beginning of a path may be written in another way.
func (c *Contract) spellings() []spelling {
	var all []spelling
	seen := map[string]bool{}
	for _, route := range c.Routes() {
		if seen[route.Path] {
			continue // another method
		}
		seen[route.Path] = true
		all = append(all, spelling{route, route.Path})
		for alias, beginning := range c.compiled.Aliases {
			if rest, ok := strings.CutPrefix(route.Path+"/", beginning+"/"); ok {
				all = append(all, spelling{route, strings.TrimSuffix(alias+"/"+rest, "/")})
			}
		}
	}
	return all
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

// pattern returns the path for gorilla/mux, without its first slash: a parameter is one segment, or several where the contract says so. The
// flags are those of a regular expression, for the literal segments.
func (s spelling) pattern(flags string) string {
	segments := strings.Split(s.path[1:], "/")
	for i, segment := range segments {
		name := strings.Trim(segment, "{}")
		switch p := s.route.Parameter(name); {
		case name == segment && flags != "":
			segments[i] = fmt.Sprintf("{literal%d:(?:%s%s)}", i, flags, regexp.QuoteMeta(segment))
		case name == segment:
		case p != nil && p.MultiPart:
			segments[i] = "{" + name + ":.+}"
		default:
			segments[i] = "{" + name + ":[^/]+}"
		}
	}
	return strings.Join(segments, "/")
}

// Find returns where the path of a request leads, and false when the contract does not have it. A final slash makes no difference:
// Esri's JavaScript client sends oauth2/token with one. A contract with x-lenient-paths also accepts what clients of portals send beside
// that: doubled slashes (the ArcGIS API for Python: sharing/rest//portals/self) and another letter case (all clients that set a role:
// updateuserrole). A path of more than 8 KiB is no operation's: a portal's web server takes no longer request line, and each pattern would
// look at all of it.
func (r *Router) Find(request *http.Request) (Match, bool) {
	path := request.URL.EscapedPath()
	if found, ok := r.fixed[path]; ok {
		return found, true
	}
	if found, ok := r.found.Get(path); ok {
		return found, true
	}
	found, ok := r.search(request)
	if ok {
		r.found.Put(path, found)
	}
	return found, ok
}

// search finds a path without a memory. It returns copies of the path's parts.
func (r *Router) search(request *http.Request) (Match, bool) {
	if len(request.URL.Path) > longestPath || len(request.URL.RawPath) > longestPath {
		return Match{}, false
	}
	var routed mux.RouteMatch
	if !r.mux.Match(request, &routed) && !r.lenient().Match(withSingleSlashes(request), &routed) {
		return Match{}, false
	}
	found := Match{
		Context: strings.Clone(strings.TrimSuffix("/"+routed.Vars["context"], "/")),
		Routes:  r.routes[routed.Route.GetName()],
	}
	for i := range found.Routes[0].Parameters {
		if p := &found.Routes[0].Parameters[i]; p.In == "path" {
			text, _ := url.PathUnescape(routed.Vars[p.Name]) // the path was valid, so this is
			found.Values = append(found.Values, Value{In: "path", Name: p.Name, Text: strings.Clone(text)})
		}
	}
	found.Values = slices.Clip(found.Values) // a call appends its other values
	return found, true
}

const longestPath = 8 << 10

var slashes = regexp.MustCompile("//+")

func withSingleSlashes(request *http.Request) *http.Request {
	single := *request.URL
	single.RawPath = slashes.ReplaceAllString(request.URL.EscapedPath(), "/")
	single.Path, _ = url.PathUnescape(single.RawPath)
	return &http.Request{Method: request.Method, Host: request.Host, URL: &single}
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
