package portal

import (
	"slices"
	"time"

	"github.com/mockportal/mockportal/openapi"
)

// noEnd is the endDate of a purchase without an end.
const noEnd = -1

type provisionKey struct{ itemID, purchaserOrgID string }

// provision is the documented object, with its members in the documented order. It is immutable: a call makes a new one.
type provision struct {
	ItemID            string           `json:"itemId"`
	ProvisionedItemID string           `json:"provisionedItemId"`
	AccountID         string           `json:"accountId"`
	OrgID             string           `json:"orgId,omitempty"`
	PurchaserOrgID    string           `json:"purchaserOrgId"`
	PurchaserUsername string           `json:"purchaserUsername"`
	PurchaserFullName string           `json:"purchaserFullName"`
	PurchaserEmail    string           `json:"purchaserEmail"`
	PurchaserPhone    *string          `json:"purchaserPhone"`
	StartDate         int64            `json:"startDate"`
	EndDate           int64            `json:"endDate"`
	Purchased         bool             `json:"purchased"`
	Trial             bool             `json:"trial"`
	Interested        bool             `json:"interested"`
	Created           int64            `json:"created"`
	Modified          int64            `json:"modified"`
	CanDisconnect     *bool            `json:"canDisconnect,omitempty"`
	OrgEntitlements   *orgEntitlements `json:"orgEntitlements,omitempty"`

	evidence openapi.Level
}

type orgEntitlements struct {
	MaxUsers             int64        `json:"maxUsers"`
	EntitlementsModified int64        `json:"entitlementsModified"`
	Entitlements         Entitlements `json:"entitlements"`
}

// shifted returns the provision with its dates moved.
func (p *provision) shifted(by time.Duration) *provision {
	if by == 0 {
		return p
	}
	moved, ms := *p, by.Milliseconds()
	moved.StartDate, moved.Created, moved.Modified = p.StartDate+ms, p.Created+ms, p.Modified+ms
	if p.EndDate != noEnd {
		moved.EndDate += ms
	}
	if p.OrgEntitlements != nil {
		entitlements := *p.OrgEntitlements
		entitlements.EntitlementsModified += ms
		moved.OrgEntitlements = &entitlements
	}
	return &moved
}

// active reports whether users may be provisioned at an instant of the scenario's clock: during a trial or a purchase.
func (p *provision) active(now time.Time) bool {
	ms := now.UnixMilli()
	return (p.Purchased || p.Trial) && p.StartDate <= ms && (p.EndDate == noEnd || ms < p.EndDate)
}

// ProvisionRequest is what a seller asks of provisionOrgEntitlements.
type ProvisionRequest struct {
	ItemID         string
	PurchaserOrgID string
	MaxUsers       int64
	Entitlements   Entitlements // the caller must not change it afterwards
	Secure         bool         // the request came over HTTPS
}

// Provision gives the purchasing organisation its set of entitlements. The new set replaces the whole old one. The time of the
// change is the portal's, rounded down to the second: the documented dates are whole seconds. Provision does not compare the sum
// of the counts with maxUsers: the documented example has counts of 12 in all and a maxUsers of 10.
func (w World) Provision(now time.Time, caller Caller, r ProvisionRequest) (World, Reply, *Problem) {
	listing, ok := w.listings[r.ItemID]
	old := w.provision(r.ItemID, r.PurchaserOrgID)
	switch {
	case !ok || caller.Member == nil || listing.OrgID != caller.Member.OrgID:
		return w, Reply{}, problem("item-not-found")
	case listing.SignatureRequired && !r.Secure:
		return w, Reply{}, problem("ssl-required")
	case listing.LicenseBy != licenseByUser:
		return w, Reply{}, problem("not-licensed-by-user")
	case old == nil || !old.active(w.scenarioTime(now)):
		return w, Reply{}, problem("item-not-provisioned")
	}
	stamp := w.scenarioTime(now.Truncate(time.Second)).UnixMilli()
	changed := *old
	changed.Modified = stamp
	changed.OrgEntitlements = &orgEntitlements{r.MaxUsers, stamp, r.Entitlements}
	w.provisions = slices.Clone(w.provisions)
	w.provisions[w.provisionAt[provisionKey{r.ItemID, r.PurchaserOrgID}]] = &changed
	return w, Reply{Value: changed.shifted(w.shift), Evidence: changed.evidence}, nil
}

const licenseByUser = "user"

// provision returns a listing's provision for a purchaser, or nil if the purchaser has none.
func (w World) provision(itemID, purchaserOrgID string) *provision {
	i, ok := w.provisionAt[provisionKey{itemID, purchaserOrgID}]
	if !ok {
		return nil
	}
	return w.provisions[i]
}
