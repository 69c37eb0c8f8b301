package mock

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

// TB is the part of testing.TB that is used, so that a program which embeds a portal does not link package testing.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
	Cleanup(func())
}

// Server is a portal that listens on a loopback address for the length of a test. Its URL is the root, such as http://127.0.0.1:41234.
type Server struct {
	*Portal

	server *http.Server
	done   chan struct{} // closed once the server has stopped serving
}

// NewServer returns a portal that listens. It is closed when the test ends, and then fails the test if calls violated the contract, unless
// AllowViolations is given. What is wrong with the options fails the test at once.
func NewServer(tb TB, options ...Option) *Server {
	tb.Helper()
	c := newConfig(options)
	portal, err := c.portal()
	if err != nil {
		tb.Fatalf("mock: %v", err)
		return nil
	}
	s := &Server{Portal: portal, done: make(chan struct{})}
	s.tb = tb
	if err := s.listen(); err != nil {
		tb.Fatalf("mock: %v", err)
		return nil
	}
	tb.Cleanup(s.Close)
	c.watch(s.Portal.Sandbox)
	return s
}

func (s *Server) listen() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on a loopback address: %w", err)
	}
	s.URL = "http://" + listener.Addr().String()
	transport := &http.Transport{}
	if config := s.TLSConfig(); config != nil {
		s.URL = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, config)
		transport.TLSClientConfig = &tls.Config{RootCAs: s.CertPool(), ServerName: s.serverName(), MinVersion: tls.VersionTLS12}
		transport.ForceAttemptHTTP2 = true
	}
	s.client = &http.Client{Transport: transport}
	s.server = &http.Server{
		Handler: s.Portal, ReadHeaderTimeout: 30 * time.Second,
		ErrorLog: slog.NewLogLogger(s.exchange.Log.Handler(), slog.LevelDebug), // such as handshakes of clients that do not trust the certificate
	}
	go func() {
		defer close(s.done)
		// It ends with ErrServerClosed when the server is closed, which is the only way it ends.
		_ = s.server.Serve(listener)
	}()
	return nil
}

// serverName is the name under which a client looks for the server where its certificate does not have the address at which it listens.
func (s *Server) serverName() string {
	if hosts := s.identity.Hosts(); len(hosts) > 0 && !s.identity.Names("127.0.0.1") {
		return strings.Replace(hosts[0], "*", "any", 1)
	}
	return ""
}

// closeGrace is how long Close waits for calls that are being answered.
const closeGrace = 5 * time.Second

// Close stops the server and blocks until the calls that are being answered are done, at most five seconds; then it breaks their connections.
// NewServer has it called at the end of the test; calling it twice does no harm.
func (s *Server) Close() {
	s.Portal.Close()
	s.client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
	<-s.done
}

// Sandbox returns a sandbox of its own on this server, at the start of a scenario: what happens in it nobody else sees. It is reached under its
// URL, or by its own token under the server's. At the end of the test it is deleted, and checked as the server is.
// Only WithScenarioDocument, WithClock, WithSeed, WithJournal, AllowViolations and CheckExpectations mean something here; others fail the test.
func (s *Server) Sandbox(tb TB, scenario string, options ...Option) *Sandbox {
	tb.Helper()
	c := newConfig(append([]Option{WithScenario(scenario), WithLibrary(s.library)}, options...))
	box, err := s.newSandbox(c, scenario)
	if err != nil {
		tb.Fatalf("mock: %v", err)
		return nil
	}
	own := &Sandbox{URL: s.URL + "/sandboxes/" + box.ID, box: box, portal: s.Portal, tb: tb, client: s.client}
	tb.Cleanup(func() {
		// It may have expired, or been deleted over HTTP; then there is nothing left to end.
		_, _ = s.sandboxes.Delete(box.ID)
	})
	c.watch(own)
	return own
}

func (s *Server) newSandbox(c *config, scenario string) (*sandbox.Sandbox, error) {
	if err := c.onlyOfSandbox(scenario, s.library); err != nil {
		return nil, err
	}
	_, played, err := c.load()
	if err = errors.Join(append(c.faults, err)...); err != nil {
		return nil, err
	}
	c.history = s.history
	return s.sandboxes.Create(c.sandbox("", played))
}

// watch has a sandbox checked at the end of its test, and its journal logged when the test failed then.
func (c *config) watch(s *Sandbox) {
	s.tb.Cleanup(s.logJournal) // cleanups run last first
	if !c.allowViolations {
		s.tb.Cleanup(s.checkViolations)
	}
	if c.checkExpectations {
		s.tb.Cleanup(s.checkExpectations)
	}
}

// onlyOfSandbox refuses options that are a server's.
func (c *config) onlyOfSandbox(scenario string, library *scenario.Library) error {
	if c.scenario != scenario || c.library != library || len(c.packs) > 0 || c.tls || c.trustProxy || c.strict || len(c.contexts) > 0 || c.controlToken != "" || c.log != nil || c.maxBody != 0 ||
		c.maxSandboxes != 0 || c.sandboxTTL != 0 || c.keepHistory || c.coverage != nil {
		return errors.New("a sandbox takes a scenario document, a clock, a seed, a journal, AllowViolations and CheckExpectations; other options are the server's")
	}
	return nil
}
