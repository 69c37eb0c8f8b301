package server_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// issued is a certificate for the loopback hosts that ends a year after it began, with its authority behind it.
func issued(tb testing.TB, began time.Time) tls.Certificate {
	tb.Helper()
	identity, err := certs.Generate(nil, began)
	if err != nil {
		tb.Fatal(err)
	}
	return identity.TLSConfig().Certificates[0]
}

// selfSigned is a certificate for one host and no address.
func selfSigned(tb testing.TB, host string) tls.Certificate {
	tb.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{NotAfter: time.Now().Add(time.Hour), DNSNames: []string{host}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestGivenCertificate proves that a listener serves the certificate that it is given, over HTTP/2, also one that clients refuse.
func TestGivenCertificate(t *testing.T) {
	t.Parallel()
	whole := issued(t, time.Now())
	for name, row := range map[string]struct {
		given   tls.Certificate
		host    string // for which the client asks; "": the address
		refused string // part of the client's error; "": none
	}{
		"with its authority": {whole, "", ""},
		"alone":              {tls.Certificate{Certificate: whole.Certificate[:1], PrivateKey: whole.PrivateKey}, "", ""},
		"of another name":    {selfSigned(t, "portal.example.com"), "", "doesn't contain any IP SANs"},
		"of that name":       {selfSigned(t, "portal.example.com"), "portal.example.com", ""},
		"expired":            {issued(t, time.Now().AddDate(-2, 0, 0)), "", "certificate has expired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			identity, err := certs.Given(row.given)
			if err != nil {
				t.Fatal(err)
			}
			p := portal(t, scenario.BuiltIn(), "trial", func(o *server.Options) { o.Identity = identity })
			resp, err := askOverTLS(t, p, row.host)
			switch {
			case row.refused != "" && (err == nil || !strings.Contains(err.Error(), row.refused)):
				t.Errorf("want an error with %q, got %v", row.refused, err)
			case row.refused == "" && err != nil:
				t.Error(err)
			case row.refused == "" && (string(resp.TLS.PeerCertificates[0].Raw) != string(row.given.Certificate[0]) || resp.ProtoMajor != 2):
				t.Errorf("over %s it shows the certificate %v", resp.Proto, resp.TLS.PeerCertificates[0].Subject)
			}
		})
	}
}

// askOverTLS serves a portal, and asks for its health with a client that trusts its certificate.
func askOverTLS(t *testing.T, p *server.Portal, host string) (*http.Response, error) {
	t.Helper()
	failures := make(chan error, 1)
	listener, err := server.Listen(
		"127.0.0.1:0", p.Identity.TLSConfig(),
		&http.Server{Handler: p, ReadHeaderTimeout: time.Minute, ErrorLog: nothing()}, failures,
	)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{RootCAs: p.Identity.Pool(), ServerName: host, MinVersion: tls.VersionTLS12},
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Stop(func() {}, listener); err != nil || len(failures) > 0 {
			t.Errorf("the server stopped with %v and %d failures", err, len(failures))
		}
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, listener.URL+"/readyz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: transport}).Do(r)
	if err == nil {
		_ = resp.Body.Close()
	}
	return resp, err
}

// nothing is a log that nobody reads.
func nothing() *log.Logger { return log.New(io.Discard, "", 0) }
