package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"
)

const (
	day = 24 * time.Hour
	// backdated is for clients whose clock is slow, such as a virtual machine that has just woken up.
	backdated = day
	// leafLifetime stays below the 398 days above which some clients refuse a server certificate.
	leafLifetime = 397 * day
	caYears      = 10
)

// Generate makes a new authority, and a server certificate for localhost, 127.0.0.1, ::1 and hosts. Hosts are host
// names, wildcards such as "*.portal.test" and IP addresses. Both certificates are valid from a day before now, the
// authority's for ten years and the server's for 397 days. The error names every host that cannot stand in a certificate.
func Generate(hosts []string, now time.Time) (*Identity, error) {
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
	// A client needs only the leaf. The chain has the authority too, so that a client which does not trust it says so
	// ("self-signed certificate in chain") instead of complaining about the leaf. Nothing else will be signed, so the
	// authority's key is dropped.
	return &Identity{
		server:  tls.Certificate{Certificate: [][]byte{leaf.Raw, ca.Raw}, PrivateKey: leafKey, Leaf: leaf},
		trusted: []*x509.Certificate{ca},
		root:    ca,
	}, nil
}

// parseHosts splits hosts into names and addresses, after those that every server has.
func parseHosts(hosts []string) (names []string, ips []net.IP, err error) {
	names, ips = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	var mistakes []error
	for _, host := range hosts {
		switch ip := net.ParseIP(host); {
		case ip != nil:
			ips = append(ips, ip)
		case isName(host):
			names = append(names, strings.ToLower(host))
		default:
			const allowed = `must be a host name such as "portal.test", a wildcard such as "*.portal.test" or an address such as "192.0.2.7"`
			mistakes = append(mistakes, fmt.Errorf("TLS host %q: %s", host, allowed))
		}
	}
	return names, ips, errors.Join(mistakes...)
}

// isName reports whether a host name or a wildcard can stand in a certificate. A host name must not have an underscore, but container
// names have it and clients accept it. Many clients refuse a wildcard such as *.test.
func isName(host string) bool {
	const label = `[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?`
	ok, _ := regexp.MatchString(`^(\*\.`+label+`\.)?(`+label+`\.)*`+label+`$`, host)
	return ok
}

// issue makes a key and a certificate for it, signed by the parent; a nil parent means self-signed.
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
