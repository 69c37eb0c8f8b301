// Package openapi holds the two contracts as documents, and the few types of them that tests use.
//
// portal.yaml describes the portal's operations, control.yaml the control API. Both are OpenAPI 3.0.3. The server checks
// every request against them and proves every reply before it leaves. A call in the journal has its violations:
//
//	for _, call := range portal.Calls(mock.ProvisionOrgEntitlements) {
//		for _, violation := range call.Violations {
//			if violation.Kind == openapi.Unknown {
//				fmt.Println(violation.Name, violation.Hint)
//			}
//		}
//	}
//
// The package only holds the documents. It does not read them.
package openapi
