// Package sandbox holds the isolated portals of a server. A [Sandbox] owns its scenario, world, clock, rules, seed and journal;
// a [Set] holds the sandboxes of one server.
//
// A call is answered in a [Turn]. Only one turn runs at a time, so that a call is decided, applied and recorded in one step:
//
//	box, err := sandbox.New(sandbox.Options{ID: "default", Scenario: trial, Wall: time.Now})
//	box.Turn(func(t *sandbox.Turn) {
//		world, reply, problem := t.World().Provision(t.Now, caller, request)
//		t.Become(world)
//	})
//
// The package knows neither HTTP nor the contract. It reads the wall clock only through Options.Wall.
package sandbox
