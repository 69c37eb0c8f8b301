package provision

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"
)

// Entitlements is what an organisation may use of a listing.
type Entitlements struct {
	MaxUsers int              `json:"maxUsers"`
	Products map[string]Count `json:"entitlements"` // by the product's name, often the listing's own id
}

// Count is how many users may have a product.
type Count struct {
	Num int `json:"num"`
}

// Provision is the state of a listing for a purchasing organisation.
type Provision struct {
	PurchaserUsername string
	EndDate           int64 // milliseconds since 1970; -1 for never
	OrgEntitlements   Entitlements
}

// Provision sets the entitlements of a purchasing organisation for our listing. It may be repeated.
func (c *Client) Provision(ctx context.Context, listing, purchaser string, entitlements Entitlements) (Provision, error) {
	document, err := json.Marshal(entitlements)
	if err != nil {
		return Provision{}, err
	}
	var provision Provision
	err = c.call(ctx, c.SharingURL+"/content/listings/"+url.PathEscape(listing)+"/provisionOrgEntitlements",
		url.Values{"purchaserOrgId": {purchaser}, "orgEntitlements": {string(document)}}, &provision)
	return provision, err
}

// Upcoming is a part of the portal's licence that will take effect.
type Upcoming struct {
	ID      string
	Members int
	From    time.Time
}

// Upcoming returns the future parts of the portal's licence; nil if there are none.
func (c *Client) Upcoming(ctx context.Context) ([]Upcoming, error) {
	type entry struct {
		ID                       string
		MaximumRegisteredMembers int
		StartDate                int64
	}
	var reply struct{ UserTypes, AppBundles, Apps, Extensions []entry }
	if err := c.call(ctx, c.PortalAdminURL+"/license/getFutureLicense", nil, &reply); err != nil {
		return nil, err
	}
	var upcoming []Upcoming
	for _, e := range slices.Concat(reply.UserTypes, reply.AppBundles, reply.Apps, reply.Extensions) {
		// The other parts are listed too, with 0 members and the expiration date of the licence.
		if e.MaximumRegisteredMembers > 0 {
			upcoming = append(upcoming, Upcoming{e.ID, e.MaximumRegisteredMembers, time.UnixMilli(e.StartDate).UTC()})
		}
	}
	return upcoming, nil
}
