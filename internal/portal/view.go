package portal

import (
	"maps"
	"slices"
	"time"

	"github.com/mockportal/mockportal/internal/tree"
)

// View is the world without its passwords, tokens and client secrets. The contract of the control API describes the objects in it.
type View struct {
	Members  []map[string]any `json:"members"`
	Apps     []map[string]any `json:"apps"`
	Listings []map[string]any `json:"listings"`
	License  any              `json:"license"` // the reply of getFutureLicense at this instant; null without a licence
	Tokens   struct {
		Issued  uint64 `json:"issued"`
		Revoked int    `json:"revoked"`
	} `json:"tokens"`
}

// View returns the world at an instant, with every list in a stable order.
func (w World) View(now time.Time) View {
	v := View{Members: []object{}, Apps: []object{}, Listings: []object{}}
	v.Tokens.Issued, v.Tokens.Revoked = w.issued, len(w.revoked)
	for _, name := range w.Usernames() {
		v.Members = append(v.Members, w.members[name].view(w.shift))
	}
	for _, id := range slices.Sorted(maps.Keys(w.apps)) {
		v.Apps = append(v.Apps, object{"clientId": id, "member": Caller{Member: w.apps[id].member}.Name()})
	}
	for _, id := range slices.Sorted(maps.Keys(w.listings)) {
		v.Listings = append(v.Listings, w.listingView(id))
	}
	if w.license != nil {
		v.License = w.license.at(w.scenarioTime(now), w.shift)
	}
	return v
}

func (m *Member) view(shift time.Duration) object {
	v := object{
		"username": m.Username, "orgId": m.OrgID, "role": m.Role, "privileges": append([]string{}, m.Privileges...),
		"tokenExpires": nil, // the scenario's token never expires
	}
	if !m.tokenExpires.IsZero() {
		v["tokenExpires"] = earlier(m.tokenExpires.Add(shift), tree.Latest()).UTC()
	}
	return v
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (w World) listingView(itemID string) object {
	l, provisions := w.listings[itemID], []any{}
	for _, org := range slices.Sorted(maps.Keys(l.Provisions)) {
		provisions = append(provisions, w.provision(itemID, org).shifted(w.shift))
	}
	return object{
		"itemId": itemID, "orgId": l.OrgID, "licenseBy": l.LicenseBy, "signatureRequired": l.SignatureRequired, "provisions": provisions,
	}
}
