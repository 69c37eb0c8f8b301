package cli

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
)

// tlsFlags are shared by the commands that start a portal.
type tlsFlags struct {
	TLS        bool     `name:"tls" help:"Serve HTTPS instead of plain HTTP, with a certificate of an authority made at start (GET /__admin/ca.pem)."`
	TLSAddr    string   `name:"tls-addr" placeholder:"ADDR" help:"Where to serve HTTPS beside plain HTTP; port 0 picks a free one."`
	TLSHost    []string `name:"tls-host" placeholder:"HOST" help:"A name, a wildcard or an address in the certificate beside localhost, 127.0.0.1 and ::1; repeatable."`
	TLSCert    string   `name:"tls-cert" placeholder:"FILE" help:"A certificate in PEM, its chain behind it, to serve instead of one made at start."`
	TLSKey     string   `name:"tls-key" placeholder:"FILE" help:"The private key of --tls-cert, in PEM."`
	TrustProxy bool     `help:"Let X-Forwarded-Proto and X-Forwarded-Host say how the client came; for a proxy that ends TLS."`
}

// identity is the certificate that the flags ask for; nil for plain HTTP only. The error lists everything that is wrong with the flags and with
// the files that they name.
func (f tlsFlags) identity(log *slog.Logger) (identity *certs.Identity, err error) {
	switch {
	case f.TLSCert != "" && f.TLSKey != "":
		identity, err = readIdentity(f.TLSCert, f.TLSKey, log)
	case f.TLS || f.TLSAddr != "":
		identity, err = certs.Generate(f.TLSHost, time.Now())
	}
	return identity, errors.Join(append(f.faults(), err)...)
}

// readIdentity reads a certificate to serve, and warns of what clients will refuse in it.
func readIdentity(certFile, keyFile string, log *slog.Logger) (*certs.Identity, error) {
	certificate, err := readCertificate(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	warn(log, certificate.Leaf)
	return certs.Given(certificate)
}

// faults are what the flags say against each other.
func (f tlsFlags) faults() (faults []error) {
	if f.TLS && f.TLSAddr != "" {
		faults = append(faults, errors.New("--tls serves HTTPS instead of plain HTTP, and --tls-addr serves it beside plain HTTP: give one of the two"))
	}
	var idle []string
	if !f.TLS && f.TLSAddr == "" {
		idle = f.ofCertificate()
	}
	for _, flag := range idle {
		faults = append(faults, fmt.Errorf("%s is about a certificate, and there is none without --tls or --tls-addr", flag))
	}
	switch {
	case (f.TLSCert == "") != (f.TLSKey == ""):
		faults = append(faults, errors.New("--tls-cert and --tls-key belong together: give both or neither"))
	case f.TLSCert != "" && len(f.TLSHost) > 0:
		faults = append(faults, errors.New("--tls-host names hosts in a certificate made at start, and that of --tls-cert has its own: leave one of the two out"))
	}
	return faults
}

// ofCertificate names the flags given that say which certificate is served.
func (f tlsFlags) ofCertificate() (given []string) {
	if len(f.TLSHost) > 0 {
		given = append(given, "--tls-host")
	}
	if f.TLSCert != "" {
		given = append(given, "--tls-cert")
	}
	if f.TLSKey != "" {
		given = append(given, "--tls-key")
	}
	return given
}

// readCertificate reads a certificate with its chain, and its key. The error never has anything of the key's file.
func readCertificate(certFile, keyFile string) (tls.Certificate, error) {
	cert, certErr := os.ReadFile(certFile) //nolint:gosec // the user names the file
	key, keyErr := os.ReadFile(keyFile)    //nolint:gosec // the user names the file
	if certErr != nil {
		certErr = fmt.Errorf("--tls-cert %q: %w", certFile, unwrapPath(certErr))
	}
	if keyErr != nil {
		keyErr = fmt.Errorf("--tls-key %q: %w", keyFile, unwrapPath(keyErr))
	}
	if err := errors.Join(certErr, keyErr); err != nil {
		return tls.Certificate{}, err
	}
	if isEncrypted(key) {
		return tls.Certificate{}, fmt.Errorf("--tls-key %q: the key is encrypted: write it without a passphrase, such as with openssl pkey -in FILE -out FILE", keyFile)
	}
	certificate, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("--tls-cert %q, --tls-key %q: %s", certFile, keyFile, strings.TrimPrefix(err.Error(), "tls: "))
	}
	return certificate, nil
}

// isEncrypted reports whether a key has a passphrase, in either of the two ways in which PEM says so.
func isEncrypted(key []byte) bool {
	for block, rest := pem.Decode(key); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return true
		}
	}
	return false
}

// warn tells why clients will refuse a certificate. It is served all the same: how a client meets it may be what is tested.
func warn(log *slog.Logger, certificate *x509.Certificate) {
	if certificate == nil {
		return
	}
	now := time.Now()
	switch {
	case now.After(certificate.NotAfter):
		log.Warn("the certificate of --tls-cert has expired: clients refuse it", "notAfter", certificate.NotAfter)
	case now.Before(certificate.NotBefore):
		log.Warn("the certificate of --tls-cert is not valid yet: clients refuse it", "notBefore", certificate.NotBefore)
	}
	if len(certificate.DNSNames)+len(certificate.IPAddresses) == 0 {
		log.Warn("the certificate of --tls-cert names no host as subject alternative name: clients refuse it")
	}
}
