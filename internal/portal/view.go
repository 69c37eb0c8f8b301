package portal

import (
	"maps"
	"slices"
	"time"
)

// View is the world without its passwords, tokens and client secrets.
type View struct {
	Members  []MemberView  `json:"members"`
	Apps     []AppView     `json:"apps"`
	Listings []ListingView `json:"listings"`
	License  any           `json:"license"` // the reply of getFutureLicense at this instant; null without a licence
	Tokens   TokenView     `json:"tokens"`
}

// MemberView is a member in a View.
type MemberView struct {
	Username     string     `json:"username"`
	OrgID        string     `json:"orgId"`
	Role         string     `json:"role"`
	Privileges   []string   `json:"privileges"`
	TokenExpires *time.Time `json:"tokenExpires"` // null: the scenario's token never expires
}

// AppView is an application in a View.
type AppView struct {
	ClientID string `json:"clientId"`
	Member   string `json:"member"`
}

// ListingView is a listing in a View.
type ListingView struct {
	ItemID            string `json:"itemId"`
	OrgID             string `json:"orgId"`
	LicenseBy         string `json:"licenseBy"`
	SignatureRequired bool   `json:"signatureRequired"`
	Provisions        []any  `json:"provisions"`
}

// TokenView counts tokens.
type TokenView struct {
	Issued  uint64 `json:"issued"`
	Revoked int    `json:"revoked"`
}

// View returns the world at an instant, with every list in a stable order.
func (w World) View(now time.Time) View {
	v := View{Members: []MemberView{}, Apps: []AppView{}, Listings: []ListingView{}, Tokens: TokenView{w.issued, len(w.revoked)}}
	for _, name := range w.Usernames() {
		v.Members = append(v.Members, w.members[name].view(w.shift))
	}
	for _, id := range slices.Sorted(maps.Keys(w.apps)) {
		v.Apps = append(v.Apps, AppView{id, Caller{Member: w.apps[id].member}.Name()})
	}
	for _, id := range slices.Sorted(maps.Keys(w.listings)) {
		v.Listings = append(v.Listings, w.listingView(id))
	}
	if w.license != nil {
		v.License = w.license.at(w.scenarioTime(now), w.shift)
	}
	return v
}

func (m *Member) view(shift time.Duration) MemberView {
	v := MemberView{Username: m.Username, OrgID: m.OrgID, Role: m.Role, Privileges: append([]string{}, m.Privileges...)}
	if !m.tokenExpires.IsZero() {
		at := m.tokenExpires.Add(shift).UTC()
		v.TokenExpires = &at
	}
	return v
}

func (w World) listingView(itemID string) ListingView {
	l := w.listings[itemID]
	v := ListingView{itemID, l.OrgID, l.LicenseBy, l.SignatureRequired, []any{}}
	for _, org := range slices.Sorted(maps.Keys(l.Provisions)) {
		v.Provisions = append(v.Provisions, w.provision(itemID, org).shifted(w.shift))
	}
	return v
}
