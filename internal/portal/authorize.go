package portal

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OutOfBand is the redirect URI of clients that nothing can be redirected to: the code stands in the title of a page of the portal.
const OutOfBand = "urn:ietf:wg:oauth:2.0:oob"

// How long what a sign-in page brings lives.
const (
	codeLifetime           = 10 * time.Minute    // RFC 6749, 4.1.2 recommends at most ten minutes; the portal's own is not documented
	accessLifetime         = 30 * time.Minute    // the documentation's example of oauth2/token has 1800 seconds
	defaultRefreshLifetime = 20160 * time.Minute // what Esri's own clients ask for
	maxRefreshLifetime     = 129600 * time.Minute
)

// AuthorizeRequest is what an application asks of oauth2/authorize. The sign-in page carries it in oauth_state.
type AuthorizeRequest struct {
	ClientID        string `json:"client_id"`
	RedirectURI     string `json:"redirect_uri"`
	ResponseType    string `json:"response_type"` // code or token
	State           string `json:"state,omitempty"`
	Expiration      int64  `json:"expiration,omitempty"` // minutes; 0: the portal's own
	Challenge       string `json:"code_challenge,omitempty"`
	ChallengeMethod string `json:"code_challenge_method,omitempty"` // S256, or plain
}

// Authorize begins a sign-in: the reply is what the sign-in page is made of. An application or a redirect URI that is not known is an error
// on the portal's own page, since nobody may be redirected then; every other mistake is told to the application (RFC 6749, 4.1.2.1).
func (w World) Authorize(r AuthorizeRequest, site Site) (Reply, *Problem) {
	if p := w.authorizeProblem(r, site); p != nil {
		return Reply{}, p
	}
	switch {
	case r.ResponseType != "code" && r.ResponseType != "token":
		return r.refused(site, "unsupported_response_type", "response_type must be code or token"), nil
	case r.Challenge != "" && r.ChallengeMethod != "" && r.ChallengeMethod != "S256" && r.ChallengeMethod != "plain":
		return r.refused(site, "invalid_request", "code_challenge_method must be S256 or plain"), nil
	}
	return Reply{Value: object{"oauth_state": r.Seal(), "client_id": r.ClientID, "appTitle": w.local(r.ClientID)}}, nil
}

func (w World) authorizeProblem(r AuthorizeRequest, site Site) *Problem {
	a, ok := w.app(r.ClientID)
	switch {
	case !ok:
		return problem("oauth-client-invalid")
	case r.RedirectURI == "":
		return problem("oauth-redirect-uri-missing")
	case !a.mayRedirectTo(r.RedirectURI, site):
		return problem("oauth-redirect-uri-invalid")
	}
	return nil
}

// refused tells the application why it gets nothing, in the words of RFC 6749 and 7636.
func (r AuthorizeRequest) refused(site Site, code, text string) Reply {
	return Reply{Location: r.back(site, url.Values{"error": {code}, "error_description": {text}})}
}

