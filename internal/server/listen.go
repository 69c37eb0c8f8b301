package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"
)

// Grace is how long Stop waits for the calls that are being answered.
const Grace = 5 * time.Second

// Listener is an address at which something is served.
type Listener struct {
	URL string // the root as a client on this machine reaches it, without a final slash

	listener net.Listener
	server   *http.Server
}

// Listen opens an address, for HTTPS if secure is not nil. Nothing is answered before [Listener.Serve]. The error does not name the
// address.
func Listen(address string, secure *tls.Config, server *http.Server) (*Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, withoutAddress(err)
	}
	scheme := "http://"
	if secure != nil {
		scheme, listener = "https://", tls.NewListener(listener, secure)
	}
	return &Listener{URL: scheme + reachable(listener.Addr()), listener: listener, server: server}, nil
}

// reachable writes an address as a client on this machine reaches it: localhost for one that listens everywhere.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return addr.String()
}

func withoutAddress(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// Serve answers until Stop. The error says why it ended before.
func (l *Listener) Serve() error {
	if err := l.server.Serve(l.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close closes a listener that was never served.
func (l *Listener) Close() { _ = l.listener.Close() }

// Stop stops listeners. It blocks until the calls that are being answered are done, for [Grace] at most; then it breaks their
// connections.
func Stop(listeners ...*Listener) error {
	ctx, cancel := context.WithTimeout(context.Background(), Grace)
	defer cancel()
	var errs []error
	for _, l := range listeners {
		if l.server.Shutdown(ctx) != nil {
			errs = append(errs, l.server.Close())
		}
	}
	return errors.Join(errs...)
}
