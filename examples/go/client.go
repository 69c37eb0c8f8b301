// Package provision gives organisations their users of a listing, and reads the future licence of a portal.
package provision

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Client calls a portal as one member. It signs in when needed. It is safe for concurrent use.
type Client struct {
	SharingURL     string       // such as https://www.arcgis.com/sharing/rest
	PortalAdminURL string       // such as https://gis.example.com/portal/portaladmin
	HTTP           *http.Client // nil means http.DefaultClient

	Username, Password string

	mu    sync.Mutex
	token string // of the last sign-in; mu guards it
}

// Error is an error of the portal, which it sends with HTTP 200.
type Error struct {
	Code    int
	Message string
	Details []string
}

// Error returns the code, the message and the details of the portal.
func (e *Error) Error() string {
	return strings.Join(append([]string{fmt.Sprintf("portal: %s (%d)", e.Message, e.Code)}, e.Details...), "; ")
}

const (
	invalidToken = 498 // the code of an Error if a token is unknown or expired
	maxTries     = 4   // of a call while the portal is busy
)

// call makes a call as the member. If the token has expired, it signs in again, once.
func (c *Client) call(ctx context.Context, address string, form url.Values, reply any) error {
	token, err := c.signIn(ctx, "")
	if err != nil {
		return err
	}
	err = c.send(ctx, address, form, token, reply)
	if refused := (*Error)(nil); !errors.As(err, &refused) || refused.Code != invalidToken {
		return err
	}
	if token, err = c.signIn(ctx, token); err != nil {
		return err
	}
	return c.send(ctx, address, form, token, reply)
}

// signIn returns the token. It asks for a new one if it has no token, or has only the expired one.
func (c *Client) signIn(ctx context.Context, ended string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != ended {
		return c.token, nil
	}
	form := url.Values{"username": {c.Username}, "password": {c.Password}, "client": {"requestip"}, "expiration": {"60"}}
	var reply struct{ Token string }
	if err := c.send(ctx, c.SharingURL+"/generateToken", form, "", &reply); err != nil {
		return "", fmt.Errorf("sign in as %s: %w", c.Username, err)
	}
	c.token = reply.Token
	return c.token, nil
}

// send makes a call, a POST if there is a form. It tries again while the portal says that it is busy.
func (c *Client) send(ctx context.Context, address string, form url.Values, token string, reply any) error {
	for try := 1; ; try++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?f=json", strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		if form != nil {
			req.Method = http.MethodPost
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if token != "" { // in a header: errors quote the URL
			req.Header.Set("X-Esri-Authorization", "Bearer "+token)
		}
		resp, err := cmp.Or(c.HTTP, http.DefaultClient).Do(req)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusTooManyRequests || try == maxTries {
			return decode(resp, reply)
		}
		_ = resp.Body.Close()
		if err := wait(ctx, resp.Header.Get("Retry-After")); err != nil {
			return err
		}
	}
}

// decode reads a reply, or returns its error.
func decode(resp *http.Response, reply any) error {
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("portal: HTTP %s", resp.Status)
	}
	var body json.RawMessage
	var envelope struct{ Error *Error }
	err := json.NewDecoder(resp.Body).Decode(&body)
	if err == nil {
		err = json.Unmarshal(body, &envelope)
	}
	if err == nil && envelope.Error == nil {
		err = json.Unmarshal(body, reply)
	}
	if err != nil {
		return fmt.Errorf("portal: read the reply: %w", err)
	}
	if envelope.Error != nil {
		return envelope.Error
	}
	return nil
}

// wait waits for the seconds in a Retry-After header, or for one second.
func wait(ctx context.Context, retryAfter string) error {
	seconds, err := strconv.Atoi(retryAfter)
	if err != nil {
		seconds = 1
	}
	select {
	case <-time.After(time.Duration(seconds) * time.Second):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("portal is busy: %w", ctx.Err())
	}
}
