package wire_test

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/wire"
)

// TestReachedBy proves how a client is taken to have reached the portal, where a proxy is trusted and where none is.
func TestReachedBy(t *testing.T) {
	t.Parallel()
	const plain, secure = "http://portal.test:8080", "https://portal.test:8080"
	for _, row := range []struct {
		name    string
		tls     bool
		header  http.Header
		trusted string // the address where a proxy is trusted
	}{
		{"nothing, over HTTP", false, nil, plain},
		{"nothing, over HTTPS", true, nil, secure},
		{"https", false, http.Header{"X-Forwarded-Proto": {"https"}}, secure},
		{"https in capitals", false, http.Header{"X-Forwarded-Proto": {"HTTPS"}}, secure},
		{"http over HTTPS: the client came over HTTP", true, http.Header{"X-Forwarded-Proto": {"http"}}, plain},
		{"several protos", false, http.Header{"X-Forwarded-Proto": {"https, http"}}, secure},
		{"several protos, the first is http", true, http.Header{"X-Forwarded-Proto": {" http ,https"}}, plain},
		{"the header twice", false, http.Header{"X-Forwarded-Proto": {"https", "http"}}, secure},
		{"an unknown proto", true, http.Header{"X-Forwarded-Proto": {"gopher"}}, secure},
		{"an unknown proto before a known one", false, http.Header{"X-Forwarded-Proto": {"on, https"}}, plain},
		{"an empty proto", true, http.Header{"X-Forwarded-Proto": {""}}, secure},
		{"a proto with its colon", false, http.Header{"X-Forwarded-Proto": {"https:"}}, plain},
		{"a host", false, http.Header{"X-Forwarded-Host": {"Gis.example.com"}}, "http://Gis.example.com"},
		{"a host with a port", true, http.Header{"X-Forwarded-Host": {"gis.example.com:8443"}}, "https://gis.example.com:8443"},
		{"a container's name", false, http.Header{"X-Forwarded-Host": {"mock_portal:80"}}, "http://mock_portal:80"},
		{"an address", false, http.Header{"X-Forwarded-Host": {"192.0.2.7:80"}}, "http://192.0.2.7:80"},
		{"an IPv6 address", false, http.Header{"X-Forwarded-Host": {"[2001:db8::7]"}}, "http://[2001:db8::7]"},
		{"an IPv6 address with a port", false, http.Header{"X-Forwarded-Host": {"[2001:db8::7]:80"}}, "http://[2001:db8::7]:80"},
		{"both", false, http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"gis.example.com"}}, "https://gis.example.com"},
		{"several hosts", false, http.Header{"X-Forwarded-Host": {"gis.example.com , inner:8080"}}, "http://gis.example.com"},
		{"the host header twice", false, http.Header{"X-Forwarded-Host": {"gis.example.com", "inner"}}, "http://gis.example.com"},
		{"a garbled host before a good one", false, http.Header{"X-Forwarded-Host": {"a b, gis.example.com"}}, plain},
		{"the standard header", false, http.Header{"Forwarded": {"proto=https;host=gis.example.com"}}, plain},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{Host: "portal.test:8080", Header: row.header}
			untrusted := plain
			if row.tls {
				r.TLS, untrusted = &tls.ConnectionState{}, secure
			}
			if diff := cmp.Diff(row.trusted, wire.ReachedBy(r, true).URL()); diff != "" {
				t.Errorf("behind a trusted proxy (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(untrusted, wire.ReachedBy(r, false).URL()); diff != "" {
				t.Errorf("without one (-want +got):\n%s", diff)
			}
		})
	}
}

// TestForwardedHostIsIgnored proves that what is no host changes no address.
func TestForwardedHostIsIgnored(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"", " ", "gis example.com", "gis.example.com/portal", "https://gis.example.com", "user@gis.example.com",
		"gis.example.com:", "gis.example.com:0", "gis.example.com:http", "gis.example.com:+80", ":8080",
		"2001:db8::7", "[2001:db8::7", "2001:db8::7]", "[192.0.2.7]", "[gis]",
		"[fe80::1%25eth0]", "[]", "a\"b", "a<b>", "a?b", "a#b", "a\\b", "ä.example.com", "a%2eb",
	} {
		r := &http.Request{Host: "portal.test", Header: http.Header{"X-Forwarded-Host": {host}}}
		if got := wire.ReachedBy(r, true).Host; got != "portal.test" {
			t.Errorf("%q is taken for the host %q", host, got)
		}
	}
}

func FuzzForwardedHost(f *testing.F) {
	for _, host := range []string{"gis.example.com:8443", "[::1]:80", "a b", "a@b", "a/b", "[::1]:80:90", "[[::1]]:80", "[0]:1"} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		r := &http.Request{Host: "portal.test", Header: http.Header{"X-Forwarded-Host": {host}}}
		reached := wire.ReachedBy(r, true)
		u, err := url.Parse(reached.URL())
		if err != nil || u.Host != reached.Host || u.User != nil || u.Path+u.RawQuery+u.Fragment != "" {
			t.Errorf("%q makes the address %q", host, reached.URL())
		}
	})
}
