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

// How long tokens live. The portal caps a longer wish, it does not refuse it.
const (
	defaultLifetime = 120 * time.Minute
	maxLifetime     = 21600 * time.Minute
)

// claims is what an issued token says of itself; the token carries and signs it, so that nothing has to be kept for it.
type claims struct {
	Number  uint64            `json:"n"`
	Member  string            `json:"m,omitempty"`
	App     string            `json:"a,omitempty"`
	Expires int64             `json:"e"`           // portal time, milliseconds since 1970
	Referer string            `json:"r,omitempty"` // a digest of the referer that it is bound to
	Parents []string          `json:"p,omitempty"` // the ids of the tokens that it was exchanged for, the first one first
	Use     string            `json:"u,omitempty"` // what it is good for beside identifying its bearer: refresh or code
	For     *AuthorizeRequest `json:"o,omitempty"` // of a code: what the application asked for
}

// What a token may be good for in place of identifying its bearer.
const (
	useRefresh = "refresh" // oauth2/token issues access tokens for it
	useCode    = "code"    // oauth2/token exchanges it, once
)

// issue returns a new token and the world that has counted it.
func (w World) issue(c claims) (World, string) {
	w.issued++
	c.Number = w.issued
	c.Expires -= w.shift.Milliseconds()
	payload, err := json.Marshal(c)
	if err != nil {
		panic("portal: claims of text and numbers cannot fail to marshal: " + err.Error())
	}
	text := base64.RawURLEncoding.EncodeToString(payload)
	return w, text + "." + w.sign(text) + w.suffix
}

func (w World) sign(text string) string {
	mac := hmac.New(sha256.New, w.key)
	mac.Write([]byte(text + w.suffix)) // so that a token is good in its own sandbox only, though another has the same seed
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// open returns what a token of this world says, and false when it is none, has expired or was revoked.
func (w World) open(token string, now time.Time) (claims, bool) {
	text, signature, ok := strings.Cut(w.local(token), ".")
	if !ok || !hmac.Equal([]byte(signature), []byte(w.sign(text))) {
		return claims{}, false
	}
	var c claims
	payload, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return claims{}, false
	}
	c.Expires += w.shift.Milliseconds()
	orphan := slices.ContainsFunc(c.Parents, func(id string) bool { return w.revoked[id] })
	if now.UnixMilli() >= c.Expires || w.isRevoked(token) || orphan {
		return claims{}, false
	}
	return c, true
}

// isRevoked spares the digest where nothing was revoked, which is nearly always.
func (w World) isRevoked(token string) bool {
	return len(w.revoked) > 0 && w.revoked[digest(w.local(token))]
}

// digest names a token or a referer without showing it.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// Identify returns who a token belongs to, and false when it is unknown, expired, revoked, or bound to another referer.
func (w World) Identify(token, referer string, now time.Time) (Caller, bool) {
	if m, ok := w.byToken[w.local(token)]; ok {
		if w.isRevoked(token) || !m.tokenExpires.IsZero() && !now.Before(m.tokenExpires) {
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

// remaining returns how long a good token still lives; a scenario's token without an end lives for ever, which is told as maxLifetime.
func (w World) remaining(token string, now time.Time) time.Duration {
	if m, ok := w.byToken[w.local(token)]; ok {
		if m.tokenExpires.IsZero() {
			return maxLifetime
		}
		return m.tokenExpires.Sub(now)
	}
	c, _ := w.open(token, now)
	return time.UnixMilli(c.Expires).Sub(now)
}

// Revoke ends a token, and the server tokens that it was exchanged for. An unknown one changes nothing (RFC 7009, 2.2).
func (w World) Revoke(now time.Time, token string) (World, Reply) {
	_, issued := w.open(token, now)
	token = w.local(token)
	if issued || w.byToken[token] != nil || w.byRefreshToken[token] != nil {
		w = w.revoke(token)
	}
	return w, Reply{Value: Success{true}}
}

// revoke returns the world in which a token is no longer good.
func (w World) revoke(token string) World {
	revoked := maps.Clone(w.revoked)
	if revoked == nil {
		revoked = map[string]bool{}
	}
	revoked[digest(w.local(token))] = true
	w.revoked = revoked
	return w
}

// Success is the reply of operations that have nothing else to say.
type Success struct {
	Success bool `json:"success"`
}
