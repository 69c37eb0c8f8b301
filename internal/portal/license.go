package portal

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/openapi"
)

// license is a future licence as the fixture has it: an entry with a count takes effect at its date, one without carries the expiration.
type license struct {
	futureLicense
	expiration int64 // milliseconds since 1970
	evidence   openapi.Level
}

// futureLicense is the documented object, its members in the documented order.
type futureLicense struct {
	UserTypes          []licenseEntry    `json:"userTypes"`
	AppBundles         []licenseEntry    `json:"appBundles"`
	Apps               []licenseEntry    `json:"apps"`
	Extensions         []licenseEntry    `json:"extensions"`
	PortalCapabilities []json.RawMessage `json:"portalCapabilities"`
}

type licenseEntry struct {
	ID                       string `json:"id"`
	ItemID                   string `json:"itemId,omitempty"` // user types have none
	MaximumRegisteredMembers int64  `json:"maximumRegisteredMembers"`
	StartDate                int64  `json:"startDate"`
}

func newLicense(document scenario.License, shift time.Duration) (*license, error) {
	l := &license{expiration: document.Expiration.UnixMilli(), evidence: document.Evidence}
	if err := json.Unmarshal(document.Body, &l.futureLicense); err != nil {
		return nil, err
	}
	return l.shifted(shift), nil
}

func (l *license) shifted(by time.Duration) *license {
	moved := *l
	moved.expiration += by.Milliseconds()
	for _, list := range moved.lists() {
		*list = slices.Clone(*list)
		for i := range *list {
			(*list)[i].StartDate += by.Milliseconds()
		}
	}
	return &moved
}

func (l *futureLicense) lists() []*[]licenseEntry {
	return []*[]licenseEntry{&l.UserTypes, &l.AppBundles, &l.Apps, &l.Extensions}
}

// at returns the reply at an instant: an entry that has taken effect is no longer future, so it answers 0 and the expiration.
func (l *license) at(now time.Time) futureLicense {
	reply := l.futureLicense
	for _, list := range reply.lists() {
		entries := make([]licenseEntry, len(*list))
		for i, entry := range *list {
			if entry.MaximumRegisteredMembers == 0 || entry.StartDate <= now.UnixMilli() {
				entry.MaximumRegisteredMembers, entry.StartDate = 0, l.expiration
			}
			entries[i] = entry
		}
		*list = entries
	}
	return reply
}

// boundaries returns the dates of effect. The expiration is none: after it nothing changes (assumed).
func (l *license) boundaries() []time.Time {
	var all []time.Time
	for _, list := range l.lists() {
		for _, entry := range *list {
			if entry.MaximumRegisteredMembers > 0 {
				all = append(all, time.UnixMilli(entry.StartDate))
			}
		}
	}
	return all
}

// FutureLicense returns which user types, app bundles, apps and extensions a future licence will bring, and when.
// A world without a licence has none of them.
func (w World) FutureLicense(now time.Time) Reply {
	if w.license == nil {
		none := []licenseEntry{}
		return Reply{Value: futureLicense{none, none, none, none, []json.RawMessage{}}, Evidence: openapi.Assumed, Keep: true}
	}
	return Reply{Value: w.license.at(now), Evidence: w.license.evidence, Keep: true}
}
