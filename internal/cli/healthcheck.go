package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type healthcheckCmd struct {
	URL     string        `placeholder:"URL" help:"The server's root; when left out, what MOCKPORTAL_ADDR and MOCKPORTAL_TLS say, on this machine."`
	Timeout time.Duration `default:"2s" help:"How long to wait for the answer."`
}

// Run asks /readyz. The certificate is not checked when the address is this machine's own.
func (h *healthcheckCmd) Run(ctx context.Context, std streams) error {
	url, own := strings.TrimSuffix(h.URL, "/"), h.URL == ""
	if own {
		url = ownURL()
	}
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil || request.URL.Host == "" || request.URL.Scheme != "http" && request.URL.Scheme != "https" {
		return fmt.Errorf("--url %q: it must be the root of a server, such as http://127.0.0.1:8080", h.URL)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: own, MinVersion: tls.VersionTLS12}} //nolint:gosec // only for this machine's own server, whose authority is made at start
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return failure{fmt.Errorf("not ready: %w", err)}
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return failure{fmt.Errorf("not ready: %s answered %s", url+"/readyz", response.Status)}
	}
	say(std.out, "ready")
	return nil
}

// ownURL is the root of the server that this machine's environment describes.
func ownURL() string {
	address := os.Getenv("MOCKPORTAL_ADDR")
	if address == "" {
		address = "127.0.0.1:8080"
	}
	if tls, _ := strconv.ParseBool(os.Getenv("MOCKPORTAL_TLS")); tls {
		return "https://" + local(address)
	}
	return "http://" + local(address)
}
