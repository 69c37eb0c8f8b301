package cli

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
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
	// An empty variable of the environment counts as none. Who has the address of the control API means the same.
	root := strings.TrimSuffix(strings.TrimSuffix(cmp.Or(f.URL, "http://127.0.0.1:8080"), "/"), controlPath)
	if err := checkRoot(root); err != nil {
		return nil, err
	}
	c := &client.Client{ControlURL: root + controlPath, Sandbox: cmp.Or(f.Sandbox, "default"), Token: f.ControlToken}
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

const controlPath = "/__admin"

// checkRoot says what is wrong with the address of a server.
func checkRoot(root string) error {
	u, err := url.Parse(root)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("--url %q: must be a server's root, such as http://127.0.0.1:8080", root)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("--url %q: must have no credentials, query or fragment", u.Redacted())
	}
	if before, id, ok := strings.Cut(root, "/sandboxes/"); ok {
		return fmt.Errorf("--url %q: is a sandbox's own address: write --url %s --sandbox %s", root, before, id)
	}
	return nil
}
