package mock

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/mock/journal"
)

// TB is the part of testing.TB that is used, so that a program which embeds a portal does not link package testing.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Server is a portal that listens on a loopback address for the length of a test.
type Server struct {
	*Portal

	URL string // the root, such as http://127.0.0.1:41234, without a final slash

	tb     TB
	server *http.Server
	client *http.Client
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
	s := &Server{Portal: portal, tb: tb, done: make(chan struct{})}
	if err := s.listen(); err != nil {
		tb.Fatalf("mock: %v", err)
		return nil
	}
	tb.Cleanup(s.Close)
	if !c.allowViolations {
		tb.Cleanup(s.checkViolations)
	}
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
		transport.TLSClientConfig = &tls.Config{RootCAs: s.CertPool(), MinVersion: tls.VersionTLS12}
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

// closeGrace is how long Close waits for calls that are being answered.
const closeGrace = 5 * time.Second

// Close stops the server and blocks until the calls that are being answered are done, at most five seconds; then it breaks their connections.
// NewServer has it called at the end of the test; calling it twice does no harm.
func (s *Server) Close() {
	s.client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
	<-s.done
}

// Client returns a client that trusts the server's certificate. Its idle connections are closed with the server.
func (s *Server) Client() *http.Client { return s.client }

// SharingURL returns the address of a resource of the sharing API, the parts joined by slashes as they are.
func (s *Server) SharingURL(parts ...string) string { return s.join("/portal/sharing/rest", parts) }

// PortalAdminURL returns the address of a resource of the Portal Administrator API, the parts joined by slashes as they are.
func (s *Server) PortalAdminURL(parts ...string) string { return s.join("/portal/portaladmin", parts) }

func (s *Server) join(root string, parts []string) string {
	return strings.Join(append([]string{s.URL + root}, parts...), "/")
}

// Token returns the token that the scenario gives a member, and fails the test when it gives none.
func (s *Server) Token(member string) string {
	s.tb.Helper()
	token := s.Portal.Token(member)
	if token == "" {
		s.tb.Fatalf("mock: scenario %q gives no token to a member %q%s; its members are %s", s.Scenario(), member, nearest.Suggest(member, s.Members()), strings.Join(s.Members(), ", "))
	}
	return token
}

// Password returns a member's password, and fails the test when there is no such member.
func (s *Server) Password(member string) string {
	s.tb.Helper()
	password := s.Portal.Password(member)
	if password == "" {
		s.tb.Fatalf("mock: scenario %q gives no password to a member %q%s; its members are %s", s.Scenario(), member, nearest.Suggest(member, s.Members()), strings.Join(s.Members(), ", "))
	}
	return password
}

// checkViolations fails the test with one line per violation.
func (s *Server) checkViolations() {
	s.tb.Helper()
	with := true
	page := s.Journal(journal.Query{Violations: &with})
	dropped := s.box.Journal.DroppedViolating()
	if len(page.Calls)+dropped == 0 {
		return
	}
	var b strings.Builder
	for _, call := range page.Calls {
		for _, v := range call.Violations {
			fmt.Fprintf(&b, "\n\tcall %d, %s %s: %s", call.Number, call.Method, call.Path, v)
		}
	}
	if dropped > 0 {
		fmt.Fprintf(&b, "\n\t%d of them are no longer held by the journal (mock.WithJournal bounds it)", dropped)
	}
	s.tb.Errorf("mock: %d of the calls to the portal violated its contract (mock.AllowViolations lets them pass):%s", len(page.Calls)+dropped, b.String())
}
