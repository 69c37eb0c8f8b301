package control_test

import (
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
	"github.com/mockportal/mockportal/mock"
)

// TestAuthority proves what ca.pem answers: the self-signed end of the certificate's chain, where the server knows it.
func TestAuthority(t *testing.T) {
	t.Parallel()
	identity, err := certs.Generate(nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	given := identity.TLSConfig().Certificates[0]
	alone, err := certs.Given(tls.Certificate{Certificate: given.Certificate[:1], PrivateKey: given.PrivateKey})
	if err != nil {
		t.Fatal(err)
	}
	const path = "/__admin/ca.pem"
	made := mock.NewServer(t, mock.WithTLS())
	a := ask(t, made, "getCertificateAuthority", path, "")
	block, rest := pem.Decode([]byte(a.body))
	if block == nil || len(rest) > 0 || block.Type != "CERTIFICATE" {
		t.Errorf("it is no PEM block: %s", a.body)
	}
	a = fromServerWith(t, identity, path)
	diff(t, "with its authority", string(identity.PEM()), a.body)
	diff(t, "type", "application/x-pem-file", a.header.Get("Content-Type"))
	a = fromServerWith(t, alone, path)
	diff(t, "status without its authority", http.StatusNotFound, a.status)
	diff(t, "detail", "this server was given its certificate without the self-signed authority at the end of its chain: "+
		"take that from whoever issued it, or add it to the certificate's file", problemOf(t, a).Detail)
}

// fromServerWith asks a server that has this certificate.
func fromServerWith(tb testing.TB, identity *certs.Identity, path string) answer {
	tb.Helper()
	library := scenario.BuiltIn()
	trial, err := library.Scenario("trial")
	if err != nil {
		tb.Fatal(err)
	}
	p, err := server.New(server.Options{Options: exchange.Options{Library: library}, Scenario: trial, Identity: identity})
	if err != nil {
		tb.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "http://localhost"+path, http.NoBody))
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

// TestHostsOfTheCertificate proves that the control API answers to the hosts of the certificate, wildcards too, and to no other names.
func TestHostsOfTheCertificate(t *testing.T) {
	t.Parallel()
	hosts := []string{"Mock.example.com", "*.gis.example.com", "192.0.2.7", "2001:db8:0::7"}
	s := mock.NewServer(t, mock.WithTLS(hosts...))
	for host, want := range map[string]int{
		"mock.example.com": 200, "MOCK.example.com:8443": 200, "a.gis.example.com": 200,
		"192.0.2.7:80": 200, "[2001:db8::7]:80": 200, "localhost": 200,
		"gis.example.com": 403, "a.b.gis.example.com": 403, "a.mock.example.com": 403, "example.com": 403, "192.0.2.8": 200,
	} {
		a := ask(t, s, "listSandboxes", boxes, "", "Host: "+host)
		diff(t, host, want, a.status)
		const allowed = "names without a dot, mock.example.com, *.gis.example.com;"
		if want == 403 && !strings.Contains(a.body, allowed) {
			t.Errorf("it does not say which hosts there are: %s", a.body)
		}
	}
}

// TestTrustProxy proves that the addresses of a sandbox are those at which a client behind a trusted proxy reaches
// it, and that without trust
// such headers change nothing.
func TestTrustProxy(t *testing.T) {
	t.Parallel()
	proxied := []string{"X-Forwarded-Proto: https", "X-Forwarded-Host: gis.example.com:8443"}
	trusting, plain := mock.NewServer(t, mock.WithTrustProxy()), mock.NewServer(t)
	for _, row := range []struct {
		name    string
		server  *mock.Server
		headers []string
		root    string
	}{
		{"trusted", trusting, proxied, "https://gis.example.com:8443"},
		{"trusted, and no header", trusting, nil, trusting.URL},
		{"trusted, and garbage", trusting, []string{"X-Forwarded-Proto: wss", "X-Forwarded-Host: a/b"}, trusting.URL},
		{"not trusted", plain, proxied, plain.URL},
	} {
		c := good[created](t, row.server, "createSandbox", boxes, `{"scenario":"trial"}`, row.headers...)
		diff(
			t, row.name, []string{row.root + "/sandboxes/" + c.ID, row.root + "/sandboxes/" + c.ID + "/portal/sharing/rest"},
			[]string{c.URL, c.SharingURL},
		)
	}
}

// TestGuardTrustsNoProxy proves that what a page could send as well as a proxy lets nobody in.
func TestGuardTrustsNoProxy(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithTrustProxy())
	for name, headers := range map[string][]string{
		"a foreign host":   {"Host: evil.example", "X-Forwarded-Host: localhost"},
		"a foreign origin": {"Origin: https://evil.example", "X-Forwarded-Host: evil.example"},
	} {
		diff(t, name, http.StatusForbidden, ask(t, s, "listSandboxes", boxes, "", headers...).status)
	}
}
