package control

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gorilla/mux"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// Options says what the API shows and changes.
type Options struct {
	Sandboxes  *sandbox.Set
	Library    *scenario.Library
	New        func(id string, scenario *scenario.Scenario) sandbox.Options // how the server's sandboxes are made
	Coverage   *journal.Coverage
	TLS        *certs.Identity // nil: plain HTTP only
	Token      string          // asked for as a bearer token; "": nothing is asked for
	TrustProxy bool            // X-Forwarded-Proto and -Host say how the client came
}

// API is an http.Handler, safe for concurrent use.
type API struct {
	Options

	contract  *contract.Contract
	elsewhere atomic.Pointer[string] // the portal's root, when it has another listener
}

// Announce tells where the portal is reached, when that is not where the control API is.
func (a *API) Announce(url string) { a.elsewhere.Store(&url) }

// New returns the control API.
func New(o Options) *API { return &API{Options: o, contract: contract.Control()} }

// routes finds the methods of a path.
type routes struct {
	mux    *mux.Router                  // its routes are named by path templates
	byPath map[string][]*contract.Route // by path template
}

// table is compiled once per process and never changed.
var table = sync.OnceValue(func() routes {
	t := routes{mux.NewRouter().SkipClean(true).UseEncodedPath(), map[string][]*contract.Route{}}
	for _, route := range contract.Control().Routes() {
		if t.byPath[route.Path] == nil {
			t.mux.Path(wire.Template(route)).Name(route.Path)
		}
		t.byPath[route.Path] = append(t.byPath[route.Path], route)
	}
	return t
})

// Owns reports whether a path belongs to the control API.
func Owns(path string) bool {
	return IsHealth(path) || path == "/__admin" || strings.HasPrefix(path, "/__admin/")
}

// IsHealth reports whether a path asks for the health of the process.
func IsHealth(path string) bool { return path == "/livez" || path == "/readyz" }

// request is a checked request to one operation.
type request struct {
	*http.Request

	params contract.Params
	body   []byte // JSON that fits the contract; nil when the operation takes none
}

// response is what an operation answers: raw bytes of a type of their own, or a value as JSON.
type response struct {
	status      int // 0: 200
	value       any
	contentType string
	raw         []byte
	stream      func(w io.Writer, flush func() error) // writes until it ends; nil: the answer is one piece
}

// operations says how each operation of the contract is done.
var operations = map[string]func(*API, request) (response, *Problem){
	"livez":                   (*API).health,
	"readyz":                  (*API).health,
	"getControlContract":      func(*API, request) (response, *Problem) { return yamlOf(contract.Control()), nil },
	"getPortalContract":       func(a *API, _ request) (response, *Problem) { return yamlOf(a.Library.Contract()), nil },
	"getCertificateAuthority": (*API).authority,
	"listScenarios":           (*API).listScenarios,
	"getCoverage":             (*API).getCoverage,
	"getScenario":             (*API).getScenario,
	"createSandbox":           (*API).createSandbox,
	"listSandboxes":           (*API).listSandboxes,
	"getSandbox":              inSandbox((*API).getSandbox),
	"deleteSandbox":           inSandbox((*API).deleteSandbox),
	"playScenario":            inSandbox((*API).playScenario),
	"resetSandbox":            inSandbox((*API).resetSandbox),
	"getClock":                inSandbox((*API).getClock),
	"changeClock":             inSandbox((*API).changeClock),
	"listRules":               inSandbox((*API).listRules),
	"addRules":                inSandbox((*API).addRules),
	"dropRules":               inSandbox((*API).dropRules),
	"dropRule":                inSandbox((*API).dropRules),
	"getWorld":                inSandbox((*API).getWorld),
	"listCalls":               inSandbox((*API).listCalls),
	"clearCalls":              inSandbox((*API).clearCalls),
	"getCall":                 inSandbox((*API).getCall),
	"streamCalls":             inSandbox((*API).streamCalls),
	"verifyCalls":             inSandbox((*API).verifyCalls),
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, problem := a.answer(w, r)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if answer.stream != nil {
		serveStream(w, r, answer)
		return
	}
	contentType, body := answer.contentType, answer.raw
	status := cmp.Or(answer.status, http.StatusOK)
	switch {
	case problem != nil:
		status, contentType, body = problem.Status, "application/problem+json", encode(problem)
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer") // without it a 401 is none (RFC 9110, 15.5.2)
		}
	case body == nil:
		contentType, body = "application/json", encode(answer.value)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	// The client may have gone; there is nobody left to tell.
	_, _ = w.Write(body) //nolint:gosec // JSON, YAML or PEM, never html, and no browser may guess otherwise
}

