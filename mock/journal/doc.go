// Package journal has the types in which a portal says what it was asked, how it answered, and whether that is what a
// test expects.
//
// A test reads them through package mock, a program over the control API; both see the same calls:
//
//	for _, call := range portal.Calls(mock.ProvisionOrgEntitlements) {
//		fmt.Println(call.Number, call.Outcome, call.Params["purchaserOrgId"], call.Violations)
//	}
//
// A [Verdict] says which expectations are unmet, and which calls come closest to them. A [CoverageReport] says what of
// the contract the calls have exercised. The journal is bounded by entries and by bytes; when it is full it drops the
// oldest calls, and every [Page] says how many.
//
// No call shows a token or a password: the portal masks them before it keeps a call. The journal keeps no headers,
// apart from the one that carried the token, and of bodies only what was read, or should have been a form.
package journal
