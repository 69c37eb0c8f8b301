package cli

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/server"
)

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
func (a addresses) endpoints(portal *server.Portal) []endpoint {
	own, control := http.Handler(portal), http.Handler(nil)
	if a.control != "" {
		own, control = portal.Handlers()
	}
	secure := portal.Identity.TLSConfig()
	all := []endpoint{{"addr", a.portal, own, secure}}
	if a.tls != "" {
		all = []endpoint{{"addr", a.portal, own, nil}, {"tls-addr", a.tls, own, secure}}
	}
	if a.control != "" {
		all = append(all, endpoint{"control-addr", a.control, control, all[0].tls})
	}
	return all
}

// listen opens a listener for each endpoint. If one fails, it closes the others.
func (f *portalFlags) listen(p Process, endpoints []endpoint, log *slog.Logger) ([]*server.Listener, error) {
	var listeners []*server.Listener
	for _, e := range endpoints {
		one, err := server.Listen(e.address, e.tls, &http.Server{
			Handler: e.handler, ReadTimeout: f.ReadTimeout, IdleTimeout: f.IdleTimeout,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		})
		if err != nil {
			for _, open := range listeners {
				open.Close()
			}
			return nil, fmt.Errorf("%s %q: cannot listen: %w (port 0 picks a free port)", p.flag(e.flag), e.address, err)
		}
		listeners = append(listeners, one)
	}
	return listeners, nil
}

// started is a portal that is served.
type started struct {
	*server.Portal

	listeners []*server.Listener
	failures  chan error // from listeners that ended
	line      readyLine
}

// start loads a portal, then serves it.
func (f *portalFlags) start(p Process, a addresses, log *slog.Logger, history *sandbox.History) (*started, error) {
	portal, err := f.portal(p, log, history)
	if err != nil {
		return nil, err
	}
	listeners, err := f.listen(p, a.endpoints(portal), log)
	if err != nil {
		return nil, err
	}
	if a.control != "" {
		portal.Announce(listeners[0].URL)
	}
	s := &started{portal, listeners, make(chan error, len(listeners)), a.ready(portal, listeners)}
	for _, listener := range listeners {
		go func() {
			if err := listener.Serve(); err != nil {
				s.failures <- err
			}
		}()
	}
	return s, nil
}

// stop ends the portal and its listeners.
func (s *started) stop() error {
	s.Close()
	return server.Stop(s.listeners...)
}

// local turns an address to listen on into one to connect to.
func local(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return strings.TrimSpace(address)
}
