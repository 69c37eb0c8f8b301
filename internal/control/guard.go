package control

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// guard refuses what a web page in somebody's browser could send: a foreign origin, and on loopback a foreign host (DNS rebinding).
// It wants the control token, when the server has one. Health is open to all.
func (a *API) guard(r *http.Request) error {
	if r.URL.Path != metricsPath && !strings.HasPrefix(r.URL.Path, "/__admin") {
		return nil
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if u, err := url.Parse(origin); err != nil || !strings.EqualFold(u.Host, r.Host) {
			return problem(http.StatusForbidden, "the control API is not for pages of another origin (Origin %q)", a.masks().Hide(origin))
		}
	}
	if onLoopback(r) && !a.ownHost(r.Host) {
		return problem(http.StatusForbidden, "the control API on loopback answers to %s, not to the Host %q",
			strings.Join(a.ownHosts(), ", "), a.masks().Hide(r.Host))
	}
	if a.Token == "" {
		return nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(token)), []byte(a.Token)) != 1 {
		return problem(http.StatusUnauthorized, "the control API asks for the control token, as Authorization: Bearer")
	}
	return nil
}

// onLoopback reports whether the connection came in on a loopback address. It is false for a request without a connection.
func onLoopback(r *http.Request) bool {
	tcp, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// ownHosts returns the names of loopback and the hosts of the certificate.
func (a *API) ownHosts() []string {
	own := []string{"localhost", "127.0.0.1", "::1"}
	if a.TLS == nil {
		return own
	}
	return append(own, slices.DeleteFunc(a.TLS.Hosts(), func(host string) bool { return slices.Contains(own, host) })...)
}

// ownHost reads the Host alone, even when the server trusts a proxy: a page can send the headers of a proxy.
func (a *API) ownHost(hostport string) bool {
	host := (&url.URL{Host: hostport}).Hostname()
	own := slices.ContainsFunc(a.ownHosts(), func(own string) bool { return strings.EqualFold(own, host) })
	return own || a.TLS != nil && a.TLS.Names(host)
}