// masks says what must not be shown, whatever the sandbox.
func (a *API) masks() wire.Masks { return append(a.Sandboxes.Secrets(), secret.NewKnown(a.Token)) }

func encode(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		panic("control: an answer cannot fail to marshal: " + err.Error())
	}
	return append(body, '\n')
}

// answer takes a request through guard, route and check to its operation.
func (a *API) answer(w http.ResponseWriter, r *http.Request) (response, *Problem) {
	if problem := a.guard(r); problem != nil {
		return response{}, problem
	}
	var match mux.RouteMatch
	if !table().mux.Match(r, &match) {
		return response{}, a.unknownPath(a.masks().Hide(r.URL.Path))
	}
	route := chooseRoute(table().byPath[match.Route.GetName()], r.Method)
	if route == nil {
		allowed := methods(table().byPath[match.Route.GetName()])
		w.Header().Set("Allow", allowed)
		return response{}, problem(http.StatusMethodNotAllowed, "%s %s: allowed are %s", a.masks().Hide(r.Method), a.masks().Hide(r.URL.Path), allowed)
	}
	params, violations := paramsOf(r, route, match.Vars)
	body, err := readBody(r)
	switch {
	case errors.Is(err, errTooLarge):
		return response{}, problem(http.StatusRequestEntityTooLarge, "a body has at most %d bytes", maxBody)
	case err != nil:
		return response{}, problem(http.StatusBadRequest, "the body did not arrive whole")
	}
	answer, p := response{}, a.violated(slices.Concat(violations, route.CheckBody(string(body))))
	if p == nil {
		// The request is here in full: net/http has lifted its read deadline, so an answer may be held back as long as is asked for.
		answer, p = operations[route.Operation.ID](a, request{r, params, body})
	}
	a.mask(p)
	return answer, p
}

// paramsOf reads query and path, and says in what they depart from the contract.
func paramsOf(r *http.Request, route *contract.Route, vars map[string]string) (contract.Params, []openapi.Violation) {
	values, violations := wire.Query(r.URL.RawQuery)
	for name, text := range vars {
		if decoded, err := url.PathUnescape(text); err == nil {
			text = decoded
		}
		values = append(values, contract.Value{In: "path", Name: name, Text: text})
	}
	params, departures := route.Check(values)
	return params, append(violations, departures...)
}

// mask takes secrets out of a problem.
func (a *API) mask(p *Problem) {
	if p != nil {
		masks := a.masks()
		masks.Violations(p.Violations)
		p.Detail = masks.Hide(p.Detail)
	}
}

// violated returns the problem of a request that does not fit the contract; nil when it does.
func (a *API) violated(violations []openapi.Violation) *Problem {
	if len(violations) == 0 {
		return nil
	}
	a.masks().Violations(violations) // before a pointer's escapes hide a secret in the detail
	p := problem(http.StatusBadRequest, "%s", violations[0])
	p.Violations = violations
	return p
}

// maxBody is how large a request to the control API may be: a scenario document with some room.
const maxBody = 2 << 20

var errTooLarge = errors.New("too large")

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errTooLarge
	}
	return body, err
}

func chooseRoute(routes []*contract.Route, method string) *contract.Route {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	i := slices.IndexFunc(routes, func(r *contract.Route) bool { return r.Method == method })
	if i < 0 {
		return nil
	}
	return routes[i]
}

func methods(routes []*contract.Route) string {
	var all []string
	for _, r := range routes {
		all = append(all, r.Operation.Methods()...)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

func (a *API) unknownPath(path string) *Problem {
	var paths []string
	for _, route := range a.contract.Routes() {
		if !slices.Contains(paths, route.Path) {
			paths = append(paths, route.Path)
		}
	}
	slices.Sort(paths)
	return problem(http.StatusNotFound, "no operation has the path %q; there are %s", path, strings.Join(paths, ", "))
}

// Problem is an error as RFC 9457 writes it.
type Problem struct {
	Type       string              `json:"type"`
	Title      string              `json:"title"`
	Status     int                 `json:"status"`
	Detail     string              `json:"detail"`
	Violations []openapi.Violation `json:"violations,omitempty"`

	*journal.Verdict // of a verification that failed; nil otherwise
}

func problem(status int, format string, args ...any) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}
