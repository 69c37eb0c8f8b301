package cli_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// ask is a client for shell scripts on machines without curl: ask METHOD URL [NAME=VALUE…] prints the status and the body. It trusts the
// certificates in MOCKPORTAL_CA and no others. ASK_TIMES repeats the request.
func ask() {
	times, _ := strconv.Atoi(os.Getenv("ASK_TIMES"))
	for range max(times, 1) {
		if err := askOnce(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, "ask:", err)
			os.Exit(1)
		}
	}
}

func askOnce(method, address string, pairs []string) error {
	encoded := make([]string, len(pairs)) // in their order
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		encoded[i] = url.QueryEscape(name) + "=" + url.QueryEscape(value)
	}
	form := strings.Join(encoded, "&")
	if method == http.MethodGet {
		address, form = address+"?"+form, ""
	}
	r, err := http.NewRequest(method, address, strings.NewReader(form)) //nolint:noctx // the script has a time limit
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.Contains(address, "/__admin/") && len(pairs) == 1 { // a document
		r.Header.Set("Content-Type", "application/json")
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(pairs[0])), int64(len(pairs[0]))
	}
	pool := x509.NewCertPool()
	if file := os.Getenv("MOCKPORTAL_CA"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		pool.AppendCertsFromPEM(pem)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	_, _ = fmt.Printf("%d %s\n", resp.StatusCode, strings.TrimSpace(string(body)))
	return err
}
