package exchange

import (
	"cmp"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// call is one request on its way. Each stage fills in what it finds out; the answer is what render and prove return.
type call struct {
	x       *Exchange
	request *http.Request // without the prefix of a sandbox
	began   time.Time

	// path
	path      string         // as it was sent
	id        string         // of the sandbox that the path names; "" when it names none
	match     contract.Match // the zero Match for an unknown path
	operation *contract.Operation
	api       contract.API
	kind      string // of the operation's page; "" is the usual one, and that of an unknown path
	context   string // what comes before the operation's path: "", "/portal", "/sandboxes/s1/portal"
	// read
	values     []contract.Value    // the path's, the query's, the form's, in this order
	room       [16]contract.Value  // for values
	violations []openapi.Violation // what read and route find; examine completes them, check judges them
	unreadable int                 // how many violations are first in violations that say what could not be read of query and form
	unread     []contract.Value    // what stands in a body that the portal does not read
	format     wire.Format
	token      string
	// sandbox
	sandbox *sandbox.Sandbox
	lost    error            // the path names a sandbox that does not exist, a credential one that has expired; or errMethod
	masks   wire.Masks       // the secrets that nothing about this call may show
	secrets [3]*secret.Known // room for masks
	// route
	route  *contract.Route // of path and method; nil for an unknown path
	aside  bool            // a browser asks for the form of an operation that is called by POST, or (OPTIONS) whether it may call one
	params contract.Params // the values that fit the contract
	// the sandbox's turn
	turn     *sandbox.Turn // nil once the call no longer holds the sandbox
	scenario *scenario.Scenario
	released <-chan struct{} // closed when the sandbox lets go of held answers
	// identify
	caller portal.Caller
	known  bool // the token is good
	// rules
	decision sandbox.Decision
	// operate
	cookie string // what a browser keeps of a sign-in, or forgets
	// render, prove
	answer
	// journal
	note   string // what the call did that is no violation, but probably a mistake; "" for nothing
	number int
}

// decide takes a call through its stages, up to its entry in the journal. The first problem ends the way to the operation.
func (c *call) decide() {
	c.sandbox = c.x.Sandboxes.Default // until findSandbox has found another
	var problem *portal.Problem
	if c.broke(func() { problem = cmp.Or(c.findPath(), c.read(), c.findSandbox(), c.chooseRoute()) }) {
		problem = &portal.Problem{ID: "internal"}
	}
	c.sandbox.Turn(func(t *sandbox.Turn) {
		c.turn, c.scenario, c.released = t, t.Scenario, t.Released
		if c.broke(func() { c.reply(problem) }) {
			c.decision = sandbox.Decision{}
			c.answer = c.renderProblem(&portal.Problem{ID: "internal"})
		}
		c.journal()
	})
	c.turn = nil
}

// reply takes a call through the stages of its sandbox's turn.
func (c *call) reply(problem *portal.Problem) {
	c.identify()
	c.knowSecrets()
	c.examine(problem)
	c.rules()
	var reply sandbox.Kept
	if problem == nil && !c.overruled() {
		reply, problem = c.operate()
	}
	c.answer = c.prove(reply, c.render(reply, problem))
	c.violations, c.note = c.told(), c.noteOf()
}

// broke runs stages, and reports whether they panicked. That is a defect of this program, which the log must show; the stack has no values.
func (c *call) broke(stages func()) (broke bool) {
	defer func() {
		if defect := recover(); defect != nil {
			broke = true
			c.x.Log.Error("a call panicked", "panic", c.masks.Hide(fmt.Sprint(defect)), "stack", string(debug.Stack()))
		}
	}()
	stages()
	return false
}

// knowSecrets names what nothing about this call may show.
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

func (c *call) world() portal.World { return c.turn.World() }
