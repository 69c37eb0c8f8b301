package control

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// guard keeps out what a web page in somebody's browser could send: a foreign origin, and on loopback a foreign host (DNS rebinding).
// It asks for the control token, when there is one. Health is open to all.
func (a *API) guard(r *http.Request) *Problem {
	if !strings.HasPrefix(r.URL.Path, "/__admin") {
		return nil
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if u, err := url.Parse(origin); err != nil || !strings.EqualFold(u.Host, r.Host) {
			return problem(http.StatusForbidden, "the control API is not for pages of another origin (Origin %q)", a.masks().Hide(origin))
		}
	}
	if onLoopback(r) && !a.ownHost(r.Host) {
		return problem(http.StatusForbidden, "the control API on loopback answers to %s, not to the Host %q", strings.Join(a.ownHosts(), ", "), a.masks().Hide(r.Host))
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

// onLoopback reports whether the connection came in on a loopback address. A request that came over no connection did not.
func onLoopback(r *http.Request) bool {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// ownHosts are the loopback ones and those of the certificate.
func (a *API) ownHosts() []string {
	own := []string{"localhost", "127.0.0.1", "::1"}
	if a.TLS == nil {
		return own
	}
	ofCertificate := slices.DeleteFunc(a.TLS.Hosts(), func(host string) bool { return slices.Contains(own, host) })
	return append(own, ofCertificate...)
}

// ownHost goes by the Host alone, even where a proxy is trusted: a page can say what a proxy says.
func (a *API) ownHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	return slices.ContainsFunc(a.ownHosts(), func(own string) bool { return strings.EqualFold(own, host) }) || a.TLS != nil && a.TLS.Names(host)
}
