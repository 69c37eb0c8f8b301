package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"time"
)

const (
	day = 24 * time.Hour
	// backdated forgives clients whose clock is behind ours, such as a virtual machine that has just woken up.
	backdated = day
	// leafLifetime stays below the 398 days above which some clients refuse a server certificate.
	leafLifetime = 397 * day
	caYears      = 10
)

// Authority is a certificate authority with the one server certificate that it has signed. It never changes, so all
// its methods may be called at the same time.
type Authority struct {
	ca   *x509.Certificate
	leaf tls.Certificate
	pem  []byte
}

// Generate makes a new authority, and a server certificate for localhost, 127.0.0.1, ::1 and hosts, which are host
// names or IP addresses in any order; repeated ones count once. Both certificates are valid from a day before now, the
// authority's for ten years and the server's for 397 days. The error names every host that is refused, and why.
func Generate(hosts []string, now time.Time) (*Authority, error) {
	names, ips, err := parseHosts(hosts)
	if err != nil {
		return nil, err
	}
	start := now.UTC().Add(-backdated)
	ca, caKey, err := issue(&x509.Certificate{
		Subject:               pkix.Name{CommonName: "mockportal test CA", Organization: []string{"mockportal"}},
		NotBefore:             start,
		NotAfter:              start.AddDate(caYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("certs: certificate authority: %w", err)
	}
	leaf, leafKey, err := issue(&x509.Certificate{
		Subject:               pkix.Name{CommonName: "mockportal", Organization: []string{"mockportal"}},
		NotBefore:             start,
		NotAfter:              start.Add(leafLifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              names,
		IPAddresses:           ips,
	}, ca, caKey)
	if err != nil {
		return nil, fmt.Errorf("certs: server certificate: %w", err)
	}
	return newAuthority(ca, leaf, leafKey), nil
}

// newAuthority lets the authority's key go: nothing else will be signed.
func newAuthority(ca, leaf *x509.Certificate, leafKey *ecdsa.PrivateKey) *Authority {
	return &Authority{
		ca: ca,
		// A client needs the leaf only. With the authority behind it, a client that does not know it says so
		// ("self-signed certificate in chain") instead of complaining about the leaf.
		leaf: tls.Certificate{Certificate: [][]byte{leaf.Raw, ca.Raw}, PrivateKey: leafKey, Leaf: leaf},
		pem:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw}),
	}
}

// issue makes a key and a certificate for it, signed by the parent, or by itself when the parent is nil.
func issue(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return cert, key, err
}

// PEM returns the authority's certificate, without any key, as one PEM block. The caller owns the bytes.
func (a *Authority) PEM() []byte { return bytes.Clone(a.pem) }

// TLSConfig returns a new server configuration with the server certificate: TLS 1.2 or later, HTTP/2 and HTTP/1.1.
func (a *Authority) TLSConfig() *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{a.leaf},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
	}
}

// Pool returns a new pool that holds this authority and no other, for a client's RootCAs.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.ca)
	return pool
}
