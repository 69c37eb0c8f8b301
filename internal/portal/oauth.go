package portal

import (
	"crypto/subtle"
	"time"
)

// OAuthRequest is the parameters of oauth2/token.
type OAuthRequest struct {
	GrantType    string
	ClientID     string
	ClientSecret string
	RefreshToken string
	Code         string
	CodeVerifier string // PKCE (RFC 7636)
	RedirectURI  string
	Expiration   int64 // minutes; 0 if it was not sent
	Secure       bool
}

// OAuthToken is the reply of oauth2/token.
type OAuthToken struct {
	AccessToken           string `json:"access_token"`
	ExpiresIn             int64  `json:"expires_in"` // seconds
	Username              string `json:"username,omitempty"`
	SSL                   *bool  `json:"ssl,omitempty"`
	RefreshToken          string `json:"refresh_token,omitempty"`
	RefreshTokenExpiresIn int64  `json:"refresh_token_expires_in,omitempty"` // seconds
}

// OAuthToken answers the grants of the portal.
func (w World) OAuthToken(now time.Time, r OAuthRequest) (World, Reply, *Problem) {
	if r.ClientID == "" {
		return w, Reply{}, missing("parameters-invalid", "client_id")
	}
	r.ClientID = w.local(r.ClientID)
	if _, ok := w.app(r.ClientID); !ok {
		return w, Reply{}, problem("oauth-client-invalid")
	}
	switch r.GrantType {
	case "client_credentials":
		return w.clientCredentials(now, r)
	case "refresh_token", "exchange_refresh_token", "suspend_session":
		return w.refresh(now, r)
	case "authorization_code":
		return w.codeGrant(now, r)
	}
	return w, Reply{}, problem("oauth-grant-invalid")
}

func (w World) clientCredentials(now time.Time, r OAuthRequest) (World, Reply, *Problem) {
	if r.ClientSecret == "" {
		return w, Reply{}, missing("parameters-invalid", "client_secret")
	}
	if !w.isSecret(r.ClientID, r.ClientSecret) {
		return w, Reply{}, problem("oauth-secret-invalid")
	}
	lifetime := lifetime(r.Expiration, defaultLifetime, maxLifetime)
	w, token := w.issue(claims{App: r.ClientID, Expires: now.Add(lifetime).UnixMilli()})
	return w, Reply{Value: OAuthToken{AccessToken: token, ExpiresIn: int64(lifetime.Seconds())}}, nil
}

// refresh returns a new access token, and for exchange_refresh_token a new refresh token too. For suspend_session it ends the refresh
// token, as the ArcGIS API for Python signs out.
func (w World) refresh(now time.Time, r OAuthRequest) (World, Reply, *Problem) {
	if r.RefreshToken == "" {
		return w, Reply{}, missing("parameters-invalid", "refresh_token")
	}
	member, ok := w.refreshMember(now, r.RefreshToken)
	if !ok {
		return w, Reply{}, problem("oauth-refresh-token-invalid")
	}
	switch {
	case r.GrantType == "suspend_session":
		return w.revoke(r.RefreshToken), success(), nil
	case r.GrantType == "refresh_token":
		return w.userTokens(now, member, r, 0)
	case r.RedirectURI == "":
		return w, Reply{}, problem("oauth-redirect-uri-missing")
	}
	return w.userTokens(now, member, r, defaultRefreshLifetime)
}

// userTokens answers an access token for a member and, where refresh is above 0, a refresh token that lives so long.
func (w World) userTokens(now time.Time, member string, r OAuthRequest, refresh time.Duration) (World, Reply, *Problem) {
	access := lifetime(r.Expiration, accessLifetime, maxLifetime)
	reply := OAuthToken{ExpiresIn: int64(access.Seconds()), Username: member, SSL: &r.Secure}
	w, reply.AccessToken = w.issue(claims{Member: member, Expires: now.Add(access).UnixMilli()})
	if refresh > 0 {
		w, reply.RefreshToken = w.issue(claims{Member: member, Use: useRefresh, Expires: now.Add(refresh).UnixMilli()})
		reply.RefreshTokenExpiresIn = int64(refresh.Seconds())
	}
	return w, Reply{Value: reply}, nil
}

// isSecret compares an application's secret. An application without one, such as those that every portal knows, has no right one.
func (w World) isSecret(clientID, secret string) bool {
	a, _ := w.app(clientID)
	return a.secret != "" && subtle.ConstantTimeCompare([]byte(a.secret), []byte(secret)) == 1
}

// refreshMember returns the member of a refresh token, which the scenario sets or this world has issued.
func (w World) refreshMember(now time.Time, token string) (string, bool) {
	if m, ok := w.byRefreshToken[w.local(token)]; ok {
		return m.Username, !w.isRevoked(token)
	}
	c, ok := w.open(token, now)
	return c.Member, ok && c.Use == useRefresh
}

// AppAccess reports whether the caller may use an application: every member may (assumed).
func (w World) AppAccess(caller Caller, clientID string) (Reply, *Problem) {
	if _, ok := w.app(clientID); !ok {
		return Reply{}, problem("app-access-invalid")
	}
	return Reply{Value: object{"valid": caller.Member != nil, "viewOnlyUserTypeApp": false}}, nil
}
