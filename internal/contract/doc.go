// Package contract is an OpenAPI document at work: which operations exist, what a request may carry, and what a reply may look like.
//
// [BuiltIn] is the contract of the portal's operations, [Control] that of the control API. Every request is checked, and every reply is
// proven before it leaves:
//
//	route := contract.BuiltIn().Routes()[0]
//	params, violations := route.Check([]contract.Value{
//		{In: "form", Name: "purchaserOrgID", Text: "sWwd06TnJR4lHopc"},
//	})
//	for _, v := range violations {
//		fmt.Println(v.Name, v.Message, v.Hint)
//	}
//	err := route.Operation.Prove(`{"itemId":"…"}`)
//
// The package reads no file and no network address, and it knows neither HTTP nor the state of a portal. It is the only package that
// imports kin-openapi, and it exports none of its types.
package contract
