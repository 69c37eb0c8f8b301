// Package contract checks requests and replies against an OpenAPI document. The document also says which operations
// exist, and who may call them.
//
// [BuiltIn] is the contract of the portal's operations, [Control] that of the control API. Every request is checked,
// and every reply is proven before it leaves:
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
// The package reads no file and no network address. It knows neither HTTP nor the state of a portal. It is the only
// package that imports kin-openapi, and it exports none of its types.
package contract
