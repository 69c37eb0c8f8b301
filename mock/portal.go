package mock

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/control"
	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// The two operations that the portal exists for, by their ids in the contract.
const (
	ProvisionOrgEntitlements = "provisionOrgEntitlements"
	GetFutureLicense         = "getFutureLicense"
)

// Portal is a fake portal as an http.Handler: the portal's own paths, and the control API under /__admin. It is safe for concurrent use.
// What its methods say of a sandbox they say of the default one.
type Portal struct {
	*Sandbox

	exchange  *exchange.Exchange
	control   *control.API
	sandboxes *sandbox.Set
	library   *scenario.Library
	identity  *certs.Identity // nil without TLS
	history   *history        // nil without WithHistory
	coverage  *record.Coverage
	close     func()
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
	identity, tlsErr := c.identity()
	if err = errors.Join(append(c.faults, tlsErr, err)...); err != nil {
		return nil, err
	}
	var calls *record.Journal
	if c.keepHistory {
		calls = record.New(c.maxCalls, c.maxBytes)
		c.history = &history{calls: calls}
	}
	box, err := sandbox.New(c.sandbox(sandbox.Default, scenario))
	if err != nil {
		return nil, err
	}
	set := sandbox.NewSet(box, c.maxSandboxes, c.sandboxTTL, time.Now)
	p := &Portal{sandboxes: set, library: library, identity: identity, history: c.history, coverage: c.coverage, close: sync.OnceFunc(set.Close)}
	if p.coverage == nil {
		p.coverage = record.NewCoverage()
	}
	p.Sandbox = &Sandbox{box: box, portal: p}
	p.exchange, err = exchange.New(exchange.Options{
		Sandboxes: set, Library: library, Contexts: c.contexts, Strict: c.strict, TrustProxy: c.trustProxy,
		MaxBody: c.maxBody, Log: c.log, Wall: time.Now, History: calls, Coverage: p.coverage, Secret: c.controlToken,
	})
	if err != nil {
		return nil, err
	}
	p.control = control.New(control.Options{
		Sandboxes: set, Library: library, New: c.sandbox, Coverage: p.coverage, TLS: identity, Token: c.controlToken, TrustProxy: c.trustProxy,
	})
	return p, nil
}

// identity makes the certificate, or takes the one that was given; nil without TLS.
func (c *config) identity() (*certs.Identity, error) {
	switch {
	case c.certificate != nil && len(c.tlsHosts) > 0:
		return nil, fmt.Errorf("TLS hosts %q are for a certificate that is made, and one was given: it has its own", c.tlsHosts)
	case c.certificate != nil:
		return certs.Given(*c.certificate)
	case c.tls:
		return certs.Generate(c.tlsHosts, time.Now())
	}
	return nil, nil
}

// sandbox says what a sandbox of this portal is made of.
func (c *config) sandbox(id string, scenario *scenario.Scenario) sandbox.Options {
	o := sandbox.Options{
		ID: id, Scenario: scenario, Clock: c.clock, Seed: c.seed,
		MaxCalls: c.maxCalls, MaxBytes: c.maxBytes, Wall: time.Now,
	}
	if c.history != nil {
		o.Ended = c.history.end
	}
	return o
}

// load finds what is to be played.
func (c *config) load() (*scenario.Library, *scenario.Scenario, error) {
	library, err := c.library, error(nil)
	switch {
	case library != nil:
	case len(c.packs) > 0:
		library, err = scenario.Open(c.packs...)
	default:
		library = scenario.BuiltIn()
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

// Announce tells the control API where the portal is reached, for those who listen twice; otherwise it goes by the request's own host.
func (p *Portal) Announce(url string) { p.control.Announce(url) }

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

// Close lets go of every answer that a rule holds back. The portal answers on, but holds nothing back any longer. NewServer has it called.
func (p *Portal) Close() { p.close() }

// TLSConfig returns what a listener needs to serve with the certificate of WithTLS or WithCertificate; nil without them.
func (p *Portal) TLSConfig() *tls.Config {
	if p.identity == nil {
		return nil
	}
	return p.identity.TLSConfig()
}

// AuthorityPEM returns the certificate of the authority that a client may trust, in PEM; nil without TLS, and for a certificate that was given
// without its authority.
func (p *Portal) AuthorityPEM() []byte {
	if p.identity == nil {
		return nil
	}
	return p.identity.PEM()
}

// CertPool returns what a client needs to trust the portal: the authority, or the certificates that were given; nil without TLS.
func (p *Portal) CertPool() *x509.CertPool {
	if p.identity == nil {
		return nil
	}
	return p.identity.Pool()
}

// Coverage returns what of the contract, and which scenarios, calls have exercised so far, and names what they never did.
func (p *Portal) Coverage() journal.CoverageReport {
	return p.coverage.Report(p.library.Contract(), p.library.Names())
}
