package mock

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/control"
	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/scenarios"
)

// The two operations that the portal exists for, by their ids in the contract.
const (
	ProvisionOrgEntitlements = "provisionOrgEntitlements"
	GetFutureLicense         = "getFutureLicense"
)

// Portal is a fake portal as an http.Handler: the portal's own paths, and the control API under /__admin. It is safe for concurrent use.
type Portal struct {
	exchange  *exchange.Exchange
	control   *control.API
	box       *sandbox.Sandbox
	authority *certs.Authority // nil without WithTLS
}

// New returns a portal at the start of its scenario. The error tells everything that is wrong with the options, with a pack, or with the scenario.
func New(options ...Option) (*Portal, error) { return newConfig(options).portal() }

func newConfig(options []Option) *config {
	c := &config{scenario: "trial"}
	for _, option := range options {
		option(c)
	}
	return c
}

func (c *config) portal() (*Portal, error) {
	library, scenario, err := c.load()
	if err = errors.Join(append(c.faults, err)...); err != nil {
		return nil, err
	}
	box, err := sandbox.New(sandbox.Options{
		ID: "default", Scenario: scenario, Clock: c.clock, Seed: c.seed,
		MaxCalls: c.maxCalls, MaxBytes: c.maxBytes, Wall: time.Now,
	})
	if err != nil {
		return nil, err
	}
	p := &Portal{box: box}
	p.exchange, err = exchange.New(exchange.Options{
		Sandbox: box, Fixtures: library.Fixtures(), Contexts: c.contexts, Strict: c.strict,
		MaxBody: c.maxBody, Log: c.log, Wall: time.Now,
	})
	if err != nil {
		return nil, err
	}
	o := control.Options{Sandbox: box, Library: library, Token: c.controlToken, Hosts: c.tlsHosts}
	if c.tls {
		if p.authority, err = certs.Generate(c.tlsHosts, time.Now()); err != nil {
			return nil, err
		}
		o.CA = p.authority.PEM()
	}
	p.control = control.New(o)
	return p, nil
}

// load finds what is to be played.
func (c *config) load() (*scenarios.Library, *scenarios.Scenario, error) {
	library, err := c.library, error(nil)
	switch {
	case library != nil:
	case len(c.packs) > 0:
		library, err = scenarios.Open(c.packs...)
	default:
		library = scenarios.BuiltIn()
	}
	if err != nil {
		return nil, nil, err
	}
	if c.document != nil {
		scenario, err := library.Decode("document", c.document)
		return library, scenario, err
	}
	scenario, err := library.Scenario(c.scenario)
	return library, scenario, err
}

// ServeHTTP answers one request, of the portal or of the control API.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if control.Owns(r.URL.Path) {
		p.control.ServeHTTP(w, r)
		return
	}
	p.exchange.ServeHTTP(w, r)
}

// Handlers returns the portal and its control API apart, for those who listen twice. Both answer /livez and /readyz.
func (p *Portal) Handlers() (portal, api http.Handler) {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if control.IsHealth(r.URL.Path) {
			p.control.ServeHTTP(w, r)
			return
		}
		p.exchange.ServeHTTP(w, r)
	}), p.control
}

// Token returns the token that the scenario gives a member; "" when there is none.
func (p *Portal) Token(member string) string {
	token, _ := p.box.Start().Token(member)
	return token
}

// Password returns a member's password; "" when there is no such member.
func (p *Portal) Password(member string) string {
	password, _ := p.box.Start().Password(member)
	return password
}

// Members returns the usernames of the scenario's members, sorted.
func (p *Portal) Members() []string { return p.box.Start().Usernames() }

// Scenario returns the name of the scenario that is played.
func (p *Portal) Scenario() string { return p.box.Scenario.Name }

// Calls returns the journaled calls of some operations, oldest first; of every operation, unknown paths and pages too, when none is named.
func (p *Portal) Calls(operations ...string) []journal.Call {
	return p.Journal(journal.Query{Operations: operations}).Calls
}

// Journal returns the journaled calls that match, and whether any were dropped.
func (p *Portal) Journal(q journal.Query) journal.Page { return p.box.Journal.Find(q) }

// TLSConfig returns what a listener needs to serve with the certificate of WithTLS; nil without that option.
func (p *Portal) TLSConfig() *tls.Config {
	if p.authority == nil {
		return nil
	}
	return p.authority.TLSConfig()
}

// CertPool returns what a client needs to trust the portal; nil without WithTLS.
func (p *Portal) CertPool() *x509.CertPool {
	if p.authority == nil {
		return nil
	}
	return p.authority.Pool()
}
