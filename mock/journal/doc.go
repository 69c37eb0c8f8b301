// Package journal is the bounded record of what a portal was asked and how it answered.
//
// A test reads it through package mock, a program over the control API; both see the same calls:
//
//	for _, call := range portal.Calls(mock.ProvisionOrgEntitlements) {
//		fmt.Println(call.Number, call.Outcome, call.Params["purchaserOrgId"], call.Violations)
//	}
//
// Wait and Verify block until the calls have come that are asked for, and a Verdict says which expectations are unmet, and which calls come closest
// to what they ask. Coverage counts what of the contract calls have exercised. A Tail reads a journal as it grows.
//
// The record is bounded by entries and by bytes; when it is full the oldest calls are dropped, and every page says how many.
// It holds no token and no password: they are masked before a call can be read. Not recorded: headers, and bodies as they were sent.
package journal
