package control

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// Options says what the API shows and changes.
type Options struct {
	Sandboxes  *sandbox.Set
	Library    *scenario.Library
	New        func(id string, scenario *scenario.Scenario) sandbox.Options // returns the options of a new sandbox
	Budget     *record.Budget                                               // counts what waiting requests take; nil: nothing does
	Coverage   *record.Coverage
	TLS        *certs.Identity // nil: plain HTTP only
	Hosts      []string        // further hosts that open the API
	Token      string          // the bearer token that a request must have; "" lets every request pass
	TrustProxy bool            // X-Forwarded-Proto and -Host say how the client came
	PortalURL  string          // the portal's root if it has another listener; "": as the client reached the API
	ControlURL string          // the root of the API if it has another listener than the portal; "": as the client reached the portal
}

// API is an http.Handler, safe for concurrent use.
type API struct {
	Options

	contract         *contract.Contract
	rendered         rendered
	waiters, streams atomic.Int64 // requests that wait, and event streams that are open
}

// New returns the control API.
func New(o Options) *API { return &API{Options: o, contract: contract.Control()} }

// Owns reports whether a path belongs to the control API.
func Owns(path string) bool {
	return IsHealth(path) || path == metricsPath || path == "/__admin" || strings.HasPrefix(path, "/__admin/")
}

// IsHealth reports whether a path asks for the health of the process.
func IsHealth(path string) bool { return path == "/livez" || path == "/readyz" }

// request is a request that fits the contract.
type request struct {
	*http.Request

	params contract.Params
	body   []byte           // JSON; nil when the operation takes none
	box    *sandbox.Sandbox // the one that the path names; nil when it names none
}

// response is an answer on the wire: a body of some type, or a stream.
type response struct {
	status      int
	contentType string
	body        []byte
	stream      func(http.ResponseWriter) // writes all but the content type, until it ends; nil: there is only the body
}

// operations does each operation of the contract. The value goes out as JSON unless it is a response. The error goes out as a problem.
var operations = map[string]func(*API, request) (any, error){
	"getStart":                (*API).getStart,
	"livez":                   func(*API, request) (any, error) { return map[string]string{"status": "ok"}, nil },
	"readyz":                  func(*API, request) (any, error) { return map[string]string{"status": "ok"}, nil },
	"getControlContract":      func(a *API, _ request) (any, error) { return yaml(a.contract), nil },
	"getPortalContract":       func(a *API, _ request) (any, error) { return yaml(a.Library.Contract()), nil },
	"getCertificateAuthority": (*API).authority,
	"listScenarios":           (*API).listScenarios,
	"getMetrics":              (*API).getMetrics,
	"getCoverage":             func(a *API, _ request) (any, error) { return a.Coverage.Report(a.Library), nil },
	"getScenario":             (*API).getScenario,
	"createSandbox":           (*API).createSandbox,
	"listSandboxes":           func(a *API, _ request) (any, error) { return map[string][]string{"sandboxes": a.Sandboxes.IDs()}, nil },
	"getSandbox":              (*API).getSandbox,
	"ensureSandbox":           (*API).ensureSandbox,
	"deleteSandbox":           (*API).deleteSandbox,
	"playScenario":            (*API).playScenario,
	"resetSandbox":            (*API).resetSandbox,
	"getClock":                func(_ *API, r request) (any, error) { return r.box.ReadClock(), nil },
	"changeClock":             (*API).changeClock,
	"listRules":               (*API).listRules,
	"addRules":                (*API).addRules,
	"dropRules":               (*API).dropRules,
	"dropRule":                (*API).dropRules,
	"getWorld":                func(_ *API, r request) (any, error) { return r.box.View(), nil },
	"listCalls":               (*API).listCalls,
	"clearCalls":              func(_ *API, r request) (any, error) { return dropped{r.box.Journal.Clear()}, nil },
	"getCall":                 (*API).getCall,
	"streamCalls":             (*API).streamCalls,
	"verifyCalls":             (*API).verifyCalls,
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	setHeaders(h)
	answer, err := a.answer(w, r)
	if err != nil {
		answer = problemOf(err).response(h)
	}
	h.Set("Content-Type", answer.contentType)
	if answer.stream != nil {
		answer.stream(w)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(answer.body)))
	w.WriteHeader(answer.status)
	// An error means that the client has gone.
	_, _ = wire.Patient{ResponseWriter: w}.Write(answer.body)
}

