package provision_test

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
	"golang.org/x/oauth2"
)

// redirectURI is where our web application gets its codes. Nothing listens there: the test stops at the redirect.
const redirectURI = "https://app.example.com/callback"

// webScenario registers our web application with the portal.
// With errors: status the client can quote the portal's errors. TestOAuthUnreadable shows what it says without that.
const webScenario = `
format: 1
extends: trial
world:
  portal: { errors: status }
  apps:
    web: { secret: web-secret, redirectUris: ["https://app.example.com"] }
`

// webConfig is what a program says to golang.org/x/oauth2 about a portal.
// A portal reads the client's id and secret in the form, not in Authorization.
func webConfig(portal fakePortal) *oauth2.Config {
	return &oauth2.Config{
		ClientID: "web", ClientSecret: "web-secret", RedirectURL: redirectURI,
		Endpoint: oauth2.Endpoint{
			AuthURL:   portal.SharingURL("oauth2/authorize"),
			TokenURL:  portal.SharingURL("oauth2/token"),
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// clientContext makes golang.org/x/oauth2 use the portal's HTTP client.
func clientContext(t *testing.T, portal fakePortal) context.Context {
	t.Helper()
	return context.WithValue(t.Context(), oauth2.HTTPClient, portal.Client())
}

var (
	formAction  = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// signIn does what a member does in a browser: it opens the page at address, sends the page's form,
// and returns the query of the redirect to our application.
func signIn(t *testing.T, portal fakePortal, address, username, password string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Transport: portal.Client().Transport, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirectURI) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, page := read(t)(browser.Get(address))
	action := formAction.FindStringSubmatch(page)
	if action == nil {
		t.Fatalf("HTTP %s has no form: %s", resp.Status, page)
	}
	target, err := resp.Request.URL.Parse(html.UnescapeString(action[1]))
	if err != nil {
		t.Fatal(err)
	}
	fields := url.Values{"username": {username}, "password": {password}}
	for _, f := range hiddenField.FindAllStringSubmatch(page, -1) {
		fields.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	resp, page = read(t)(browser.PostForm(target.String(), fields))
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("HTTP %s, %v: %s", resp.Status, err, page)
	}
	if got := back.Scheme + "://" + back.Host + back.Path; got != redirectURI {
		t.Fatalf("the browser is sent to %s, want %s", got, redirectURI)
	}
	return back.Query()
}

// read returns a function that reads a response to its end.
func read(t *testing.T) func(*http.Response, error) (*http.Response, string) {
	return func(resp *http.Response, err error) (*http.Response, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
}

// wantSelf fails the test if client does not call the portal as a member.
func wantSelf(t *testing.T, portal fakePortal, client *http.Client, username string) {
	t.Helper()
	_, body := read(t)(client.Get(portal.SharingURL("community/self") + "?f=json"))
	var self struct{ Username string }
	if err := json.Unmarshal([]byte(body), &self); err != nil || self.Username != username {
		t.Errorf("want the portal to know the token of %s, got %s", username, body)
	}
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	verifier := oauth2.GenerateVerifier()
	for name, tt := range map[string]struct {
		secret   string // none for a public client
		asked    []oauth2.AuthCodeOption
		exchange []oauth2.AuthCodeOption
	}{
		"with a secret": {secret: "web-secret"},
		"with PKCE": {
			asked:    []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)},
			exchange: []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			portal := mock.NewServer(t, mock.WithScenarioDocument([]byte(webScenario)))
			ctx, config := clientContext(t, portal), webConfig(portal)
			config.ClientSecret = tt.secret

			const state = "a&b=c d+é"
			back := signIn(t, portal, config.AuthCodeURL(state, tt.asked...), "viewer", portal.Password("viewer"))
			if got := back.Get("state"); got != state {
				t.Errorf("want the state %q, got %q", state, got)
			}
			token, err := config.Exchange(ctx, back.Get("code"), tt.exchange...)
			if err != nil {
				t.Fatal(err)
			}
			if got := token.Extra("username"); got != "viewer" {
				t.Errorf("want the token of viewer, got %v", got)
			}
			if life := time.Until(token.Expiry); token.RefreshToken == "" || life < 29*time.Minute || life > 30*time.Minute {
				t.Errorf("want a refresh token, and half an hour, got %q, %v", token.RefreshToken, life)
			}
			wantSelf(t, portal, config.Client(ctx, token), "viewer")
			portal.Verify(t, mock.Expect("communitySelf").Member("viewer").Exactly(1))

			_, err = config.Exchange(ctx, back.Get("code"), tt.exchange...)
			wantRefused(t, err, "Invalid code") // used twice
		})
	}
}

func TestOAuthRefusals(t *testing.T) {
	t.Parallel()
	verifier := oauth2.GenerateVerifier()
	for name, tt := range map[string]struct {
		change   func(*oauth2.Config)
		verifier string
		want     string
	}{
		"no verifier":          {want: "Invalid code_verifier"},
		"a wrong verifier":     {verifier: oauth2.GenerateVerifier(), want: "Invalid code_verifier"},
		"a wrong secret":       {verifier: verifier, change: func(c *oauth2.Config) { c.ClientSecret = "x" }, want: "Invalid client_secret"},
		"another redirect URI": {verifier: verifier, change: func(c *oauth2.Config) { c.RedirectURL += "/other" }, want: "Invalid redirect_uri"},
		"another application": {
			verifier: verifier, want: "Invalid code",
			change: func(c *oauth2.Config) { c.ClientID, c.ClientSecret = "app", "app-secret" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			portal := mock.NewServer(t, mock.WithScenarioDocument([]byte(webScenario)))
			ctx, config := clientContext(t, portal), webConfig(portal)
			address := config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))
			code := signIn(t, portal, address, "admin", portal.Password("admin")).Get("code")
			if tt.change != nil {
				tt.change(config)
			}
			var options []oauth2.AuthCodeOption
			if tt.verifier != "" {
				options = append(options, oauth2.VerifierOption(tt.verifier))
			}
			_, err := config.Exchange(ctx, code, options...)
			wantRefused(t, err, tt.want)
		})
	}
}

