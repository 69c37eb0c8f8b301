// Package openapi is the contract: which operations the portal has, what a request to one of them may carry, and what a reply may look like.
//
// The contract is written once, in portal.yaml (the portal's operations) and control.yaml (the control API), both OpenAPI 3.0.3.
// A request is checked against it on every call, a reply is proven against it before it leaves:
//
//	route := openapi.Portal().Routes()[0]
//	params, violations := route.Check([]openapi.Value{
//		{In: "form", Name: "purchaserOrgID", Text: "sWwd06TnJR4lHopc"},
//	})
//	for _, v := range violations {
//		fmt.Println(v.Name, v.Message, v.Hint)
//	}
//	err := route.Operation.Prove(`{"itemId":"…"}`)
//
// The package reads no files and no network beside the two embedded documents, knows neither HTTP nor the state of a portal,
// and is the only one that imports kin-openapi, none of whose types it exports.
package openapi
