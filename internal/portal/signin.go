package portal

import (
	"crypto/subtle"
	"time"
)

// SignInRequest is what a client asks of generateToken.
type SignInRequest struct {
	Username, Password string
	Token, ServerURL   string // instead of username and password: exchange this portal token for a server token
	Client, Referer    string // the parameters of these names: what the new token will be bound to
	InQuery            bool   // the username or the password came in the query, where logs show it
	Sender             string // the referer of the request itself: what the exchanged token may be bound to
	Expiration         int64  // minutes; 0 if it was not sent
	Secure             bool
	Wall               time.Time // the wall clock, which the reply's expires follows
}

// Token is the reply of generateToken.
type Token struct {
	Token   string `json:"token"`
	Expires int64  `json:"expires"` // wall time, milliseconds since 1970: clients compare it with their own clock
	SSL     bool   `json:"ssl"`
}

// GenerateToken signs a member in, or exchanges a portal token. It binds the token to a referer only if the client asks for it.
func (w World) GenerateToken(now time.Time, r SignInRequest) (World, Reply, *Problem) {
	switch anonymous := r.Username == "" && r.Password == ""; {
	case r.InQuery:
		return w, Reply{}, problem("credentials-in-query")
	case anonymous && r.Token != "":
		return w.exchange(now, r)
	case anonymous && r.ServerURL != "":
		return w, Reply{}, problem("server-token-missing")
	}
	r.Username = w.local(r.Username)
	if p := w.signInProblem(r); p != nil {
		return w, Reply{}, p
	}
	lifetime := lifetime(r.Expiration, defaultLifetime, maxLifetime)
	c := claims{Member: r.Username, Expires: now.Add(lifetime).UnixMilli()}
	if r.Client == "referer" {
		c.Referer = digest(r.Referer)
	}
	w, token := w.issue(c)
	return w, Reply{Value: Token{token, r.Wall.Add(lifetime).UnixMilli(), r.Secure}}, nil
}

func (w World) signInProblem(r SignInRequest) *Problem {
	var absent []string
	if r.Username == "" {
		absent = append(absent, "username")
	}
	if r.Password == "" {
		absent = append(absent, "password")
	}
	if r.Client == "referer" && r.Referer == "" {
		absent = append(absent, "referer")
	}
	if len(absent) > 0 {
		return missing("sign-in-failed", absent...)
	}
	if !w.isPassword(r.Username, r.Password) {
		return problem("sign-in-failed")
	}
	return nil
}

// isPassword compares a member's password. A member without one cannot sign in.
func (w World) isPassword(username, password string) bool {
	m, ok := w.members[username]
	return ok && m.password != "" && subtle.ConstantTimeCompare([]byte(m.password), []byte(password)) == 1
}

// exchange returns a token for a federated server. It lives as long as the portal token, at most the default lifetime.
func (w World) exchange(now time.Time, r SignInRequest) (World, Reply, *Problem) {
	if r.ServerURL == "" {
		return w, Reply{}, missing("sign-in-failed", "serverUrl")
	}
	caller, ok := w.Identify(r.Token, r.Sender, now)
	if !ok {
		return w, Reply{}, problem("token-invalid")
	}
	lifetime := min(lifetime(r.Expiration, defaultLifetime, maxLifetime), w.remaining(r.Token, now), defaultLifetime)
	c := claims{Member: caller.Name(), App: caller.App, Expires: now.Add(lifetime).UnixMilli(), Parents: w.lineage(now, r.Token)}
	if r.Client == "referer" && r.Referer != "" {
		c.Referer = digest(r.Referer)
	}
	w, token := w.issue(c)
	return w, Reply{Value: Token{token, r.Wall.Add(lifetime).UnixMilli(), r.Secure}}, nil
}

// lineage returns the ids of the tokens that a token came from, and its own.
func (w World) lineage(now time.Time, token string) []string {
	c, _ := w.open(token, now)
	return append(c.Parents, digest(w.local(token)))
}

// lifetime returns the lifetime that the portal grants for the minutes that a client asks for.
func lifetime(minutes int64, usual, longest time.Duration) time.Duration {
	if minutes <= 0 {
		return usual
	}
	return time.Duration(min(minutes, int64(longest/time.Minute))) * time.Minute
}
