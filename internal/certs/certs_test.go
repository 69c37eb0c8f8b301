package certs_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/certs"
)

func generate(t *testing.T, hosts ...string) *certs.Identity {
	t.Helper()
	authority, err := certs.Generate(hosts, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

// handshake connects a real client and a real server over loopback and returns what the client saw.
func handshake(t *testing.T, server *tls.Config, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_ = conn.(*tls.Conn).HandshakeContext(t.Context())
		_ = conn.Close()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := (&tls.Dialer{Config: client}).DialContext(ctx, "tcp", listener.Addr().String())
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = conn.Close() }()
	return conn.(*tls.Conn).ConnectionState(), nil
}

func TestHandshakeAcceptsEveryHostOfTheCertificate(t *testing.T) {
	t.Parallel()
	authority := generate(t, "portal.test", "mock_portal", "192.0.2.7", "2001:db8::7", "Upper.Test", "*.wild.test")
	for _, host := range []string{
		"localhost", "127.0.0.1", "::1", "portal.test", "mock_portal", "192.0.2.7", "2001:db8::7", "upper.test", "any.wild.test",
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			client := &tls.Config{RootCAs: authority.Pool(), ServerName: host, MinVersion: tls.VersionTLS12}
			if _, err := handshake(t, authority.TLSConfig(), client); err != nil {
				t.Errorf("handshake as %s: %v", host, err)
			}
		})
	}
}

func TestHandshakeRefusesAnotherName(t *testing.T) {
	t.Parallel()
	authority := generate(t, "portal.test", "*.wild.test")
	for _, host := range []string{"other.test", "sub.portal.test", "192.0.2.8", "wild.test", "a.b.wild.test"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			_, err := handshake(t, authority.TLSConfig(), &tls.Config{RootCAs: authority.Pool(), ServerName: host, MinVersion: tls.VersionTLS12})
			var name x509.HostnameError
			if !errors.As(err, &name) {
				t.Errorf("handshake as %s: got %v, want a HostnameError", host, err)
			}
		})
	}
}

func TestHandshakeRefusesAnotherAuthority(t *testing.T) {
	t.Parallel()
	one, other := generate(t), generate(t)
	_, err := handshake(t, one.TLSConfig(), &tls.Config{RootCAs: other.Pool(), ServerName: "localhost", MinVersion: tls.VersionTLS12})
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		t.Errorf("got %v, want an UnknownAuthorityError", err)
	}
}

func TestHandshakeNegotiatesVersionAndProtocol(t *testing.T) {
	t.Parallel()
	authority := generate(t)
	tests := []struct {
		name, reason string
		protocols    []string
		minMax       uint16
		want         string
	}{
		{"h2", "a client that knows both gets HTTP/2", []string{"http/1.1", "h2"}, tls.VersionTLS13, "h2"},
		{"http1", "a client that knows HTTP/1.1 only is served", []string{"http/1.1"}, tls.VersionTLS12, "http/1.1"},
		{"old", "TLS 1.1 is refused", []string{"http/1.1"}, tls.VersionTLS11, "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			state, err := handshake(t, authority.TLSConfig(), &tls.Config{
				RootCAs: authority.Pool(), ServerName: "localhost", NextProtos: tt.protocols, MinVersion: tt.minMax, MaxVersion: tt.minMax,
			})
			got := state.NegotiatedProtocol
			if err != nil {
				got = "refused"
			}
			if got != tt.want {
				t.Errorf("%s: got %q (%v), want %q", tt.reason, got, err, tt.want)
			}
		})
	}
}

func TestHTTPClientTrustsThePEM(t *testing.T) {
	t.Parallel()
	authority := generate(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Proto))
	}))
	server.TLS = authority.TLSConfig()
	server.StartTLS()
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority.PEM()) {
		t.Fatal("the PEM holds no certificate")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("got %s, %v", response.Status, err)
	}
}

// facts are the properties of a certificate that matter here.
type facts struct {
	Names, IPs          []string
	NotBefore, NotAfter string
	IsCA                bool
	KeyUsage            x509.KeyUsage
	Server              bool
	Curve               elliptic.Curve
	IssuedByAuthority   error
}

