package openapi

import "embed"

// Documents holds portal.yaml, the contract of the portal's operations, and control.yaml, the contract of the control
// API. Both are OpenAPI 3.0.3.
//
//go:embed portal.yaml control.yaml portal.compiled.json control.compiled.json
var Documents embed.FS
