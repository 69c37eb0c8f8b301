package portal

import (
	"slices"
	"time"
)

const roleAdmin = "org_admin"

// Member is a user of an organisation. It is immutable.
type Member struct {
	Username     string
	OrgID        string
	Role         string
	Privileges   []string
	password     string
	token        string
	tokenExpires time.Time // of the scenario's clock; zero: never
}

// Caller is the sender of a request. The zero value is an anonymous caller.
type Caller struct {
	Member *Member // nil for an anonymous caller, and for an app without a member
	App    string  // the client id if the token was issued to an app, else ""
}

// Name returns the member's username, or "" if the caller has no member.
func (c Caller) Name() string {
	if c.Member == nil {
		return ""
	}
	return c.Member.Username
}

// May reports whether the caller has the role org_admin or one of the privileges. An empty list allows every caller.
func (c Caller) May(privileges []string) bool {
	if len(privileges) == 0 {
		return true
	}
	if c.Member == nil {
		return false
	}
	return c.Member.Role == roleAdmin || slices.ContainsFunc(privileges, func(p string) bool {
		return slices.Contains(c.Member.Privileges, p)
	})
}