// setHeaders sets what every answer has; the policy is for pages.
func setHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", page.ContentSecurityPolicy(""))
}

// answer takes a request through guard and route to its operation.
func (a *API) answer(w http.ResponseWriter, r *http.Request) (response, error) {
	if err := a.guard(r); err != nil {
		return response{}, err
	}
	found, ok := a.contract.Router().Find(r)
	if !ok || strings.HasSuffix(r.URL.Path, "/") && r.URL.Path != "/__admin/" { // only the roots and the portal's paths may end with a slash
		return response{}, a.unknownPath(a.masks().Hide(r.URL.Path))
	}
	route := found.Route(r.Method)
	if route == nil {
		allowed, masks := strings.Join(found.Methods(), ", "), a.masks()
		w.Header().Set("Allow", allowed)
		return response{}, problem(http.StatusMethodNotAllowed, "%s %s: allowed are %s", masks.Hide(r.Method), masks.Hide(r.URL.Path), allowed)
	}
	body, err := readBody(w, r)
	if err != nil {
		return response{}, err
	}
	answer, err := a.operate(r, route, found.Values, body)
	if err != nil {
		return response{}, a.masked(problemOf(err))
	}
	return answer, nil
}

// operate checks a request against the contract, finds the sandbox that it names, and does its operation.
func (a *API) operate(r *http.Request, route *contract.Route, path []contract.Value, body []byte) (response, error) {
	query, unreadable := wire.Query(nil, r.URL.RawQuery)
	params, violations := route.Check(append(query, path...))
	if err := a.violated(slices.Concat(unreadable, violations, route.CheckBody(string(body)))); err != nil {
		return response{}, err
	}
	checked := request{Request: r, params: params, body: body}
	if route.Parameter("id") != nil && route.Operation.ID != "ensureSandbox" { // which makes it
		var err error
		if checked.box, err = a.Sandboxes.Get(params.Text("id")); err != nil {
			return response{}, problem(http.StatusNotFound, "%s; there are %s", err, strings.Join(a.Sandboxes.IDs(), ", "))
		}
	}
	if checked.box != nil {
		defer checked.box.Use()()
	}
	// The request is here in full: net/http has lifted its read deadline, so the operation may hold the answer back as long as it must.
	value, err := operations[route.Operation.ID](a, checked)
	if err != nil {
		return response{}, err
	}
	if own, ok := value.(response); ok {
		own.status = cmp.Or(own.status, route.Operation.Status)
		return own, nil
	}
	return response{status: route.Operation.Status, contentType: "application/json", body: encode(value)}, nil
}

// masks holds what the API must not show of any sandbox; others are the secrets in a request.
func (a *API) masks(others ...string) wire.Masks {
	return append(a.Sandboxes.Secrets(), secret.NewKnown(append(others, a.Token)...))
}

// heldBytes is about what a request takes that waits: a connection and a goroutine.
const heldBytes = 32 << 10

// hold counts a request that waits, one of those, until it is released. The error wraps [record.ErrSpent].
func (a *API) hold(those *atomic.Int64) (release func(), err error) {
	if err := a.Budget.Charge(heldBytes); err != nil {
		return nil, err
	}
	those.Add(1)
	return func() {
		those.Add(-1)
		a.Budget.Release(heldBytes)
	}, nil
}

func encode(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		panic("control: an answer cannot fail to marshal: " + err.Error())
	}
	return append(body, '\n')
}

// maxBody is how large a request to the control API may be: a scenario document with some room.
const maxBody = 2 << 20

// readBody returns the body without a byte order mark. An empty body counts as an empty object.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	refused := problem(http.StatusRequestEntityTooLarge, "a body has at most %d bytes", maxBody)
	if r.ContentLength > maxBody { // before the first read, which asks a client with Expect: 100-continue for the body
		return nil, refused
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refused
	case err != nil:
		return nil, problem(http.StatusBadRequest, "the body did not arrive whole")
	}
	if body = bytes.TrimPrefix(body, []byte("\ufeff")); len(bytes.TrimSpace(body)) == 0 {
		return []byte("{}"), nil
	}
	return body, nil
}
