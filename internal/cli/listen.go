package cli

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/server"
)

// endpoint is what to serve at an address.
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

// endpoints returns that of the portal, then that of HTTPS beside plain HTTP and that of the control API where they have an address of
// their own.
func (a addresses) endpoints(portal *server.Portal) []endpoint {
	own, control := http.Handler(portal), http.Handler(nil)
	if a.control != "" {
		own, control = portal.Handlers()
	}
	secure := portal.Identity.TLSConfig()
	all := []endpoint{{a.portal, own, secure}}
	if a.tls != "" {
		all = []endpoint{{a.portal, own, nil}, {a.tls, own, secure}}
	}
	if a.control != "" {
		all = append(all, endpoint{a.control, control, all[0].tls})
	}
	return all
}

// listen opens a listener for each endpoint, or none.
func (f *portalFlags) listen(endpoints []endpoint, log *slog.Logger) ([]*server.Listener, error) {
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
			return nil, err
		}
		listeners = append(listeners, one)
	}
	return listeners, nil
}

// started is a portal that is served.
type started struct {
	*server.Portal

	listeners []*server.Listener
	failures  chan error // what a listener ended with
	line      readyLine
}

// start loads a portal and serves it. It listens only once everything is loaded, so that nothing is ever half started.
func (f *portalFlags) start(a addresses, log *slog.Logger, history *sandbox.History) (*started, error) {
	portal, err := f.portal(log, history)
	if err != nil {
		return nil, err
	}
	listeners, err := f.listen(a.endpoints(portal), log)
	if err != nil {
		return nil, err
	}
	if a.control != "" {
		portal.Announce(listeners[0].URL)
	}
	s := &started{portal, listeners, make(chan error, len(listeners)), a.ready(portal, listeners)}
	for _, listener := range listeners {
		go func() { s.failures <- listener.Serve() }()
	}
	return s, nil
}

// stop ends the portal, once the calls that are being answered are done.
func (s *started) stop() error {
	s.Close()
	return server.Stop(s.listeners...)
}

// local turns an address to listen on into one to call.
func local(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return strings.TrimSpace(address)
}
