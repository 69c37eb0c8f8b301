package mock

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// TB is the part of testing.TB that this package uses, so that a program which embeds a portal does not link package testing.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
	Cleanup(func())
}

// Server is a portal that listens on a loopback address for the length of a test. It is itself a sandbox, the default one, and has all
// methods of a [Sandbox]. Sandbox makes another sandbox.
type Server struct {
	URL string // the root of its paths, without a final slash, such as http://127.0.0.1:41234

	common

	listener *server.Listener
}

// NewServer returns a portal that listens. It is closed when the test ends, and then fails the test if calls violated the contract,
// unless [AllowViolations] is given. Options that are wrong fail the test at once.
func NewServer(tb TB, options ...Option) *Server {
	tb.Helper()
	c := newConfig(options)
	s, err := c.listen(tb)
	if err != nil {
		tb.Fatalf("mock: %v", err)
		return nil
	}
	tb.Cleanup(s.Close)
	s.watch(c)
	return s
}

func (c *config) listen(tb TB) (*Server, error) {
	portal, err := c.start()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{ForceAttemptHTTP2: true} // a transport with a TLS configuration of its own does not by itself
	if c.tls {
		transport.TLSClientConfig = &tls.Config{RootCAs: portal.Identity.Pool(), MinVersion: tls.VersionTLS12}
	}
	listener, err := server.Listen("127.0.0.1:0", portal.Identity.TLSConfig(), &http.Server{
		Handler: portal, ReadHeaderTimeout: 30 * time.Second,
		ErrorLog: server.ErrorLog(portal.Log), // such as handshakes of clients that do not trust the certificate
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("listen on a loopback address: %w", err)
	}
	return &Server{URL: listener.URL, listener: listener, common: common{
		url: listener.URL, portal: &Portal{portal, portal.Sandboxes.Default}, tb: tb, client: &http.Client{Transport: transport},
	}}, nil
}

// Close stops the server. It blocks until the calls that are being answered are done, for five seconds at most; then it breaks their
// connections. The end of the test calls it. Calling it again does no harm.
func (s *Server) Close() {
	s.client.CloseIdleConnections()
	_ = server.Stop(s.portal.Close, s.listener) // a connection that is broken off ends all the same
}

// AuthorityPEM returns the certificate of the authority that a client of [WithTLS] must trust, in PEM, for clients beside
// [Sandbox.Client]; nil without that option.
func (s *Server) AuthorityPEM() []byte { return s.portal.server.Identity.PEM() }

// Sandbox returns another sandbox on this server, at the start of a scenario. Nobody else sees what happens in it. A client reaches it
// under its URL, or under the server's with the sandbox's own token. At the end of the test it is deleted, and checked as the server is.
// It takes [WithScenarioDocument], [WithClock], [WithSeed], [WithJournal], [AllowViolations] and [CheckExpectations]; another option
// fails the test.
func (s *Server) Sandbox(tb TB, scenario string, options ...Option) *Sandbox {
	tb.Helper()
	c := newConfig(append([]Option{WithScenario(scenario)}, options...))
	box, err := s.create(c, scenario)
	if err != nil {
		tb.Fatalf("mock: %v", err)
		return nil
	}
	root := s.url + "/sandboxes/" + box.ID
	own := &Sandbox{URL: root, common: common{url: root, portal: &Portal{s.portal.server, box}, tb: tb, client: s.client}}
	s.shared.Store(true)
	tb.Cleanup(func() {
		// It may have expired, or been deleted over HTTP; then there is nothing left to end.
		_, _ = s.portal.server.Sandboxes.Delete(box.ID)
	})
	own.watch(c)
	return own
}

func (s *Server) create(c *config, scenario string) (*sandbox.Sandbox, error) {
	if !c.isOfSandbox(scenario) {
		return nil, errors.New("a sandbox takes a scenario document, a clock, a seed, a journal, AllowViolations and CheckExpectations; " +
			"other options are the server's")
	}
	c.Library = s.portal.server.Library
	if err := c.load(); err != nil {
		return nil, err
	}
	return s.portal.server.Sandboxes.Create(c.SandboxOptions("", c.Scenario))
}

// isOfSandbox reports whether only those options were given that a sandbox takes.
func (c *config) isOfSandbox(played string) bool {
	others := *c
	others.document, others.Clock, others.Seed, others.MaxCalls, others.MaxBytes = nil, scenario.Clock{}, nil, 0, 0
	others.allowViolations, others.checkExpectations, others.mistakes = false, false, nil
	return reflect.DeepEqual(&others, newConfig([]Option{WithScenario(played)}))
}
