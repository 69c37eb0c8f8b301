package journal

import (
	"encoding/json"
	"errors"
	"fmt"
)

var (
	// ErrNotThat is wrapped by the error of reading a call as another operation, or what it did not send.
	ErrNotThat = errors.New("the call has no such thing")
	// ErrClosed ends waiting for calls: the journal was closed, as it is with its portal or sandbox.
	ErrClosed = errors.New("the journal is closed")
)

// Provision is what a call of provisionOrgEntitlements sent.
type Provision struct {
	ItemID         string          // of the listing
	PurchaserOrgID string          // the purchasing organisation
	Entitlements   OrgEntitlements // the new set, as a whole
}

// OrgEntitlements is a set of entitlements. Source:
// https://developers.arcgis.com/rest/users-groups-and-items/provision-user-entitlements/
type OrgEntitlements struct {
	MaxUsers     int                    `json:"maxUsers"`
	Entitlements map[string]Entitlement `json:"entitlements"` // by name
}

// Entitlement is how many users get one.
type Entitlement struct {
	Num int `json:"num"`
}

// Provision returns what the call sent, whether the portal took it or not; members that the contract does not know are
// left out. The error wraps ErrNotThat for a call of another operation, and says what cannot be read in one that
// violated the contract.
func (c *Call) Provision() (Provision, error) {
	if c.Operation != "provisionOrgEntitlements" {
		return Provision{}, c.notThat("what provisionOrgEntitlements sends")
	}
	p := Provision{}
	p.ItemID, _ = c.first("itemId").(string)
	p.PurchaserOrgID, _ = c.first("purchaserOrgId").(string)
	sent := c.first("orgEntitlements")
	if sent == nil {
		return p, fmt.Errorf("%w: call %d came without orgEntitlements", ErrNotThat, c.Number)
	}
	if err := decodeInto(sent, &p.Entitlements); err != nil {
		return p, fmt.Errorf("call %d: orgEntitlements: %w", c.Number, err)
	}
	return p, nil
}

// FutureLicense is what getFutureLicense answers. Source:
// https://developers.arcgis.com/rest/enterprise-administration/portal/get-future-license/
type FutureLicense struct {
	UserTypes          []LicensePart `json:"userTypes"`
	AppBundles         []LicensePart `json:"appBundles"`
	Apps               []LicensePart `json:"apps"`
	Extensions         []LicensePart `json:"extensions"`
	PortalCapabilities []LicensePart `json:"portalCapabilities"`
}

// LicensePart is one part of a licence.
type LicensePart struct {
	ID                       string `json:"id"`
	ItemID                   string `json:"itemId"`                   // "" for user types
	MaximumRegisteredMembers int    `json:"maximumRegisteredMembers"` // 0: none to come
	StartDate                int64  `json:"startDate"`                // ms since 1970: when it takes effect, or ends if the count is 0
}

// FutureLicense returns what the call was answered. The error wraps ErrNotThat for a call of another operation, and for
// one that was refused.
func (c *Call) FutureLicense() (FutureLicense, error) {
	var license FutureLicense
	if c.Operation != "getFutureLicense" || c.Outcome != OK {
		return license, c.notThat("what getFutureLicense answers")
	}
	if err := decodeInto(c.Reply, &license); err != nil {
		return license, fmt.Errorf("call %d: the reply: %w", c.Number, err)
	}
	return license, nil
}

func (c *Call) notThat(what string) error {
	return fmt.Errorf("%w: call %d is %s, %s, and not %s", ErrNotThat, c.Number, c.asked(), c.ended(), what)
}

// decodeInto reads a decoded value as a Go value.
func decodeInto(value, into any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
