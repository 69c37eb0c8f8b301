package scenario

import "github.com/mockportal/mockportal/internal/scenario/tree"

// Keys lists every key that the decoder asks for.
func Keys() []tree.Key {
	return tree.Keys(func(f tree.Field) {
		d := decoder{surroundings: BuiltIn().surroundings}
		d.scenario(f)
	})
}
