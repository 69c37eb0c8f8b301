// Package openapi holds the two contracts as documents, and the words of theirs that a test meets.
//
// portal.yaml describes the portal's operations, control.yaml the control API; both are OpenAPI 3.0.3. The server checks every request
// against them and proves every reply before it leaves. A call in the journal carries what the check found:
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
