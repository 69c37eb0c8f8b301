package openapi

// Kind tells the two operations that mockportal exists for from those that clients need to reach them.
type Kind string

// The kinds of operations.
const (
	Licensing Kind = "licensing"
	Support   Kind = "support"
)
