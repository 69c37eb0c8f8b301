// Package scenario reads scenario files: the world at the start, the rules, and the expectations.
//
//	library, err := scenario.Open(scenario.Pack{Name: "testdata/pack", FS: os.DirFS("testdata/pack")})
//	if err != nil {
//		return err // every mistake of every file, with line and column
//	}
//	trial, err := library.Scenario("trial")
//	if err != nil {
//		return err // no scenario "trail" (did you mean "trial"?)
//	}
//	fmt.Println(trial.Summary, trial.World.Members["admin"].Role)
//
// It checks everything that can be checked without playing a scenario: keys, names, fixtures, bodies, and rules that can never
// match. It plays no scenario, keeps no state, and reads only the file systems of the packs.
package scenario
