package portal

// The parts of a provision, for the test of its renderer.
type (
	Provision       = provision
	OrgEntitlements = orgEntitlements
)

// Forgetful returns the same world, which has opened no token yet.
func (w World) Forgetful() World { return w.WithSuffix(w.suffix) }
