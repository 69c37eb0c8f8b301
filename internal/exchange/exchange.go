package exchange

import (
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/mockportal/mockportal/fixtures"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// DefaultMaxBody is how large a request body may be, in bytes, unless the options say otherwise.
const DefaultMaxBody = 1 << 20

// Options says what an exchange serves.
type Options struct {
	Sandbox  *sandbox.Sandbox
	Fixtures *fixtures.Set                     // the words of errors
	Contexts []string                          // beside those of the contract, each such as "/gis"
	Strict   bool                              // unknown and repeated names are refused
	MaxBody  int64                             // bytes; 0: DefaultMaxBody
	Log      *slog.Logger                      // nil: nothing is logged
	OffSpec  func(operation string, err error) // told when a reply was held back; nil: it is logged
	Wall     func() time.Time                  // the wall clock
}

// Exchange answers the portal's own paths. It is an http.Handler, safe for concurrent use.
type Exchange struct {
	Options

	contract *openapi.Contract
	paths    map[string][]*openapi.Route // by path template
	router   *mux.Router                 // names path templates
	exact    map[string]match            // paths without a parameter, found without the router's regular expressions
}

// match is where a path leads.
type match struct {
	template string
	context  string // "" or such as "/portal"
	vars     map[string]string
}

// New returns an exchange. The error is a context that is none.
func New(o Options) (*Exchange, error) {
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	x := &Exchange{Options: o, contract: openapi.Portal(), paths: map[string][]*openapi.Route{}, exact: map[string]match{}}
	if x.OffSpec == nil {
		x.OffSpec = func(operation string, err error) {
			x.Log.Error("an off-spec reply was held back", "operation", operation, "error", err)
		}
	}
	contexts := append(x.contract.Servers(), o.Contexts...)
	pattern, err := contextPattern(contexts)
	if err != nil {
		return nil, err
	}
	x.router = mux.NewRouter().SkipClean(true).UseEncodedPath()
	for _, route := range x.contract.Routes() {
		if x.paths[route.Path] == nil {
			x.router.Path(template(route, pattern)).Name(route.Path)
			x.addExact(route.Path, contexts)
		}
		x.paths[route.Path] = append(x.paths[route.Path], route)
	}
	return x, nil
}

func (x *Exchange) addExact(path string, contexts []string) {
	if strings.Contains(path, "{") {
		return
	}
	for _, context := range contexts {
		found := match{template: path, context: context}
		x.exact[context+path], x.exact[context+path+"/"] = found, found
	}
}

// find returns where a path leads, as it was sent: nothing is redirected, for a redirected POST loses its form.
func (x *Exchange) find(r *http.Request) (match, bool) {
	if found, ok := x.exact[r.URL.EscapedPath()]; ok {
		return found, true
	}
	var routed mux.RouteMatch
	if !x.router.Match(r, &routed) {
		return match{}, false
	}
	return match{
		template: routed.Route.GetName(), vars: routed.Vars,
		context: strings.TrimSuffix("/"+routed.Vars["context"], "/"),
	}, true
}

var contextRule = regexp.MustCompile(`^/[A-Za-z0-9._~-]+$`)

// contextPattern returns what matches each context and its slash, and nothing before a path without a context.
func contextPattern(contexts []string) (string, error) {
	var parts []string
	for _, c := range contexts {
		if c == "" {
			continue
		}
		if !contextRule.MatchString(c) {
			return "", fmt.Errorf("context %q: must be one segment such as /portal, of letters, digits and . _ ~ -", c)
		}
		parts = append(parts, regexp.QuoteMeta(c[1:])+"/")
	}
	return "(?:" + strings.Join(parts, "|") + ")?", nil
}

// template lets a path begin with any context and end with a slash, since Esri's JavaScript client sends oauth2/token with one.
func template(route *openapi.Route, contexts string) string {
	return "/{context:" + contexts + "}" + strings.TrimPrefix(wire.Template(route), "/") + "{slash:/?}"
}

// ServeHTTP answers one request.
func (x *Exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{x: x, request: r, began: x.Wall()}
	c.decide()
	c.write(w)
	c.log()
}
