package openapi

// Level says how well a fact about the portal is known.
type Level string

// The levels of evidence, from the strongest to the weakest.
const (
	Documented Level = "documented" // Esri's documentation says so
	Observed   Level = "observed"   // a public client, issue or forum post shows it
	Assumed    Level = "assumed"    // chosen here, because nothing was found
)

// Weaker returns the weaker of two levels. A level that is none of the three, such as the empty one, counts as the strongest.
func (l Level) Weaker(other Level) Level {
	if other.rank() > l.rank() {
		return other
	}
	return l
}

// Valid reports whether the level is one of the three.
func (l Level) Valid() bool { return l.rank() > 0 }

func (l Level) rank() int {
	switch l {
	case Documented:
		return 1
	case Observed:
		return 2
	case Assumed:
		return 3
	}
	return 0
}

// Evidence is what a reply, a fixture or a text rests on.
type Evidence struct {
	Level  Level  `json:"level"`
	Source string `json:"source"` // where the fact stands; "none" when it was chosen
	Note   string `json:"note"`   // may be empty
}
