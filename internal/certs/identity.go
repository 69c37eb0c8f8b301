package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
)

// Identity is a server certificate with its key, and the certificates that a client needs to trust it. It never changes
// and is safe for concurrent use.
type Identity struct {
	server  tls.Certificate
	trusted []*x509.Certificate
	root    *x509.Certificate // self-signed, at the end of the chain; nil if the chain does not have it
}

// Given returns the identity of a certificate from elsewhere, as [tls.X509KeyPair] reads it, with as much of its chain as there
// is. The certificate may have expired. Given fails if a certificate of the chain cannot be parsed.
func Given(server tls.Certificate) (*Identity, error) {
	var chain []*x509.Certificate
	for i, der := range server.Certificate {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("TLS certificate %d of the chain: %w", i+1, err)
		}
		chain = append(chain, certificate)
	}
	server.Leaf = chain[0]
	return &Identity{server: server, trusted: chain, root: rootOf(chain)}, nil
}

// rootOf follows the issuers from the server's certificate and returns the self-signed certificate at the end; nil if
// the chain does not have it. Many clients do not trust an intermediate authority, so that one would not help them.
func rootOf(chain []*x509.Certificate) *x509.Certificate {
	at := chain[0]
	for range chain {
		if bytes.Equal(at.RawIssuer, at.RawSubject) && at.CheckSignature(at.SignatureAlgorithm, at.RawTBSCertificate, at.Signature) == nil {
			return at
		}
		issuer := slices.IndexFunc(chain, func(c *x509.Certificate) bool { return at.CheckSignatureFrom(c) == nil })
		if issuer < 0 {
			return nil
		}
		at = chain[issuer]
	}
	return nil
}

// PEM returns the certificate that clients must trust, as one PEM block without a key: the authority's, or the server's
// own if it is self-signed. It returns nil if the chain does not have it, and for a nil identity. The caller owns the bytes.
func (i *Identity) PEM() []byte {
	if i == nil || i.root == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.root.Raw})
}

// Hosts returns the names, wildcards and addresses in the certificate.
func (i *Identity) Hosts() []string {
	hosts := slices.Clone(i.server.Leaf.DNSNames)
	for _, ip := range i.server.Leaf.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	return hosts
}

// Names reports whether clients accept the certificate for a host.
func (i *Identity) Names(host string) bool { return i.server.Leaf.VerifyHostname(host) == nil }

// TLSConfig returns a new server configuration with the server certificate: TLS 1.2 or later, HTTP/2 and HTTP/1.1. It is nil for a nil
// identity.
func (i *Identity) TLSConfig() *tls.Config {
	if i == nil {
		return nil
	}
	return &tls.Config{
		Certificates: []tls.Certificate{i.server},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
	}
}

// Pool returns a new pool for a client's RootCAs. It has the generated authority, or the whole given chain.
func (i *Identity) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, certificate := range i.trusted {
		pool.AddCert(certificate)
	}
	return pool
}
