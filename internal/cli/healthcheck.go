package cli

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/server"
)

type healthcheckCmd struct {
	URL     string        `placeholder:"URL" help:"The server's root. The default is that of MOCKPORTAL_ADDR and MOCKPORTAL_TLS."`
	Timeout time.Duration `default:"2s" help:"How long to wait for the answer."`
}

// Run asks /readyz. Without --url it does not check the certificate of the server, which is on this machine.
func (h *healthcheckCmd) Run(ctx context.Context, p Process) error {
	url, own := strings.TrimSuffix(h.URL, "/"), h.URL == ""
	if own {
		url = p.ownURL()
		if err := checkAddress(p.ownAddress()); err != nil {
			return fmt.Errorf("MOCKPORTAL_ADDR %w", err)
		}
	}
	if err := checkRoot(url); err != nil {
		return fmt.Errorf("%s %w", p.flag("url"), err)
	}
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return err
	}
	//nolint:gosec // only for the server on this machine, whose authority is made at start
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: own, MinVersion: tls.VersionTLS12}}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return failure{fmt.Errorf("not ready: %w", err)}
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return failure{fmt.Errorf("not ready: %s answered %s", url+"/readyz", response.Status)}
	}
	p.say("ready")
	return nil
}

// ownURL is the root of the server that the environment describes.
func (p Process) ownURL() string {
	address := p.ownAddress()
	switch strings.ToLower(p.getenv("MOCKPORTAL_TLS")) { // as kong reads a flag
	case "true", "1", "yes":
		return "https://" + server.Reachable(address)
	}
	return "http://" + server.Reachable(address)
}

func (p Process) ownAddress() string { return cmp.Or(p.getenv("MOCKPORTAL_ADDR"), "127.0.0.1:8080") }
