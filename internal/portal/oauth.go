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

// OAuthToken answers the portal's four grants. This portal issues no authorization codes, so it refuses every code.
func (w World) OAuthToken(now time.Time, r OAuthRequest) (World, Reply, *Problem) {
	if r.ClientID == "" {
		return w, Reply{}, missing("parameters-invalid", "client_id")
	}
	r.ClientID = w.local(r.ClientID)
	if _, ok := w.apps[r.ClientID]; !ok {
		return w, Reply{}, problem("oauth-client-invalid")
	}
	switch r.GrantType {
	case "client_credentials":
		return w.clientCredentials(now, r)
	case "refresh_token", "exchange_refresh_token":
		return w.refresh(now, r)
	case "authorization_code":
		if r.Code == "" {
			return w, Reply{}, missing("parameters-invalid", "code")
		}
		return w, Reply{}, problem("oauth-code-invalid")
	}
	return w, Reply{}, problem("oauth-grant-invalid")
}

func (w World) clientCredentials(now time.Time, r OAuthRequest) (World, Reply, *Problem) {
	if r.ClientSecret == "" {
		return w, Reply{}, missing("parameters-invalid", "client_secret")
	}
	if subtle.ConstantTimeCompare([]byte(w.apps[r.ClientID].secret), []byte(r.ClientSecret)) != 1 {
		return w, Reply{}, problem("oauth-secret-invalid")
	}
	lifetime := lifetime(r.Expiration)
	w, token := w.issue(claims{App: r.ClientID, Expires: now.Add(lifetime).UnixMilli()})
	return w, Reply{Value: OAuthToken{AccessToken: token, ExpiresIn: int64(lifetime.Seconds())}}, nil
}

// refresh returns a new access token, and for exchange_refresh_token a new refresh token too.
func (w World) refresh(now time.Time, r OAuthRequest) (World, Reply, *Problem) {
	if r.RefreshToken == "" {
		return w, Reply{}, missing("parameters-invalid", "refresh_token")
	}
	member, ok := w.refreshMember(now, r.RefreshToken)
	if !ok {
		return w, Reply{}, problem("oauth-refresh-token-invalid")
	}
	lifetime := lifetime(r.Expiration)
	w, access := w.issue(claims{Member: member, Expires: now.Add(lifetime).UnixMilli()})
	reply := OAuthToken{AccessToken: access, ExpiresIn: int64(lifetime.Seconds()), Username: member, SSL: &r.Secure}
	if r.GrantType == "exchange_refresh_token" {
		w, reply.RefreshToken = w.issue(claims{Member: member, Expires: now.Add(refreshLifetime).UnixMilli(), Refresh: true})
		reply.RefreshTokenExpiresIn = int64(refreshLifetime.Seconds())
	}
	return w, Reply{Value: reply}, nil
}

// refreshMember returns the member of a refresh token, which the scenario sets or this world has issued.
func (w World) refreshMember(now time.Time, token string) (string, bool) {
	if m, ok := w.byRefreshToken[w.local(token)]; ok {
		return m.Username, !w.isRevoked(token)
	}
	c, ok := w.open(token, now)
	return c.Member, ok && c.Refresh
}

// AppAccess is the reply of oauth2/validateAppAccess.
type AppAccess struct {
	Valid               bool `json:"valid"`
	ViewOnlyUserTypeApp bool `json:"viewOnlyUserTypeApp"`
}

// AppAccess reports whether the caller may use an application: every member may (assumed).
func (w World) AppAccess(caller Caller, clientID string) (Reply, *Problem) {
	if _, ok := w.apps[w.local(clientID)]; !ok {
		return Reply{}, problem("app-access-invalid")
	}
	return Reply{Value: AppAccess{Valid: caller.Member != nil}}, nil
}
