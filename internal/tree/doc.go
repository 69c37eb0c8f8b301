// Package tree reads the documents of a folder into values that know their position in the file. It merges such values, and lets a
// decoder walk them while it collects every mistake.
//
//	root, mistakes := tree.Parse("scenarios/trial.yaml", source)
//	object := root.Field("the scenario", &mistakes).Object()
//	summary := object.Key("summary").Text()
//	object.Close() // reports the keys that the decoder does not know
//
// The package knows nothing about scenarios. It reads only what YAML and JSON have in common: no anchors, aliases, tags, merge keys
// or second documents. A [Value] is immutable, so trees share their branches.
package tree
