package portal

import (
	"slices"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
)

const roleAdmin = "org_admin"

// Member is somebody of an organisation. It is never changed.
type Member struct {
	Username     string
	OrgID        string
	Role         string
	Privileges   []string
	password     string
	token        string
	refreshToken string
	tokenExpires time.Time // zero: never
}

// Caller is who sent a request. The zero value is nobody.
type Caller struct {
	Member *Member // nil for nobody, and for an app that acts as no member
	App    string  // the client id, when the token was issued to an app
}

// Name returns the member's username; "" for nobody and for an app that acts as no member.
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

func newMember(m scenario.Member, shift time.Duration) *Member {
	member := &Member{
		Username: m.Username, OrgID: m.OrgID, Role: m.Role, Privileges: slices.Clone(m.Privileges),
		password: m.Password, token: m.Token, refreshToken: m.RefreshToken,
	}
	if !m.TokenExpires.IsZero() {
		member.tokenExpires = m.TokenExpires.Add(shift)
	}
	return member
}

func (m *Member) shifted(by time.Duration) *Member {
	moved := *m
	if !m.tokenExpires.IsZero() {
		moved.tokenExpires = m.tokenExpires.Add(by)
	}
	return &moved
}
