package exchange

import (
	"cmp"
	"net/http"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// call is one request on its way. Each stage fills in what it finds out.
type call struct {
	x       *Exchange
	request *http.Request
	began   time.Time

	// path
	path      string            // as it was sent
	id        string            // of the sandbox that the path names; "" when it names none
	routes    []*contract.Route // of the path, by method; nil for an unknown path
	operation *contract.Operation
	api       contract.API
	context   string // what stands before the operation's path: "", "/portal", "/sandboxes/s1/portal"
	inPath    []contract.Value
	// read
	values     []contract.Value    // the path's, the query's, the form's, in this order
	departures []openapi.Violation // from the contract; route adds to them, check judges them
	format     wire.Format
	token      string
	// sandbox
	sandbox *sandbox.Sandbox
	lost    error            // the path names a sandbox that there is not, or a credential one that has expired
	masks   wire.Masks       // what must not be shown of this call
	secrets [3]*secret.Known // room for masks
	// route
	route  *contract.Route // of path and method; nil for an unknown path
	form   bool            // a browser asks for the form of an operation that is called by POST
	params contract.Params // what of the values fits the contract
	// what the sandbox gives with the turn
	turn     *sandbox.Turn // nil once the call no longer holds the sandbox
	scenario *scenario.Scenario
	released <-chan struct{} // closed when nothing is to be held back any longer
	// identify
	caller portal.Caller
	known  bool // the token is good
	// rules
	decision sandbox.Decision
	// check
	violations []openapi.Violation // all that is recorded
	// operate, render
	answer
}

// answer is what a call is answered with.
type answer struct {
	reply     portal.Reply
	kept      bool   // body was rendered and proven before
	body      string // JSON
	shown     string // of a kept body: as the journal shows it
	evidence  openapi.Level
	status    int
	raw       string // the content type of a body that no format is made of; "" for JSON
	errorCode int
	errorID   string // of the error fixture that was answered, without its folder; "" when none was
	envelope  wire.Envelope
	header    http.Header // beside those of every answer; may be nil
	listings  []string    // the item ids that a directory page links to
	number    int
}

// decide takes a call through its stages, up to its place in the journal. The first problem ends the way to the operation.
func (c *call) decide() {
	problem := cmp.Or(c.findPath(), c.read(), c.findSandbox(), c.chooseRoute())
	c.sandbox.Turn(func(t *sandbox.Turn) {
		c.turn, c.scenario, c.released = t, t.Scenario, t.Released
		c.identify()
		c.knowSecrets()
		c.rules()
		if problem == nil && !c.overruled() {
			problem = c.serve()
		}
		c.render(problem)
		c.prove()
		c.journal()
	})
	c.turn = nil
}

// knowSecrets says what must not be shown. The world knows a good token.
func (c *call) knowSecrets() {
	if c.lost == nil {
		c.masks = append(c.secrets[:0], c.world().Secrets())
	}
	if c.x.secrets != nil {
		c.masks = append(c.masks, c.x.secrets)
	}
	if c.token != "" && !c.known {
		c.masks = append(c.masks, secret.NewKnown(c.token))
	}
}

// serve runs the stages that stand between a caller and the operation, until one has a problem.
func (c *call) serve() *portal.Problem {
	for _, stage := range [...]func(*call) *portal.Problem{(*call).authenticate, (*call).authorise, (*call).check, (*call).operate} {
		if problem := stage(c); problem != nil {
			return problem
		}
	}
	return nil
}

// identify names the caller or nobody; it never refuses.
func (c *call) identify() {
	if c.token != "" {
		c.caller, c.known = c.turn.World().Identify(c.token, c.request.Referer(), c.turn.Now)
	}
}

// authenticate refuses a caller without a good token where the operation needs one.
func (c *call) authenticate() *portal.Problem {
	switch use := c.operation.Access.Token; {
	case c.form || use == contract.TokenUnused:
		return nil
	case c.token == "" && use == contract.TokenRequired:
		return &portal.Problem{ID: "token-required"}
	case c.token != "" && !c.known:
		return &portal.Problem{ID: "token-invalid"}
	}
	return nil
}

// authorise refuses a caller without any of the operation's privileges.
func (c *call) authorise() *portal.Problem {
	if !c.form && !c.caller.May(c.operation.Access.Privileges) {
		return &portal.Problem{ID: "not-permitted"}
	}
	return nil
}

// check holds the parameters against the contract. What the portal cannot read it refuses, with one line a fault; other departures are
// recorded, and refused only under --strict.
func (c *call) check() *portal.Problem {
	if c.form {
		return nil
	}
	c.violations = append(c.violations, c.departures...)
	c.masks.Violations(c.violations)
	var lines []portal.Line
	for _, v := range c.violations {
		switch {
		case v.Kind == openapi.Missing:
			lines = append(lines, portal.Line{ID: "parameter-missing", Name: v.Name + v.Pointer})
		case v.Refusable() || c.x.Strict:
			lines = append(lines, portal.Line{ID: "parameter-malformed", Name: v.Name + v.Pointer, Allowed: v.Allowed})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &portal.Problem{ID: "parameters-invalid", Lines: lines}
}
