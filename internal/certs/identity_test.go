package certs_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/certs"
)

// issued is a certificate with its key.
type issued struct {
	*x509.Certificate

	key *ecdsa.PrivateKey
}

// issue makes a certificate for portal.test and 192.0.2.7, signed by the parent; a nil parent means self-signed.
func issue(t *testing.T, name string, parent *issued, change func(*x509.Certificate)) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, DNSNames: []string{"portal.test", "*.portal.test"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 7)},
	}
	if change != nil {
		change(template)
	}
	signer, by := template, key
	if parent != nil {
		signer, by = parent.Certificate, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{certificate, key}
}

func authority(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }

// served returns the key of the first certificate with the whole chain.
func served(chain ...*issued) tls.Certificate {
	server := tls.Certificate{PrivateKey: chain[0].key}
	for _, one := range chain {
		server.Certificate = append(server.Certificate, one.Raw)
	}
	return server
}

// TestGiven proves which certificate PEM returns, and that a client with the pool connects.
func TestGiven(t *testing.T) {
	t.Parallel()
	root := issue(t, "root", nil, authority)
	impostor := issue(t, "root", nil, authority)
	between := issue(t, "between", root, authority)
	leaf := issue(t, "leaf", between, nil)
	alone := issue(t, "alone", nil, nil)
	namesake := issue(t, "root", root, nil) // issuer and subject are equal, but it is not self-signed
	for _, row := range []struct {
		name  string
		chain []*issued
		root  *issued
	}{
		{"the whole chain", []*issued{leaf, between, root}, root},
		{"the whole chain in another order", []*issued{leaf, root, between}, root},
		{"another root of the same name", []*issued{leaf, between, impostor, root}, root},
		{"no root", []*issued{leaf, between}, nil},
		{"a root that did not sign it", []*issued{leaf, between, impostor}, nil},
		{"a gap", []*issued{leaf, root}, nil},
		{"the leaf alone", []*issued{leaf}, nil},
		{"self-signed", []*issued{alone}, alone},
		{"subject like the issuer", []*issued{namesake}, nil},
		{"subject like the issuer, with the issuer", []*issued{namesake, root}, root},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			identity, err := certs.Given(served(row.chain...))
			if err != nil {
				t.Fatal(err)
			}
			checkTrust(t, identity, row.root, len(row.chain))
		})
	}
}

// checkTrust checks PEM against the root, which may be nil, and proves that a client with the pool gets the whole chain.
func checkTrust(t *testing.T, identity *certs.Identity, root *issued, length int) {
	t.Helper()
	want := ""
	if root != nil {
		want = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}))
	}
	if diff := cmp.Diff(want, string(identity.PEM())); diff != "" {
		t.Errorf("PEM (-want +got):\n%s", diff)
	}
	state, err := handshake(
		t, identity.TLSConfig(),
		&tls.Config{RootCAs: identity.Pool(), ServerName: "portal.test", MinVersion: tls.VersionTLS12},
	)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(length, len(state.PeerCertificates)); diff != "" {
		t.Errorf("certificates that the server sends (-want +got):\n%s", diff)
	}
}

// TestGivenExpired proves that an expired certificate is served: a test may be about how a client reacts.
func TestGivenExpired(t *testing.T) {
	t.Parallel()
	old := issue(t, "old", nil, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	identity, err := certs.Given(served(old))
	if err != nil {
		t.Fatal(err)
	}
	_, err = handshake(t, identity.TLSConfig(), &tls.Config{RootCAs: identity.Pool(), ServerName: "portal.test", MinVersion: tls.VersionTLS12})
	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("got error %v", err)
	}
}

func TestGivenRefusesABrokenChain(t *testing.T) {
	t.Parallel()
	one := issue(t, "one", nil, nil)
	_, err := certs.Given(tls.Certificate{Certificate: [][]byte{one.Raw, {1}}, PrivateKey: one.key})
	if diff := cmp.Diff("TLS certificate 2 of the chain: x509: malformed certificate", fmt.Sprint(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	given, err := certs.Given(served(issue(t, "leaf", nil, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"portal.test", "*.portal.test", "192.0.2.7"}, given.Hosts()); diff != "" {
		t.Errorf("given (-want +got):\n%s", diff)
	}
	made := generate(t, "*.portal.test", "192.0.2.7")
	if diff := cmp.Diff([]string{"localhost", "*.portal.test", "127.0.0.1", "::1", "192.0.2.7"}, made.Hosts()); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	for host, want := range map[string]bool{
		"portal.test": true, "any.portal.test": true, "a.b.portal.test": false, "192.0.2.7": true, "127.0.0.1": false,
	} {
		if got := given.Names(host); got != want {
			t.Errorf("Names(%q) is %t", host, got)
		}
	}
}
