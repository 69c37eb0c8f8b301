// Package sandbox is one isolated portal inside a server, and the set of them: it owns the scenario, the world, the clock, the rules, the seed
// and the journal.
//
// Whoever has a call to answer takes a turn; nobody else sees the world or the journal in between, so what is decided, applied and
// recorded in a turn is one step:
//
//	box, err := sandbox.New(sandbox.Options{ID: "default", Scenario: scenario, Wall: time.Now})
//	box.Turn(func(t *sandbox.Turn) {
//		world, reply, problem := t.World().Provision(t.Now, caller, request)
//		t.Become(world)
//	})
//
// The package knows neither HTTP nor the contract, and never reads the wall clock but through Options.Wall.
package sandbox
