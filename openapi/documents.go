package openapi

import "embed"

// Documents holds portal.yaml, the contract of the portal's operations, and control.yaml, the contract of the control
// API. Both are OpenAPI 3.0.3. They are embedded packed, and as internal/contract has compiled them in advance.
//
//go:embed *.yaml.gz *.compiled.json
var Documents embed.FS
