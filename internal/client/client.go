package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// maxAnswer is the largest answer, in bytes: a page of the journal with its replies has a few megabytes.
const maxAnswer = 256 << 20

// Calls returns all calls that match, at most q.Limit if that is not 0. It reads as many pages as that takes.
func (c *Client) Calls(ctx context.Context, q journal.Query) (journal.Page, error) {
	var all []journal.Call
	for {
		size := pageSize
		if q.Limit > 0 {
			size = min(size, q.Limit-len(all))
		}
		values := values(q)
		values.Set("limit", strconv.Itoa(size))
		var page journal.Page
		if _, err := c.ask(ctx, http.MethodGet, "/calls?"+values.Encode(), nil, &page); err != nil {
			return journal.Page{}, err
		}
		all = append(all, page.Calls...)
		if page.Next == 0 || len(all) == q.Limit {
			page.Calls = all
			return page, nil
		}
		q.After = page.Next
	}
}

// pageSize is the number of calls in one request.
const pageSize = 500

// values are a query's filters as parameters.
func values(q journal.Query) url.Values {
	values := url.Values{"after": {strconv.Itoa(q.After)}}
	if len(q.Operations) > 0 {
		values.Set("operation", q.Operations[0])
	}
	if q.Member != "" {
		values.Set("member", q.Member)
	}
	if q.Outcome != "" {
		values.Set("outcome", string(q.Outcome))
	}
	if q.Violations != nil {
		values.Set("violations", strconv.FormatBool(*q.Violations))
	}
	return values
}

// Call returns the call with this number.
func (c *Client) Call(ctx context.Context, number int) (journal.Call, error) {
	var call journal.Call
	_, err := c.ask(ctx, http.MethodGet, "/calls/"+strconv.Itoa(number), nil, &call)
	return call, err
}

// Root returns the root of the portal. The paths of the sandbox's calls are relative to it.
func (c *Client) Root(ctx context.Context) (string, error) {
	var sandbox struct {
		URL string `json:"url"`
	}
	_, err := c.ask(ctx, http.MethodGet, "", nil, &sandbox)
	return strings.TrimSuffix(sandbox.URL, "/sandboxes/"+c.Sandbox), err
}

// Verify checks the journal against a verification in JSON; "{}" is the scenario's own expectations. It returns whether all
// are met, and an explanation either way. It blocks as long as the verification waits.
func (c *Client) Verify(ctx context.Context, verification []byte) (met bool, explanation string, err error) {
	var verdict journal.Verdict
	refused, err := c.ask(ctx, http.MethodPost, "/verify", verification, &verdict)
	if refused.Status == http.StatusUnprocessableEntity {
		return false, refused.Detail, nil
	}
	return err == nil, verdict.String(), err
}

// problem is the body of a refusal.
type problem struct {
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// ask sends a request about the sandbox and decodes the answer. It returns a refusal both as a problem and as an error.
func (c *Client) ask(ctx context.Context, method, path string, body []byte, into any) (problem, error) {
	resp, err := c.send(ctx, method, path, body)
	if err != nil {
		return problem{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return problem{}, fmt.Errorf("the answer of %s broke off: %w", c.ControlURL, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return c.refusal(resp, text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return problem{}, c.foreign(resp)
	}
	return problem{}, nil
}

func (c *Client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	address := c.ControlURL + "/sandboxes/" + url.PathEscape(c.Sandbox) + path
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil || r.URL.Host == "" || r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return nil, fmt.Errorf("%q must be the address of a control API, such as http://127.0.0.1:8080/__admin", c.ControlURL)
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
		return nil, fmt.Errorf("no answer from %s: %w", c.ControlURL, unwrapURL(err))
	}
	return resp, nil
}

// unwrapURL removes the method and the address, which the message has already.
func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// refusal reads a problem. Any other answer does not come from mockportal.
func (c *Client) refusal(resp *http.Response, text []byte) (problem, error) {
	var p problem
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") || json.Unmarshal(text, &p) != nil {
		return p, c.foreign(resp)
	}
	if p.Status == http.StatusUnauthorized {
		return p, fmt.Errorf("%s (--control-token TOKEN)", p.Detail)
	}
	return p, errors.New(p.Detail)
}

// foreign is the error for an answer that does not come from a control API.
func (c *Client) foreign(resp *http.Response) error {
	return fmt.Errorf("%s is not the control API of mockportal: it answered %s", c.ControlURL, resp.Status)
}
