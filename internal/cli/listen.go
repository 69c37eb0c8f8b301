package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/mock"
)

// server is one listener and what serves it.
type server struct {
	listener net.Listener
	http     *http.Server
	url      string // the root, without a final slash
}

// endpoint is a handler and the address to serve it at.
type endpoint struct {
	flag    string // the flag of the address
	address string
	handler http.Handler
	tls     *tls.Config // nil: plain HTTP
}

// addresses are the addresses to listen on.
type addresses struct {
	portal  string
	tls     string // for HTTPS beside plain HTTP; "": none
	control string // for the control API; "": the portal's
}

// endpoints are the portal's, then, if they have addresses of their own, that of HTTPS and that of the control API.
func (a addresses) endpoints(portal *mock.Portal) []endpoint {
	own, control := http.Handler(portal), http.Handler(nil)
	if a.control != "" {
		own, control = portal.Handlers()
	}
	all := []endpoint{{"addr", a.portal, own, portal.TLSConfig()}}
	if a.tls != "" {
		all = []endpoint{{"addr", a.portal, own, nil}, {"tls-addr", a.tls, own, portal.TLSConfig()}}
	}
	if a.control != "" {
		all = append(all, endpoint{"control-addr", a.control, control, all[0].tls})
	}
	return all
}

// listen opens a listener for each endpoint. If one fails, it closes the others.
func (f *portalFlags) listen(p Process, endpoints []endpoint, log *slog.Logger) ([]*server, error) {
	var servers []*server
	for _, e := range endpoints {
		one, err := f.listenOn(e, log)
		if err != nil {
			err = fmt.Errorf("%s %q: cannot listen: %w (port 0 picks a free port)", p.flag(e.flag), e.address, unwrapNet(err))
			for _, open := range servers {
				_ = open.listener.Close()
			}
			return nil, err
		}
		servers = append(servers, one)
	}
	return servers, nil
}

func (f *portalFlags) listenOn(e endpoint, log *slog.Logger) (*server, error) {
	listener, err := net.Listen("tcp", e.address)
	if err != nil {
		return nil, err
	}
	scheme := "http://"
	if e.tls != nil {
		scheme, listener = "https://", tls.NewListener(listener, e.tls)
	}
	return &server{
		listener: listener, url: scheme + reachable(listener.Addr()),
		http: &http.Server{
			Handler: e.handler, ReadTimeout: f.ReadTimeout, IdleTimeout: f.IdleTimeout,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
	}, nil
}

// reachable writes a listener's address as a client on this machine reaches it: localhost for a listener on all interfaces.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return addr.String()
}

// unwrapNet removes the operation and the address, which the message has already.
func unwrapNet(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// started is a portal that is served.
type started struct {
	*mock.Portal

	servers  []*server
	failures chan error // from listeners that ended
	line     readyLine
}

// start loads a portal, then serves it.
func (f *portalFlags) start(p Process, a addresses, log *slog.Logger, more ...mock.Option) (*started, error) {
	portal, err := f.portal(p, log, more...)
	if err != nil {
		return nil, err
	}
	servers, err := f.listen(p, a.endpoints(portal), log)
	if err != nil {
		return nil, err
	}
	if a.control != "" {
		portal.Announce(servers[0].url)
	}
	s := &started{Portal: portal, servers: servers, failures: make(chan error, len(servers)), line: a.ready(portal, servers)}
	for _, server := range servers {
		go func() {
			if err := server.http.Serve(server.listener); !errors.Is(err, http.ErrServerClosed) {
				s.failures <- err
			}
		}()
	}
	return s, nil
}

// stop ends the portal and its servers. Calls in progress have shutdownGrace to finish.
func (s *started) stop() error {
	s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	var errs []error
	for _, server := range s.servers {
		if err := server.http.Shutdown(ctx); err != nil {
			errs = append(errs, server.http.Close())
		}
	}
	return errors.Join(errs...)
}

// local turns an address to listen on into one to connect to.
func local(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return strings.TrimSpace(address)
}
