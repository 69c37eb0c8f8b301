package wire

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Reached says how a client has reached the portal.
type Reached struct {
	Secure bool   // over HTTPS
	Host   string // with the port, if it has one
}

// URL returns scheme and host, without a final slash.
func (r Reached) URL() string {
	if r.Secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// ReachedBy reads it from the connection and the Host. If the server trusts a proxy, X-Forwarded-Proto and X-Forwarded-Host count before
// them. Of several values the first counts, which comes from the proxy nearest to the client. An invalid scheme or host does not count.
func ReachedBy(r *http.Request, trustProxy bool) Reached {
	reached := Reached{Secure: r.TLS != nil, Host: r.Host}
	if !trustProxy {
		return reached
	}
	switch proto := forwarded(r, "X-Forwarded-Proto"); {
	case strings.EqualFold(proto, "https"):
		reached.Secure = true
	case strings.EqualFold(proto, "http"):
		reached.Secure = false
	}
	if host := forwarded(r, "X-Forwarded-Host"); isHost(host) {
		reached.Host = host
	}
	return reached
}

// forwarded returns the first of the values that proxies have written into a header.
func forwarded(r *http.Request, header string) string {
	first, _, _ := strings.Cut(r.Header.Get(header), ",")
	return strings.TrimSpace(first)
}

// hostRule is a name or an address, with or without a port.
var hostRule = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\])(:[1-9][0-9]{0,4})?$`)

// isHost reports whether a text is a host. Any other text could change the URL that is built with it.
func isHost(text string) bool {
	_, err := url.Parse("http://" + text) // knows which addresses there are
	return err == nil && hostRule.MatchString(text)
}
