package server

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/control"
	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

// Options says what a portal is made of. Library and Scenario are required; the zero value of every other field is its default.
// New sets Sandboxes, Secret and Wall.
type Options struct {
	exchange.Options

	Scenario     *scenario.Scenario // what the default sandbox plays
	Clock        scenario.Clock     // overrides the scenario's where it is not zero
	Seed         *uint64            // overrides the scenario's; nil: the scenario's
	Identity     *certs.Identity    // the certificate for HTTPS; nil: plain HTTP only
	ControlToken string             // a bearer token that the control API asks for; "": it asks for none
	ControlHosts []string           // further hosts under which clients reach the control API
	ControlApart bool               // the control API has a listener of its own
	MaxCalls     int                // bound of each journal
	MaxBytes     int                // bound of each journal
	MaxMemory    int                // bytes of all journals, scenarios, rules and waiting requests; 0: the default
	MaxSandboxes int                // beside the default one
	SandboxTTL   time.Duration      // how long a sandbox lives that nobody uses
	History      *sandbox.History   // keeps what came to all sandboxes; nil: nothing keeps it
	budget       *record.Budget
}

// Check returns everything that is wrong with the bounds.
func (o *Options) Check() error {
	var errs []error
	if o.MaxCalls < 0 || o.MaxBytes < 0 {
		const format = "a journal of at most %d calls and %d bytes: both must be 0 (the default) or more"
		errs = append(errs, fmt.Errorf(format, o.MaxCalls, o.MaxBytes))
	}
	if o.MaxMemory < 0 {
		errs = append(errs, fmt.Errorf("a memory of at most %d bytes: must be 0 (the default) or more", o.MaxMemory))
	}
	if o.MaxBody < 0 {
		errs = append(errs, fmt.Errorf("a body of at most %d bytes: must be 0 (the default) or more", o.MaxBody))
	}
	return errors.Join(errs...)
}

// SandboxOptions returns the options of a sandbox that plays a scenario. With the id "" the set chooses one.
func (o *Options) SandboxOptions(id string, scenario *scenario.Scenario) sandbox.Options {
	return sandbox.Options{
		ID: id, Scenario: scenario, Clock: o.Clock, Seed: o.Seed,
		MaxCalls: o.MaxCalls, MaxBytes: o.MaxBytes, Wall: time.Now, Budget: o.budget, History: o.History,
	}
}

// Portal is the portal and its control API as one http.Handler. It is safe for concurrent use.
type Portal struct {
	Options

	Control  *control.API
	exchange *exchange.Exchange
}

// New returns a portal at the start of its scenario.
func New(o Options) (*Portal, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	o.budget = record.NewBudget(o.MaxMemory)
	o.History.Join(o.budget)
	box, err := sandbox.New(o.SandboxOptions(sandbox.Default, o.Scenario))
	if err != nil {
		return nil, err
	}
	o.Sandboxes = sandbox.NewSet(box, o.MaxSandboxes, o.SandboxTTL)
	o.Secret, o.Wall = o.ControlToken, time.Now
	served, err := exchange.New(o.Options)
	if err != nil {
		return nil, err
	}
	o.Options = served.Options // with its defaults
	return &Portal{o, control.New(control.Options{
		Sandboxes: o.Sandboxes, Library: o.Library, New: o.SandboxOptions, Budget: o.budget, Coverage: o.Coverage,
		TLS: o.Identity, Hosts: o.ControlHosts, Token: o.ControlToken, TrustProxy: o.TrustProxy,
	}), served}, nil
}

// ServeHTTP answers one request, to the portal or to the control API. If that is apart, the portal still answers /livez and /readyz.
// A browser at a root gets the start page, which is no call.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if control.IsHealth(r.URL.Path) || !p.ControlApart && control.Owns(r.URL.Path) {
		p.Control.ServeHTTP(w, r)
		return
	}
	if p.Control.ServeStart(w, r) {
		return
	}
	p.exchange.ServeHTTP(w, r)
}
