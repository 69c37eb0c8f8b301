package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/mux"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
	"github.com/mockportal/mockportal/scenarios"
)

// Options says what the API shows.
type Options struct {
	Sandbox *sandbox.Sandbox
	Library *scenarios.Library
	CA      []byte   // PEM; nil over plain HTTP
	Token   string   // asked for as a bearer token; "": nothing is asked for
	Hosts   []string // names of this machine beside the loopback ones
}

// API is an http.Handler, safe for concurrent use.
type API struct {
	Options

	contract *openapi.Contract
	router   *mux.Router
}

// New returns the control API.
func New(o Options) *API {
	return &API{Options: o, contract: openapi.Control(), router: router()}
}

// router names the operation of each path. It is compiled once per process and never changed.
var router = sync.OnceValue(func() *mux.Router {
	r := mux.NewRouter().SkipClean(true).UseEncodedPath()
	for _, route := range openapi.Control().Routes() {
		r.Path(wire.Template(route)).Name(route.Operation.ID)
	}
	return r
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

	params openapi.Params
}

// response is what an operation answers: raw bytes of a type of their own, or a value as JSON.
type response struct {
	value       any
	contentType string
	raw         []byte
}

// operations says how each operation of the contract is done.
var operations = map[string]func(*API, request) (response, *Problem){
	"livez":                   (*API).health,
	"readyz":                  (*API).health,
	"getControlContract":      func(*API, request) (response, *Problem) { return yamlOf(openapi.Control()), nil },
	"getPortalContract":       func(*API, request) (response, *Problem) { return yamlOf(openapi.Portal()), nil },
	"getCertificateAuthority": (*API).authority,
	"listScenarios":           (*API).listScenarios,
	"getScenario":             (*API).getScenario,
	"getWorld":                (*API).getWorld,
	"listCalls":               (*API).listCalls,
	"getCall":                 (*API).getCall,
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, problem := a.answer(w.Header(), r)
	contentType, body := answer.contentType, answer.raw
	status := http.StatusOK
	switch {
	case problem != nil:
		status, contentType, body = problem.Status, "application/problem+json", encode(problem)
	case body == nil:
		contentType, body = "application/json", encode(answer.value)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// The client may have gone; there is nobody left to tell.
	_, _ = w.Write(body) //nolint:gosec // JSON, YAML or PEM, never html, and no browser may guess otherwise
}

func encode(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		panic("control: an answer cannot fail to marshal: " + err.Error())
	}
	return append(body, '\n')
}

// answer takes a request through guard, route and check to its operation.
func (a *API) answer(header http.Header, r *http.Request) (response, *Problem) {
	if problem := a.guard(r); problem != nil {
		return response{}, problem
	}
	var match mux.RouteMatch
	if !a.router.Match(r, &match) {
		return response{}, a.unknownPath(r.URL.Path)
	}
	operation, _ := a.contract.Operation(match.Route.GetName())
	if methods := operation.Methods(); !slices.Contains(methods, r.Method) {
		header.Set("Allow", strings.Join(methods, ", "))
		return response{}, problem(http.StatusMethodNotAllowed, "%s %s: allowed are %s", r.Method, r.URL.Path, strings.Join(methods, ", "))
	}
	values, violations := wire.Query(r.URL.RawQuery)
	for name, text := range match.Vars {
		if decoded, err := url.PathUnescape(text); err == nil {
			text = decoded
		}
		values = append(values, openapi.Value{In: "path", Name: name, Text: text})
	}
	params, departures := operation.Routes[0].Check(values)
	if violations = append(violations, departures...); len(violations) > 0 {
		p := problem(http.StatusBadRequest, "%s", violations[0])
		p.Violations = violations
		return response{}, p
	}
	return operations[operation.ID](a, request{r, params})
}

func (a *API) unknownPath(path string) *Problem {
	var paths []string
	for _, route := range a.contract.Routes() {
		paths = append(paths, route.Path)
	}
	return problem(http.StatusNotFound, "no operation has the path %q; there are %s", path, strings.Join(paths, ", "))
}

// Problem is an error as RFC 9457 writes it.
type Problem struct {
	Type       string              `json:"type"`
	Title      string              `json:"title"`
	Status     int                 `json:"status"`
	Detail     string              `json:"detail"`
	Violations []openapi.Violation `json:"violations,omitempty"`
}

func problem(status int, format string, args ...any) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}
