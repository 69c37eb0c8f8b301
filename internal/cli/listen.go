package cli

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
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
	secure := portal.Identity.TLSConfig()
	all := []endpoint{{"addr", a.portal, portal, secure}}
	if a.tls != "" {
		all = []endpoint{{"addr", a.portal, portal, nil}, {"tls-addr", a.tls, portal, secure}}
	}
	if a.control != "" {
		all = append(all, endpoint{"control-addr", a.control, portal.Control, all[0].tls})
	}
	return all
}

// started is a portal that is served.
type started struct {
	*server.Portal

	listeners []*server.Listener
	failures  chan error // from listeners that ended
	line      readyLine
}

// start loads a portal, then serves it at every endpoint or at none.
func (f *portalFlags) start(p Process, a addresses, log *slog.Logger, history *sandbox.History) (*started, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // with the default, the garbage collector takes a tenth of the start
	portal, err := f.portal(p, log, history)
	if err = errors.Join(a.mistakes(p), err); err != nil {
		return nil, err
	}
	portal.ControlApart = a.control != ""
	s := &started{Portal: portal, failures: make(chan error, 1)}
	for _, e := range a.endpoints(portal) {
		if e.flag == "control-addr" {
			portal.Control.PortalURL = s.listeners[0].URL
		}
		one, err := server.Listen(e.address, e.tls, &http.Server{
			Handler: e.handler, ReadTimeout: f.ReadTimeout, IdleTimeout: f.IdleTimeout,
			ErrorLog: server.ErrorLog(log),
		}, s.failures)
		if err != nil {
			err = fmt.Errorf("%s %q: cannot listen: %w (port 0 picks a free port)", p.flag(e.flag), e.address, err)
			return nil, errors.Join(err, s.stop())
		}
		s.listeners = append(s.listeners, one)
		if e.flag == "control-addr" {
			portal.Control.ControlURL = one.URL
		}
		if apart := a.control != ""; f.ControlToken == "" && apart == (e.flag == "control-addr") && !onLoopback(e.address) {
			log.Warn("whoever reaches this address controls the portal: --control-token asks for a token", "address", e.address)
		}
	}
	s.line = a.ready(portal, s.listeners)
	if p.listens != nil {
		p.listens.Store(true)
	}
	return s, nil
}

// onLoopback reports whether only this machine reaches an address.
func onLoopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// stop ends the portal and its listeners.
func (s *started) stop() error { return server.Stop(s.Sandboxes.Close, s.listeners...) }

// mistakes are the addresses that cannot be read.
func (a addresses) mistakes(p Process) error {
	var mistakes []error
	for _, row := range [][2]string{{"addr", a.portal}, {"tls-addr", a.tls}, {"control-addr", a.control}} {
		if err := checkAddress(row[1]); err != nil && (row[1] != "" || row[0] == "addr") {
			mistakes = append(mistakes, fmt.Errorf("%s %w", p.flag(row[0]), err))
		}
	}
	return errors.Join(mistakes...)
}

// checkAddress says what is wrong with an address to listen on, and suggests one.
func checkAddress(address string) error {
	if isAddress(address) {
		return nil
	}
	hint := ""
	_, behindScheme, _ := strings.Cut(address, "://")
	for _, candidate := range []string{"127.0.0.1:" + address, strings.TrimSuffix(behindScheme, "/"), net.JoinHostPort(address, "8080")} {
		if address != "" && hint == "" && isAddress(candidate) {
			hint = fmt.Sprintf(" (did you mean %q?)", candidate)
		}
	}
	return fmt.Errorf("%q: must be a host and a port of at most 65535, such as 127.0.0.1:8080%s; port 0 picks a free one", address, hint)
}

// isAddress reports whether an address has a port that exists, and a host that can.
func isAddress(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err == nil && strings.Contains(host, ":") {
		_, err = netip.ParseAddr(host)
	}
	if err == nil && port != "" {
		_, err = net.LookupPort("tcp", port)
	}
	return err == nil && port != ""
}
