package scenarios

import "embed"

// Documents holds every built-in scenario.
//
//go:embed *.yaml
var Documents embed.FS
