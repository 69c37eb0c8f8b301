package scenario

import "github.com/mockportal/mockportal/openapi"

// Evidence returns what the scenario's documents rest on: the weakest level among its provisions and its licence.
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
