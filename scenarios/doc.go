// Package scenarios reads the files that say how a portal starts: who its members are, what is listed, provisioned and licensed, what the
// clock shows, which calls are answered otherwise, and which calls should come. README.md is the reference of the format.
//
//	library, err := scenarios.Open(scenarios.Pack{Name: "testdata/pack", FS: os.DirFS("testdata/pack")})
//	if err != nil {
//		return err // every fault of every file, with line and column
//	}
//	scenario, err := library.Scenario("trial")
//	if err != nil {
//		return err // no scenario "trail" (did you mean "trial"?)
//	}
//	fmt.Println(scenario.Summary, scenario.World.Members["admin"].Role)
//
// It checks all that can be known without playing: keys, names, fixtures, the shape of every body, rules that can never come to their
// turn. It does not play a scenario, keeps no state, and reads nothing but the file systems that it is given.
package scenarios
