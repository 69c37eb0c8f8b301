package certs

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
)

// Identity is a server certificate with its key, and what a client needs to trust it. It never changes, so all its
// methods may be called at the same time.
type Identity struct {
	server  tls.Certificate
	trusted []*x509.Certificate
	root    *x509.Certificate // self-signed, at the end of the chain; nil when it is not known
}

// Given takes a certificate that was made elsewhere, followed by as much of its chain as there is. It may have expired.
// The error is one that cannot be served: none, one that cannot be read, or a key that is not its own.
func Given(server tls.Certificate) (*Identity, error) {
	var chain []*x509.Certificate
	for i, der := range server.Certificate {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("TLS certificate %d of the chain: %w", i+1, err)
		}
		chain = append(chain, certificate)
	}
	if len(chain) == 0 {
		return nil, errors.New("TLS certificate: there is none")
	}
	if !belongs(server.PrivateKey, chain[0]) {
		return nil, errors.New("TLS certificate: its private key is missing, or belongs to another certificate")
	}
	server.Leaf = chain[0]
	return &Identity{server: server, trusted: chain, root: rootOf(chain)}, nil
}

// belongs reports whether a private key is that of a certificate.
func belongs(key crypto.PrivateKey, certificate *x509.Certificate) bool {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return false
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(certificate.PublicKey)
}

// rootOf goes from the server's certificate from issuer to issuer, as far as the chain has them, and returns the
// self-signed one at the end; nil when it is not there. Many clients trust no authority that is itself issued by
// another one, so an intermediate one is of no use to them.
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

// PEM returns the certificate that clients must know in order to trust the server, without any key, as one PEM block:
// the authority's, or the server's own when that has signed itself. It is nil when the chain does not reach so far,
// and of a nil identity. The caller owns the bytes.
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

// Names reports whether the certificate is good for a host, as clients judge it.
func (i *Identity) Names(host string) bool { return i.server.Leaf.VerifyHostname(host) == nil }

// TLSConfig returns a new server configuration with the server certificate: TLS 1.2 or later, HTTP/2 and HTTP/1.1. Of a nil identity it is nil.
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

// Pool returns a new pool for a client's RootCAs: the authority, or what was given, the server's certificate included.
func (i *Identity) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, certificate := range i.trusted {
		pool.AddCert(certificate)
	}
	return pool
}
