package openapi

import "slices"

// Level says how well a fact about the portal is known.
type Level string

// The levels of evidence, from the strongest to the weakest.
const (
	Documented Level = "documented" // Esri's documentation says so
	Observed   Level = "observed"   // a public client, issue or forum post shows it
	Assumed    Level = "assumed"    // chosen here, because nothing was found
)

// Weaker returns the weaker of two levels. An unknown level, such as "", counts as the strongest.
func (l Level) Weaker(other Level) Level {
	if other.rank() > l.rank() {
		return other
	}
	return l
}

// Valid reports whether the level is one of the three constants.
func (l Level) Valid() bool { return l.rank() >= 0 }

func (l Level) rank() int { return slices.Index([]Level{Documented, Observed, Assumed}, l) }

// Evidence says how well a reply, a fixture or a text is known to be the portal's.
type Evidence struct {
	Level  Level  `json:"level"`
	Source string `json:"source"` // where the fact was found; "none" for an assumption
	Note   string `json:"note"`   // may be empty
}
