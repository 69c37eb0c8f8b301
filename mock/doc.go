// Package mock is a fake ArcGIS portal for tests, in the spirit of net/http/httptest.
//
// It answers provisionOrgEntitlements and getFutureLicense, and the sign-in and discovery that clients do before them, from a scenario:
// a small world that the calls change. A client under test needs an address and a token:
//
//	portal := mock.NewServer(t, mock.WithScenario("trial"))
//	form := url.Values{
//		"f": {"json"}, "token": {portal.Token("admin")}, "purchaserOrgId": {mock.PurchaserOrgID},
//		"orgEntitlements": {`{"maxUsers":10,"entitlements":{"standard":{"num":8}}}`},
//	}
//	resp, err := portal.Client().PostForm(portal.SharingURL("content/listings", mock.ItemID, "provisionOrgEntitlements"), form)
//	calls := portal.Calls(mock.ProvisionOrgEntitlements)
//	portal.Verify(t, mock.Expect(mock.ProvisionOrgEntitlements).Param("orgEntitlements", map[string]any{"maxUsers": 10}).Exactly(1))
//
// Verify explains unmet expectations by the calls that come closest. Await blocks until calls have come, so that no test needs to sleep.
// [NewServer] fails the test when a call violates the contract, for example by a misspelt or repeated parameter, or a number written as
// text;
// the portal answers such a call all the same. What goes wrong in a call of a [Server] or [Sandbox] fails its test, too.
//
// [New] is for programs: it makes a [Portal], an http.Handler whose methods return errors.
//
// It does not model other operations of the portal, the delivery of licences, or what happens inside the purchasing organisation.
package mock
