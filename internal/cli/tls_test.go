package cli_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// speak sends a GET over one version of HTTP only.
func speak(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: speak VERSION URL")
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(args[0] == "HTTP/1.1")
	protocols.SetHTTP2(args[0] == "HTTP/2.0")
	transport := transport(authority(ts))
	transport.Protocols = protocols
	resp, err := (&http.Client{Transport: transport}).Get(args[1]) //nolint:noctx // a server of this test answers
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, _ = fmt.Fprintf(ts.Stdout(), "%s\n%s\n", resp.Proto, reply)
}

// certificate writes the files of somebody with an authority of their own.
func certificate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: certificate NAME [DAYS]")
	}
	days := 1
	if len(args) > 1 {
		var err error
		days, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	caKey, key := newKey(ts), newKey(ts)
	ca := &x509.Certificate{
		Subject: pkix.Name{CommonName: args[0] + " authority"}, NotBefore: time.Now().AddDate(0, 0, -9), NotAfter: time.Now().AddDate(0, 0, 9),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		Subject: pkix.Name{CommonName: args[0]}, NotBefore: ca.NotBefore, NotAfter: time.Now().AddDate(0, 0, days),
		DNSNames: []string{"portal.example.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	caPEM, leafPEM := sign(ts, ca, ca, caKey, caKey), sign(ts, leaf, ca, key, caKey)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	for suffix, content := range map[string][]byte{
		".pem": leafPEM, "-ca.pem": caPEM, "-chain.pem": slices.Concat(leafPEM, caPEM),
		"-key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	} {
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+suffix), content, 0o600))
	}
}

func newKey(ts *testscript.TestScript) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	return key
}

// sign returns a certificate in PEM.
func sign(ts *testscript.TestScript, certificate, by *x509.Certificate, key, byKey *ecdsa.PrivateKey) []byte {
	der, err := x509.CreateCertificate(rand.Reader, certificate, by, key.Public(), byKey)
	ts.Check(err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
