// Package portal is the domain: what a portal knows and how it answers. It knows neither HTTP nor a clock.
//
// A [World] is an immutable value. An operation takes the time and the caller. It returns the new world and a reply, or a problem:
//
//	world, err := portal.NewWorld(trial, 0)
//	caller, ok := world.Identify("admin-token", "", now)
//	world, reply, problem := world.Provision(now, caller, portal.ProvisionRequest{…})
//
// So a snapshot is a copy of a variable, and two sandboxes cannot affect each other.
// The package does not check requests against the contract, renders nothing, and holds no error texts: a problem names a fixture.
package portal
