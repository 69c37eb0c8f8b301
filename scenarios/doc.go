// Package scenarios holds the built-in scenario files, and the JSON schema of the format.
//
// A scenario says how a portal starts: who its members are, what is listed, provisioned and licensed, and what the clock shows. It also
// says which calls get another answer, and which calls should come. A test plays one by its name:
//
//	portal := mock.NewServer(t, mock.WithScenario("trial"))
//
// The package only holds the documents. It does not read them.
package scenarios
