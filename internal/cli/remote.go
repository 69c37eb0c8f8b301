package cli

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mockportal/mockportal/internal/client"
)

// remoteFlags say which sandbox of which server a command is about.
type remoteFlags struct {
	URL     string `default:"http://127.0.0.1:8080" help:"The server's root; with --control-addr the root of the control API."`
	Sandbox string `default:"default" help:"The sandbox."`

	tokenFlags

	CA string `name:"ca" placeholder:"FILE" help:"A PEM file of certificates to trust, such as the server's /__admin/ca.pem."`
}

func (f *remoteFlags) client(p Process) (*client.Client, error) {
	root := strings.TrimSuffix(strings.TrimSuffix(f.URL, "/"), controlPath) // the address of the control API will do too
	if err := checkRoot(root); err != nil {
		return nil, fmt.Errorf("%s %w", p.flag("url"), err)
	}
	if err := f.readToken(p); err != nil {
		return nil, err
	}
	c := &client.Client{ControlURL: root + controlPath, Sandbox: f.Sandbox, Token: f.ControlToken}
	if f.CA == "" {
		return c, nil
	}
	pem, err := p.read("ca", f.CA)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s %q: has no PEM certificate", p.flag("ca"), f.CA)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() // with the proxies of the environment
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	c.HTTP = &http.Client{Transport: transport}
	return c, nil
}

const controlPath = "/__admin"

// checkRoot says what is wrong with the root of a server.
func checkRoot(root string) error {
	u, err := url.Parse(root)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q: must be a server's root, such as http://127.0.0.1:8080", root)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%q: must have no credentials, query or fragment", u.Redacted())
	}
	if before, id, ok := strings.Cut(root, "/sandboxes/"); ok {
		return fmt.Errorf("%q: is the address of a sandbox: write --url %s --sandbox %s", root, before, id)
	}
	return nil
}
