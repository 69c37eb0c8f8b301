package portal

// The parts of a provision, for the test of its renderer.
type (
	Provision       = provision
	OrgEntitlements = orgEntitlements
)
