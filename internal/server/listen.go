package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Grace is how long Stop waits for the calls that are being answered.
const Grace = 5 * time.Second

// Listener serves at an address.
type Listener struct {
	URL string // the root as a client on this machine reaches it, without a final slash

	server *http.Server
	conns  *conns
	done   chan struct{} // closed once the server has stopped serving
}

// Listen serves at an address, for HTTPS if secure is not nil, until [Stop]. If serving ends before that, failures gets the reason,
// unless it is full or nil. The error does not name the address.
func Listen(address string, secure *tls.Config, server *http.Server, failures chan<- error) (*Listener, error) {
	listener, err := net.Listen("tcp", address)
	var op *net.OpError
	if errors.As(err, &op) {
		return nil, op.Err
	}
	if err != nil {
		return nil, err
	}
	known := watch(listener, server)
	scheme := "http://"
	listener = known
	if secure != nil {
		scheme, listener = "https://", tls.NewListener(listener, secure)
	}
	l := &Listener{scheme + Reachable(listener.Addr().String()), server, known, make(chan struct{})}
	go func() {
		defer close(l.done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			select {
			case failures <- err:
			default: // the channel is nil, or an earlier error waits in it
			}
		}
	}()
	return l, nil
}

// Reachable writes an address as a client on this machine reaches it: localhost for one that listens everywhere.
func Reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("localhost", port)
	}
	return address
}

// Stop closes all listeners, then calls release, which lets go of answers that are held back. It blocks until the calls that are being
// answered are done, for [Grace] at most; then it breaks their connections. A client that sends no whole request, or reads nothing of its
// answer, does not hold it for a second.
func Stop(release func(), listeners ...*Listener) error {
	for _, l := range listeners {
		_ = l.conns.Close() // it fails if it is closed already
	}
	release()
	errs := make([]error, len(listeners))
	var all sync.WaitGroup
	for i, l := range listeners {
		all.Go(func() { errs[i] = l.stop() })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (l *Listener) stop() error {
	for stopped := time.Now(); time.Since(stopped) < Grace; l.conns.hurry(stopped) {
		if l.quiet() {
			<-l.done
			return nil
		}
	}
	err := l.server.Close()
	<-l.done
	return err
}

// quiet waits a little for the calls that are being answered, and reports whether there are none.
func (l *Listener) quiet() bool {
	ctx, cancel := context.WithTimeout(context.Background(), between)
	defer cancel()
	return !errors.Is(l.server.Shutdown(ctx), context.DeadlineExceeded) // another error is that the listener was closed before
}

// ErrorLog returns the log of an http.Server. A panic in a handler and a failing accept are errors; what clients cause, such as a handshake
// that breaks off, is for debugging.
func ErrorLog(to *slog.Logger) *log.Logger { return log.New(serverLog{to}, "", 0) }

// serverLog takes the lines of net/http, which have no level.
type serverLog struct{ *slog.Logger }

func (l serverLog) Write(line []byte) (int, error) {
	text, level := strings.TrimSuffix(string(line), "\n"), slog.LevelDebug
	if strings.Contains(text, ": panic serving ") || strings.Contains(text, ": Accept error: ") {
		level = slog.LevelError
	}
	l.Log(context.Background(), level, text)
	return len(line), nil
}
