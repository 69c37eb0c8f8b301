package openapi

// Kind groups operations: licensing operations are what mockportal is for, support operations let clients reach them.
type Kind string

// The kinds of operations.
const (
	Licensing Kind = "licensing"
	Support   Kind = "support"
)
