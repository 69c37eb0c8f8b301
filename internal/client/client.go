package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/mock/journal"
)

// Client is a client for one sandbox of one server. It is safe for concurrent use as long as nobody changes its fields.
type Client struct {
	ControlURL string       // the address of the control API, such as http://127.0.0.1:8080/__admin
	Sandbox    string       // the id of the sandbox
	Token      string       // the server's --control-token; "": none
	HTTP       *http.Client // nil: http.DefaultClient
}

// Calls returns all calls that match a filter, which has the query parameters of the control API but for limit: after, operation, member,
// outcome and violations. It reads as many pages as that takes.
func (c *Client) Calls(ctx context.Context, filter url.Values) (journal.Page, error) {
	var all []journal.Call
	filter = maps.Clone(filter)
	for {
		var page journal.Page
		if err := c.ask(ctx, http.MethodGet, "/calls?limit=500&"+filter.Encode(), nil, &page); err != nil {
			return journal.Page{}, err
		}
		all = append(all, page.Calls...)
		if page.Next == 0 {
			page.Calls = all
			return page, nil
		}
		filter.Set("after", strconv.Itoa(page.Next))
	}
}

// Call returns the call with this number.
func (c *Client) Call(ctx context.Context, number int) (journal.Call, error) {
	var call journal.Call
	err := c.ask(ctx, http.MethodGet, "/calls/"+strconv.Itoa(number), nil, &call)
	return call, err
}

// Root returns the root of the portal. The paths of the sandbox's calls are relative to it.
func (c *Client) Root(ctx context.Context) (string, error) {
	var sandbox struct {
		URL string `json:"url"`
	}
	err := c.ask(ctx, http.MethodGet, "", nil, &sandbox)
	return strings.TrimSuffix(sandbox.URL, "/sandboxes/"+c.Sandbox), err
}

// Verify checks the journal against a verification in JSON; "{}" is the scenario's own expectations. It returns whether all
// are met, and an explanation either way. It blocks as long as the verification waits.
func (c *Client) Verify(ctx context.Context, verification []byte) (met bool, explanation string, err error) {
	var verdict journal.Verdict
	err = c.ask(ctx, http.MethodPost, "/verify", verification, &verdict)
	var refused problem
	if errors.As(err, &refused) && refused.Status == http.StatusUnprocessableEntity {
		return false, refused.Detail, nil
	}
	return err == nil, verdict.String(), err
}

// problem is the body of a refusal.
type problem struct {
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func (p problem) Error() string {
	if p.Status == http.StatusUnauthorized {
		return p.Detail + " (--control-token TOKEN)"
	}
	return p.Detail
}

// ask sends a request about the sandbox and decodes the answer. A refusal is a [problem].
func (c *Client) ask(ctx context.Context, method, path string, body []byte, into any) error {
	resp, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	err = json.NewDecoder(resp.Body).Decode(into)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return c.foreign(resp)
	case err != nil:
		return fmt.Errorf("the answer of %s broke off: %w", c.ControlURL, err)
	}
	return nil
}

// send sends a request about the sandbox. The caller closes the response, which is not a refusal.
func (c *Client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	address := c.ControlURL + "/sandboxes/" + url.PathEscape(c.Sandbox) + path
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	resp, err := cmp.Or(c.HTTP, http.DefaultClient).Do(r)
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted):
		return nil, fmt.Errorf("the certificate of %s is not trusted (--ca FILE names others to trust): %w", c.ControlURL, untrusted.Err)
	case err != nil:
		return nil, fmt.Errorf("no answer from %s: %w", c.ControlURL, errors.Unwrap(err)) // without the method and the address
	case resp.StatusCode >= http.StatusBadRequest:
		return nil, c.refusal(resp)
	}
	return resp, nil
}

// refusal reads a problem. Any other answer does not come from mockportal.
func (c *Client) refusal(resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }()
	var p problem
	if resp.Header.Get("Content-Type") != "application/problem+json" || json.NewDecoder(resp.Body).Decode(&p) != nil {
		return c.foreign(resp)
	}
	return p
}

// foreign is the error for an answer that does not come from a control API.
func (c *Client) foreign(resp *http.Response) error {
	return fmt.Errorf("%s is not the control API of mockportal: it answered %s", c.ControlURL, resp.Status)
}