func read(c, ca *x509.Certificate) facts {
	f := facts{
		Names: c.DNSNames, NotBefore: c.NotBefore.Format(time.RFC3339), NotAfter: c.NotAfter.Format(time.RFC3339),
		IsCA: c.IsCA, KeyUsage: c.KeyUsage, Server: len(c.ExtKeyUsage) == 1 && c.ExtKeyUsage[0] == x509.ExtKeyUsageServerAuth,
		Curve: c.PublicKey.(*ecdsa.PublicKey).Curve, IssuedByAuthority: c.CheckSignatureFrom(ca),
	}
	for _, ip := range c.IPAddresses {
		f.IPs = append(f.IPs, ip.String())
	}
	return f
}

func TestCertificatesSayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.FixedZone("", 3600))
	authority, err := certs.Generate(
		[]string{"PORTAL.test", "192.0.2.7", "*.Portal.test"},
		now,
	)
	if err != nil {
		t.Fatal(err)
	}
	leaf := authority.TLSConfig().Certificates[0].Leaf
	block, rest := pem.Decode(authority.PEM())
	if block == nil || len(rest) != 0 {
		t.Fatalf("want exactly one PEM block, got\n%s", authority.PEM())
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	want := []facts{
		{
			NotBefore: "2024-02-28T11:00:00Z", NotAfter: "2034-02-28T11:00:00Z",
			IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, Curve: elliptic.P256(),
		},
		{
			Names: []string{"localhost", "portal.test", "*.portal.test"}, IPs: []string{"127.0.0.1", "::1", "192.0.2.7"},
			NotBefore: "2024-02-28T11:00:00Z", NotAfter: "2025-03-31T11:00:00Z",
			KeyUsage: x509.KeyUsageDigitalSignature, Server: true, Curve: elliptic.P256(),
		},
	}
	if diff := cmp.Diff(
		want, []facts{read(ca, ca), read(leaf, ca)}, cmp.Comparer(func(a, b elliptic.Curve) bool { return a == b }),
	); diff != "" {
		t.Errorf("authority and server certificate (-want +got):\n%s", diff)
	}
}

func TestPEMBelongsToTheCaller(t *testing.T) {
	t.Parallel()
	authority := generate(t)
	first := authority.PEM()
	want := string(first)
	clear(first)
	if diff := cmp.Diff(want, string(authority.PEM())); diff != "" {
		t.Errorf("the authority's own bytes changed (-want +got):\n%s", diff)
	}
}

const allowed = `must be a host name such as "portal.test", a wildcard such as "*.portal.test" or an address such as "192.0.2.7"`

func TestGenerateRefusesInvalidHosts(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"", "https://portal.test:8443/arcgis", "portal.test:8443", "[::1]:8443", "[::1]", "portal.test.", "*.test", "*", "*.", "portal.*.test",
		"por*.portal.test", "*.*.portal.test", "*.-a.test", "https://*.portal.test/", "fe80::1%eth0", "bücher.test", "a b", "-a.test", "a..test",
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			authority, err := certs.Generate([]string{"portal.test", host}, time.Now())
			if err == nil || authority != nil {
				t.Fatalf("Generate(%q): got an authority and the error %v", host, err)
			}
			if diff := cmp.Diff(fmt.Sprintf("TLS host %q: %s", host, allowed), err.Error()); diff != "" {
				t.Errorf("Generate(%q) (-want +got):\n%s", host, diff)
			}
		})
	}
}

func TestGenerateNamesAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := certs.Generate([]string{"*.one", "fine.test", "two.test:80"}, time.Now())
	if err == nil {
		t.Fatal("want an error")
	}
	if diff := cmp.Diff(`TLS host "*.one": `+allowed+"\n"+`TLS host "two.test:80": `+allowed, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzGenerate(f *testing.F) {
	for _, host := range []string{
		"portal.test", "192.0.2.7", "::1", "[::1]:80", "https://a/b", "a..b", "xn--bcher-kva.test", "*.a.test", "*.a",
		"1.2.3", "a%b", "-", ".",
	} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		authority, err := certs.Generate([]string{host}, time.Now())
		if err != nil {
			return
		}
		if below, ok := strings.CutPrefix(host, "*."); ok {
			host = "any." + below
		}
		if err := authority.TLSConfig().Certificates[0].Leaf.VerifyHostname(host); err != nil {
			t.Errorf("Generate accepts %q, but clients do not: %v", host, err)
		}
	})
}
