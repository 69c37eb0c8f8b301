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

// endpoint is what is to be served at an address.
type endpoint struct {
	address string
	handler http.Handler
	tls     *tls.Config // nil: plain HTTP
}

// addresses are where to listen.
type addresses struct {
	portal  string
	tls     string // HTTPS beside plain HTTP; "": none
	control string // of the control API; "": the portal's
}

// endpoints are that of the portal, that of HTTPS beside plain HTTP, and that of the control API, the latter two where they have an address
// of their own.
func (a addresses) endpoints(portal *mock.Portal) []endpoint {
	own, control := http.Handler(portal), http.Handler(nil)
	if a.control != "" {
		own, control = portal.Handlers()
	}
	all := []endpoint{{a.portal, own, portal.TLSConfig()}}
	if a.tls != "" {
		all = []endpoint{{a.portal, own, nil}, {a.tls, own, portal.TLSConfig()}}
	}
	if a.control != "" {
		all = append(all, endpoint{a.control, control, all[0].tls})
	}
	return all
}

// listen opens a listener for each endpoint, or none.
func (f *portalFlags) listen(endpoints []endpoint, log *slog.Logger) ([]*server, error) {
	var servers []*server
	for _, e := range endpoints {
		one, err := f.listenOn(e, log)
		if err != nil {
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
		return nil, fmt.Errorf("cannot listen on %q: %w (choose another address; port 0 picks a free one)", e.address, unwrapNet(err))
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

// reachable writes an address as a client on this machine reaches it: one that listens everywhere is reached as localhost.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return addr.String()
}

// unwrapNet leaves out what the sentence has said already: the operation and the address.
func unwrapNet(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func (s *server) serve() error {
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// started is a portal that is served.
type started struct {
	*mock.Portal

	servers  []*server
	failures chan error // what a listener ended with
	line     readyLine
}

// start loads a portal and serves it. Nothing listens before everything is loaded, so nothing is ever half started.
func (f *portalFlags) start(a addresses, log *slog.Logger, more ...mock.Option) (*started, error) {
	portal, err := f.portal(log, more...)
	if err != nil {
		return nil, err
	}
	servers, err := f.listen(a.endpoints(portal), log)
	if err != nil {
		return nil, err
	}
	if a.control != "" {
		portal.Announce(servers[0].url)
	}
	s := &started{Portal: portal, servers: servers, failures: make(chan error, len(servers)), line: a.ready(portal, servers)}
	for _, server := range servers {
		go func() { s.failures <- server.serve() }()
	}
	return s, nil
}

// stop ends the portal, once the calls that are being answered are done.
func (s *started) stop() error {
	s.Close()
	return stop(s.servers)
}

// stop lets calls that are being answered end.
func stop(servers []*server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	var errs []error
	for _, s := range servers {
		if err := s.http.Shutdown(ctx); err != nil {
			errs = append(errs, s.http.Close())
		}
	}
	return errors.Join(errs...)
}

// local turns an address to listen on into one to call.
func local(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return strings.TrimSpace(address)
}
