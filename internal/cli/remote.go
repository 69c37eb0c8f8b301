package cli

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/mockportal/mockportal/internal/client"
)

// remoteFlags say which sandbox of which server a command asks about.
type remoteFlags struct {
	URL          string `default:"http://127.0.0.1:8080" help:"The server's root; that of the control API where it listens on its own."`
	Sandbox      string `default:"default" help:"The sandbox."`
	ControlToken string `placeholder:"TOKEN" help:"The bearer token that the control API asks for."`
	CA           string `name:"ca" placeholder:"FILE" help:"Certificates in PEM to trust beside the system's, such as what GET /__admin/ca.pem of the server answered."`
}

func (f *remoteFlags) client() (*client.Client, error) {
	c := &client.Client{
		ControlURL: strings.TrimSuffix(f.URL, "/") + "/__admin",
		Sandbox:    f.Sandbox, Token: f.ControlToken,
	}
	if f.CA == "" {
		return c, nil
	}
	pem, err := os.ReadFile(f.CA)
	if err != nil {
		return nil, fmt.Errorf("--ca %q: %w", f.CA, unwrapPath(err))
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("--ca %q: it has no certificate in PEM", f.CA)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() // proxies as without --ca
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	c.HTTP = &http.Client{Transport: transport}
	return c, nil
}
