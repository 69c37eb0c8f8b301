package portal

import (
	"encoding/json"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/openapi"
)

// license is a future licence as the fixture has it. An entry with a count above 0 takes effect at its date; the date of an
// entry with a count of 0 is the expiration.
type license struct {
	futureLicense
	expiration int64 // milliseconds since 1970
	evidence   openapi.Level
}

// futureLicense is the documented object, with its members in the documented order.
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

func newLicense(document scenario.License) (*license, error) {
	l := &license{expiration: document.Expiration.UnixMilli(), evidence: document.Evidence}
	return l, json.Unmarshal(document.Body, &l.futureLicense)
}

func (l *futureLicense) lists() []*[]licenseEntry {
	return []*[]licenseEntry{&l.UserTypes, &l.AppBundles, &l.Apps, &l.Extensions}
}

// at returns the reply at an instant of the scenario's clock, with its dates moved by shift. An entry that has taken effect is
// no longer future: its count is 0 and its date is the expiration.
func (l *license) at(now time.Time, shift time.Duration) futureLicense {
	reply := l.futureLicense
	for _, list := range reply.lists() {
		entries := make([]licenseEntry, len(*list))
		for i, entry := range *list {
			if entry.MaximumRegisteredMembers == 0 || entry.StartDate <= now.UnixMilli() {
				entry.MaximumRegisteredMembers, entry.StartDate = 0, l.expiration
			}
			entry.StartDate += shift.Milliseconds()
			entries[i] = entry
		}
		*list = entries
	}
	return reply
}

// boundaries returns the dates of effect. The expiration is not among them: after it nothing changes (assumed).
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
// All lists are empty in a world without a licence.
func (w World) FutureLicense(now time.Time) Reply {
	if w.license == nil {
		none := []licenseEntry{}
		return Reply{Value: futureLicense{none, none, none, none, []json.RawMessage{}}, Evidence: openapi.Assumed, Keep: true}
	}
	return Reply{Value: w.license.at(w.scenarioTime(now), w.shift), Evidence: w.license.evidence, Keep: true}
}