// wantRefused fails the test if err is not a refusal of golang.org/x/oauth2 that quotes the portal.
func wantRefused(t *testing.T, err error, quoted string) {
	t.Helper()
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), `"message":"`+quoted+`"`) {
		t.Errorf("want a refusal with %q, got %v", quoted, err)
	}
}

// The portal shows a page of its own if a redirect URI is not registered. It sends the browser nowhere.
func TestOAuthForeignRedirectURI(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenarioDocument([]byte(webScenario)))
	config := webConfig(portal)
	config.RedirectURL = "https://app.example.com.evil.test/callback"
	resp, page := read(t)(portal.Client().Get(config.AuthCodeURL("s")))
	if !strings.Contains(page, "Invalid redirect_uri") || formAction.MatchString(page) {
		t.Errorf("want a page that says Invalid redirect_uri and has no form, got HTTP %s: %s", resp.Status, page)
	}
}

// The client fails, but cannot say why, if the portal sends an error with HTTP 200 (the documented way).
// It takes text/plain, which a portal of ArcGIS Enterprise was seen to send, for a query, and finds no token in it.
func TestOAuthUnreadable(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{
		"errors: envelope":       "oauth2: cannot parse json: ",
		"contentTypes: observed": "oauth2: server response missing access_token",
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			document := strings.Replace(webScenario, "errors: status", setting, 1)
			portal := mock.NewServer(t, mock.WithScenarioDocument([]byte(document)))
			ctx, config := clientContext(t, portal), webConfig(portal)
			code := signIn(t, portal, config.AuthCodeURL("s"), "admin", portal.Password("admin")).Get("code")
			if setting == "errors: envelope" {
				code = "not a code"
			}
			if _, err := config.Exchange(ctx, code); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("want %q, got %v", want, err)
			}
			portal.Verify(t, mock.Expect("oauthToken").Exactly(1))
		})
	}
}

// TestOAuthRefresh keeps a client past the end of its token. The library compares a token's end with the real clock,
// so the test also tells the library that the token has ended.
func TestOAuthRefresh(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenarioDocument([]byte(webScenario)))
	ctx, config := clientContext(t, portal), webConfig(portal)
	code := signIn(t, portal, config.AuthCodeURL("s"), "admin", portal.Password("admin")).Get("code")
	token, err := config.Exchange(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	portal.Clock().Advance(30 * time.Minute)
	token.Expiry = time.Now()

	fresh, err := config.TokenSource(ctx, token).Token()
	if err != nil {
		t.Fatal(err)
	}
	if fresh.AccessToken == token.AccessToken || fresh.RefreshToken != token.RefreshToken {
		t.Errorf("want a new access token and the same refresh token, got %v after %v", fresh, token)
	}
	wantSelf(t, portal, config.Client(ctx, fresh), "admin")
	_, old := read(t)(oauth2.NewClient(ctx, oauth2.StaticTokenSource(token)).Get(portal.SharingURL("community/self") + "?f=json"))
	if !strings.Contains(old, `"code":498`) {
		t.Errorf("want the old token refused, got %s", old)
	}

	portal.Clock().Advance(14 * 24 * time.Hour)
	_, err = config.TokenSource(ctx, token).Token()
	wantRefused(t, err, "refresh_token expired")
}
