// Package tree reads a document into values that know where they were written, merges such values, and lets a decoder walk them
// while it gathers every fault.
//
//	root, mistakes := tree.Parse("scenarios/trial.yaml", source)
//	reader := tree.NewReader()
//	object := reader.Field("the scenario", root).Object()
//	summary := object.Key("summary").Text()
//	object.Close() // reports the keys that nobody asked for
//	mistakes = append(mistakes, reader.Mistakes()...)
//
// It knows nothing of scenarios. It reads the part of YAML that JSON has: no anchors, aliases, tags, merge keys or second documents.
// A Value is never changed once it is made, so trees share their branches.
package tree
