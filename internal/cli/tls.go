package cli

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
)

// tlsFlags are shared by the commands that start a portal.
type tlsFlags struct {
	TLS        bool     `name:"tls" help:"Serve HTTPS instead of plain HTTP, with a certificate made at start (see /__admin/ca.pem)."`
	TLSAddr    string   `name:"tls-addr" placeholder:"ADDR" help:"An address for HTTPS beside plain HTTP; port 0 picks a free port."`
	TLSHost    []string `name:"tls-host" placeholder:"HOST" help:"A further name, wildcard or address in that certificate; repeatable."`
	TLSCert    string   `name:"tls-cert" placeholder:"FILE" help:"A PEM certificate and its chain, to serve instead of one made at start."`
	TLSKey     string   `name:"tls-key" placeholder:"FILE" help:"The private key of --tls-cert, in PEM, without a passphrase."`
	TrustProxy bool     `help:"Take scheme and host of a request from X-Forwarded-Proto and -Host."`
}

// identity is the certificate to serve; nil for plain HTTP only. The error has all mistakes in the flags and in the files that they name.
func (f tlsFlags) identity(p Process, log *slog.Logger) (identity *certs.Identity, err error) {
	switch {
	case f.TLSCert != "" && f.TLSKey != "":
		var certificate tls.Certificate
		if certificate, err = f.readCertificate(p); err == nil {
			if end := certificate.Leaf.NotAfter; time.Now().After(end) { // that may be what a test is about
				log.Warn("the certificate of --tls-cert has expired: clients refuse it", "notAfter", end)
			}
			identity, err = certs.Given(certificate)
		}
	case f.TLS || f.TLSAddr != "":
		if identity, err = certs.Generate(f.TLSHost, time.Now()); err != nil {
			err = fmt.Errorf("%s: %w", p.flag("tls-host"), err)
		}
	}
	return identity, errors.Join(append(f.mistakes(p), err)...)
}

// mistakes are flags that contradict each other.
func (f tlsFlags) mistakes(p Process) (mistakes []error) {
	add := func(format string, flags ...any) {
		for i, flag := range flags {
			flags[i] = p.flag(flag.(string))
		}
		mistakes = append(mistakes, fmt.Errorf(format, flags...))
	}
	if f.TLS && f.TLSAddr != "" {
		add("%s and %s exclude each other: the first serves HTTPS instead of plain HTTP, the second beside it", "tls", "tls-addr")
	}
	for _, flag := range []struct {
		name  string
		given bool
	}{{"tls-host", len(f.TLSHost) > 0}, {"tls-cert", f.TLSCert != ""}, {"tls-key", f.TLSKey != ""}} {
		if flag.given && !f.TLS && f.TLSAddr == "" {
			add("%s needs --tls or --tls-addr: without them there is no certificate", flag.name)
		}
	}
	switch {
	case f.TLSCert == "" && f.TLSKey != "":
		add("%s needs %s", "tls-key", "tls-cert")
	case f.TLSCert != "" && f.TLSKey == "":
		add("%s needs %s", "tls-cert", "tls-key")
	case f.TLSCert != "" && len(f.TLSHost) > 0:
		add("%s and %s exclude each other: the first adds hosts to a certificate made at start", "tls-host", "tls-cert")
	}
	return mistakes
}

// readCertificate reads a certificate with its chain, and its key. No error contains any of the key.
func (f tlsFlags) readCertificate(p Process) (tls.Certificate, error) {
	certFlag, keyFlag := fmt.Sprintf("%s %q", p.flag("tls-cert"), f.TLSCert), fmt.Sprintf("%s %q", p.flag("tls-key"), f.TLSKey)
	cert, certErr := p.read("tls-cert", f.TLSCert)
	key, keyErr := p.read("tls-key", f.TLSKey)
	if err := errors.Join(certErr, keyErr); err != nil {
		return tls.Certificate{}, err
	}
	if isEncrypted(key) {
		return tls.Certificate{}, fmt.Errorf("%s: has a passphrase; openssl pkey -in FILE -out FILE removes it", keyFlag)
	}
	certificate, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s, %s: %s", certFlag, keyFlag, strings.TrimPrefix(err.Error(), "tls: "))
	}
	return certificate, nil
}

// isEncrypted reports whether a key has a passphrase. PEM has two ways to say so.
func isEncrypted(key []byte) bool {
	for block, rest := pem.Decode(key); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return true
		}
	}
	return false
}
