package control

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// guard refuses what a web page in somebody's browser could send: a foreign origin, another site, and a foreign host (DNS rebinding).
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
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return problem(http.StatusForbidden, "the control API is not for pages of another site (Sec-Fetch-Site: cross-site)")
	}
	if hasConnection(r) && !a.ownHost(r.Host) {
		return problem(http.StatusForbidden, "the control API does not answer to the Host %q: allowed are addresses, localhost, names without "+
			"a dot%s; --control-host NAME (or mock.WithControlHosts) allows another", a.masks().Hide(r.Host), a.furtherHosts())
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

// hasConnection reports whether the request came in over a connection. A Go program that calls the handler itself is no web page.
func hasConnection(r *http.Request) bool {
	_, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok
}

// ownHost reads the Host alone, even when the server trusts a proxy: a page can send the headers of a proxy. Nobody can rebind an address,
// or a name without a dot, which no public DNS has.
func (a *API) ownHost(hostport string) bool {
	host := (&url.URL{Host: hostport}).Hostname()
	own := slices.ContainsFunc(a.Hosts, func(own string) bool { return strings.EqualFold(own, host) })
	return own || isPlain(host) || a.TLS != nil && a.TLS.Names(host)
}

// isPlain reports whether a host is an address or a name without a dot.
func isPlain(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || host != "" && !strings.Contains(host, ".")
}

// furtherHosts lists the hosts of the flags and of the certificate.
func (a *API) furtherHosts() string {
	further := slices.Clone(a.Hosts)
	if a.TLS != nil {
		further = append(further, slices.DeleteFunc(a.TLS.Hosts(), isPlain)...)
	}
	return strings.Join(append([]string{""}, further...), ", ")
}
