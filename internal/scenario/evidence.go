package scenario

import "github.com/mockportal/mockportal/openapi"

// Evidence returns the weakest level of evidence of the scenario's provisions and licence.
func (s *Scenario) Evidence() openapi.Level {
	level := s.World.License.Evidence
	for _, listing := range s.World.Listings {
		for _, provision := range listing.Provisions {
			level = level.Weaker(provision.Evidence)
		}
	}
	if level == "" {
		return openapi.Assumed
	}
	return level
}