// Seal writes the request as the oauth_state of a page. It is not signed, because the sign-in judges everything in it again. So a page of
// one sandbox serves the sign-in of a member of another sandbox.
func (r AuthorizeRequest) Seal() string {
	text, _ := json.Marshal(r) // texts and a number cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

// OpenOAuthState returns the request that a sign-in page carries, and false if the text does not hold one.
func OpenOAuthState(text string) (AuthorizeRequest, bool) {
	if text == "" { // as in nearly every call
		return AuthorizeRequest{}, false
	}
	var r AuthorizeRequest
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return r, err == nil && json.Unmarshal(raw, &r) == nil && r.ClientID != ""
}

// OAuthSignIn is what the sign-in page sends.
type OAuthSignIn struct {
	State              string // oauth_state
	Username, Password string
	Cancel             bool // the member does not want to sign in
	Site               Site
}

// SignInForApp answers the sign-in page: the application is told a code or a token at its redirect URI, or that the member refused.
func (w World) SignInForApp(now time.Time, s OAuthSignIn) (World, Reply, *Problem) {
	r, ok := OpenOAuthState(s.State)
	if !ok {
		return w, Reply{}, problem("oauth-state-invalid")
	}
	if p := w.authorizeProblem(r, s.Site); p != nil {
		return w, Reply{}, p
	}
	if s.Cancel {
		return w, r.refused(s.Site, "access_denied", "The user denied your request."), nil
	}
	s.Username = w.local(s.Username)
	if !w.isPassword(s.Username, s.Password) {
		return w, Reply{}, problem("oauth-sign-in-failed")
	}
	answer := url.Values{}
	if r.ResponseType == "token" {
		lifetime := lifetime(r.Expiration, defaultLifetime, maxLifetime)
		var token string
		w, token = w.issue(claims{Member: s.Username, Expires: now.Add(lifetime).UnixMilli()})
		answer.Set("access_token", token)
		answer.Set("expires_in", strconv.FormatInt(int64(lifetime.Seconds()), 10))
		answer.Set("username", s.Username)
		answer.Set("ssl", strconv.FormatBool(s.Site.Secure))
	} else {
		var code string
		w, code = w.issue(claims{Member: s.Username, Use: useCode, For: &r, Expires: now.Add(codeLifetime).UnixMilli()})
		answer.Set("code", code)
	}
	return w, Reply{Location: r.back(s.Site, answer)}, nil
}

// back returns where the browser goes with an answer. A token and its errors stand in the fragment, everything else in the query. The
// answer for an out-of-band client is a page of the portal; the ArcGIS API for Python looks for oauth2/approval in its whole address.
func (r AuthorizeRequest) back(site Site, answer url.Values) string {
	if r.State != "" {
		answer.Set("state", r.State)
	}
	if r.RedirectURI == OutOfBand {
		return site.URL + "/sharing/rest/oauth2/approval?" + answer.Encode()
	}
	if r.ResponseType == "token" {
		return r.RedirectURI + "#" + answer.Encode()
	}
	separator := "?"
	if strings.Contains(r.RedirectURI, "?") {
		separator = "&"
	}
	return r.RedirectURI + separator + answer.Encode()
}

// mayRedirectTo reports whether a browser may be sent to an address with a code or a token: the redirect URIs that the scenario registers;
// for an application that every portal knows, out-of-band and the portal itself.
func (a app) mayRedirectTo(uri string, site Site) bool {
	if a.wellKnown {
		return uri == OutOfBand || covers(site.Root(), uri)
	}
	return slices.ContainsFunc(a.redirectURIs, func(registered string) bool { return covers(registered, uri) })
}

// covers reports whether a registered redirect URI allows another: the same one, or one below it. A host may begin with "*.", as in the
// default redirect URIs of the portal's own applications.
// Source: https://developers.arcgis.com/rest/enterprise-administration/portal/get-app-info; that a path below is allowed is assumed.
func covers(registered, uri string) bool {
	if registered == uri {
		return true
	}
	r, err := url.Parse(registered)
	u, err2 := url.Parse(uri)
	if cmp.Or(err, err2) != nil || r.Host == "" || r.Scheme != u.Scheme || u.User != nil || u.Fragment != "" {
		return false
	}
	host := strings.EqualFold(r.Host, u.Host)
	if domain, ok := strings.CutPrefix(r.Host, "*"); ok {
		host = strings.HasSuffix(strings.ToLower(u.Host), strings.ToLower(domain))
	}
	below := strings.TrimSuffix(r.Path, "/")
	return host && (u.Path == below || strings.HasPrefix(u.Path, below+"/")) && !strings.Contains(u.Path+"/", "/../")
}

// codeGrant exchanges an authorization code, once.
func (w World) codeGrant(now time.Time, r OAuthRequest) (World, Reply, *Problem) {
	if r.Code == "" {
		return w, Reply{}, missing("parameters-invalid", "code")
	}
	c, ok := w.open(r.Code, now)
	if !ok || c.Use != useCode || w.local(c.For.ClientID) != r.ClientID {
		return w, Reply{}, problem("oauth-code-invalid")
	}
	switch {
	case r.RedirectURI == "":
		return w, Reply{}, problem("oauth-redirect-uri-missing")
	case r.RedirectURI != c.For.RedirectURI:
		return w, Reply{}, problem("oauth-redirect-uri-invalid")
	case r.ClientSecret != "" && !w.isSecret(r.ClientID, r.ClientSecret):
		return w, Reply{}, problem("oauth-secret-invalid")
	case !c.For.verifies(r.CodeVerifier):
		return w, Reply{}, problem("oauth-verifier-invalid")
	}
	w = w.revoke(r.Code)
	return w.userTokens(now, c.Member, r, refreshLifetime(c.For.Expiration))
}

// verifies reports whether a verifier is that of the challenge that the request was made with (RFC 7636, 4.6). Without a challenge none is
// needed.
func (r AuthorizeRequest) verifies(verifier string) bool {
	if r.Challenge == "" {
		return true
	}
	if r.ChallengeMethod == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(r.Challenge)) == 1
}

// refreshLifetime returns the life of a refresh token for the minutes that oauth2/authorize was asked for; a negative number asks for the
// longest.
func refreshLifetime(minutes int64) time.Duration {
	if minutes < 0 {
		return maxRefreshLifetime
	}
	return lifetime(minutes, defaultRefreshLifetime, maxRefreshLifetime)
}

// Approval shows what oauth2/approval was sent. A refused sign-in has no code.
func (w World) Approval(code, state string) Reply {
	return Reply{Value: object{"code": code, "state": state}}
}

// ValidateRedirectURI answers whether an application may be answered at an address.
func (w World) ValidateRedirectURI(clientID, uri string, site Site) (Reply, *Problem) {
	a, ok := w.app(clientID)
	if !ok {
		return Reply{}, problem("oauth-client-invalid")
	}
	return Reply{Value: object{"valid": a.mayRedirectTo(uri, site)}}, nil
}

// ExchangeToken gives an application a token of its own for the member who calls; it lives as long as the caller's (assumed).
func (w World) ExchangeToken(now time.Time, caller Caller, token, clientID string) (World, Reply, *Problem) {
	if _, ok := w.app(clientID); !ok {
		return w, Reply{}, problem("oauth-client-invalid")
	}
	c := claims{
		Member: caller.Name(), App: caller.App, Parents: w.lineage(now, token),
		Expires: now.Add(min(w.remaining(token, now), maxLifetime)).UnixMilli(),
	}
	w, issued := w.issue(c)
	return w, Reply{Value: object{"token": issued}}, nil
}

// SignOut sends the browser back to the application; to the portal's own page where the address is not the application's.
// No session is kept between sign-ins, so there is nothing to end.
func (w World) SignOut(clientID, uri string, site Site) Reply {
	if a, ok := w.app(clientID); ok && uri != "" && a.mayRedirectTo(uri, site) {
		return Reply{Location: uri}
	}
	return success()
}
