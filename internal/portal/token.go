package portal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// How long tokens live. The portal shortens a longer wish to the maximum.
const (
	defaultLifetime = 120 * time.Minute
	maxLifetime     = 21600 * time.Minute
)

// claims is the content of an issued token. The token carries it, signed, so the world does not have to keep it.
type claims struct {
	Number  uint64            `json:"n"`
	Member  string            `json:"m,omitempty"`
	App     string            `json:"a,omitempty"`
	Expires int64             `json:"e"`           // portal time, milliseconds since 1970
	Referer string            `json:"r,omitempty"` // a digest of the referer that the token is bound to
	Parents []string          `json:"p,omitempty"` // the ids of the tokens that were exchanged for this one, the oldest first
	Use     string            `json:"u,omitempty"` // useRefresh or useCode; "": an access token
	For     *AuthorizeRequest `json:"o,omitempty"` // what the application asked for; nil unless Use is useCode
}

// The uses of an issued token that identifies nobody.
const (
	useRefresh = "refresh" // oauth2/token issues access tokens for it
	useCode    = "code"    // oauth2/token exchanges it, once
)

// issue returns a new token, and the world after counting it.
func (w World) issue(c claims) (World, string) {
	w.issued++
	c.Number = w.issued
	c.Expires -= w.shift.Milliseconds()
	payload, _ := json.Marshal(c) // texts and numbers cannot fail
	text := base64.RawURLEncoding.EncodeToString(payload)
	return w, text + "." + w.sign(text) + w.suffix
}

func (w World) sign(text string) string {
	mac := hmac.New(sha256.New, w.key)
	mac.Write([]byte(text + w.suffix)) // a sandbox with the same seed must not accept the token
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// open returns the claims of a token. It returns false if this world did not issue the token, or if the token expired or was
// revoked.
func (w World) open(token string, now time.Time) (claims, bool) {
	c, ok := w.opened.Get(w.local(token))
	if !ok {
		if c, ok = w.read(w.local(token)); !ok {
			return claims{}, false
		}
		w.opened.Put(w.local(token), c)
	}
	c.Expires += w.shift.Milliseconds()
	orphan := slices.ContainsFunc(c.Parents, func(id string) bool { return w.revoked[id] })
	if now.UnixMilli() >= c.Expires || w.isRevoked(token) || orphan {
		return claims{}, false
	}
	return c, true
}

// read returns the claims of a token that this world issued, whether or not it is still good.
func (w World) read(token string) (c claims, ok bool) {
	text, signature, _ := strings.Cut(token, ".")
	if !hmac.Equal([]byte(signature), []byte(w.sign(text))) {
		return claims{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(text)
	return c, err == nil && json.Unmarshal(payload, &c) == nil
}

// isRevoked computes no digest if nothing was revoked, which is the usual case.
func (w World) isRevoked(token string) bool {
	return len(w.revoked) > 0 && w.revoked[digest(w.local(token))]
}

// digest identifies a token or a referer without revealing it.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// Identify returns the caller that a token belongs to. It returns false if the token is unknown, expired, revoked, or bound to
// another referer.
func (w World) Identify(token, referer string, now time.Time) (Caller, bool) {
	if m, ok := w.byToken[w.local(token)]; ok {
		if w.isRevoked(token) || !m.tokenExpires.IsZero() && !w.scenarioTime(now).Before(m.tokenExpires) {
			return Caller{}, false
		}
		return Caller{Member: m}, true
	}
	c, ok := w.open(token, now)
	if !ok || c.Use != "" || c.Referer != "" && c.Referer != digest(referer) {
		return Caller{}, false
	}
	return w.caller(c), true
}

func (w World) caller(c claims) Caller {
	if c.App != "" {
		return Caller{Member: w.apps[c.App].member, App: c.App}
	}
	return Caller{Member: w.members[c.Member]}
}

// remaining returns how long a valid token still lives. For a token of the scenario that never expires it returns maxLifetime.
func (w World) remaining(token string, now time.Time) time.Duration {
	if m, ok := w.byToken[w.local(token)]; ok {
		if m.tokenExpires.IsZero() {
			return maxLifetime
		}
		return m.tokenExpires.Sub(w.scenarioTime(now))
	}
	c, _ := w.open(token, now)
	return time.UnixMilli(c.Expires).Sub(now)
}

// Revoke ends a token and the server tokens that it was exchanged for. An unknown token changes nothing (RFC 7009, 2.2).
func (w World) Revoke(now time.Time, token string) (World, Reply) {
	_, issued := w.open(token, now)
	token = w.local(token)
	if issued || w.byToken[token] != nil || w.byRefreshToken[token] != nil {
		w = w.revoke(token)
	}
	return w, success()
}

// revoke returns the world in which a token is no longer good.
func (w World) revoke(token string) World {
	revoked := map[string]bool{digest(w.local(token)): true}
	maps.Copy(revoked, w.revoked)
	w.revoked = revoked
	return w
}

// success is the reply of operations that return nothing else.
func success() Reply { return Reply{Value: object{"success": true}} }
