// Package portal is the domain: what a portal knows and how it answers, without HTTP and without a clock of its own.
//
// A World is an immutable value. An operation takes the time and the caller, and returns the world after it, a reply, or a problem:
//
//	world, err := portal.NewWorld(scenario, 0)
//	caller, ok := world.Identify("admin-token", "", now)
//	world, reply, problem := world.Provision(now, caller, portal.ProvisionRequest{…})
//
// So a snapshot is a copy of a variable, and what two sandboxes do can never meet.
// The package does not check requests against the contract, renders nothing and knows no error texts: a problem names a fixture.
package portal
