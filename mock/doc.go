// Package mock is a fake ArcGIS portal for tests, in the spirit of net/http/httptest.
//
// It answers provisionOrgEntitlements and getFutureLicense, and the sign-in and discovery that clients do before them, out of a scenario:
// a small world whose state the calls change. A client under test needs nothing but the address and a token:
//
//	portal := mock.NewServer(t, mock.WithScenario("trial"))
//	form := url.Values{
//		"f": {"json"}, "token": {portal.Token("admin")}, "purchaserOrgId": {"sWwd06TnJR4lHopc"},
//		"orgEntitlements": {`{"maxUsers":10,"entitlements":{"standard":{"num":8}}}`},
//	}
//	resp, err := portal.Client().PostForm(portal.SharingURL("content/listings", item, "provisionOrgEntitlements"), form)
//	calls := portal.Calls(mock.ProvisionOrgEntitlements)
//	portal.Verify(t, mock.Expect(mock.ProvisionOrgEntitlements).Param("orgEntitlements", map[string]any{"maxUsers": 10}).Exactly(1))
//
// Verify explains what is unmet by the calls that come closest; Await blocks until calls have come, so that no test needs to sleep.
// NewServer fails the test when a call violated the contract (a misspelt or a repeated parameter, a number written as text), though the
// portal answered it. New is for everything that is not a test: it returns the handler and an error.
//
// Not modelled: other operations of the portal, delivery of licences, what happens inside the purchasing organisation.
package mock
