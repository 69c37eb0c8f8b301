package mock_test

import (
	"fmt"
	"io"
	"log"
	"net/url"
	"testing"
	"testing/fstest"

	"github.com/mockportal/mockportal/mock"
)

// In a test the pack is a folder that the team shares: os.DirFS("testdata/pack"), or an embed.FS.
var pack = fstest.MapFS{
	// A scenario of the team's own: a seller who is no administrator.
	"scenarios/seller.yaml": {Data: []byte(`
format: 1
summary: The seller may provision, and is no administrator.
extends: trial
world:
  members:
    admin: { role: org_user, privileges: ["marketplace:admin:purchase"] }
`)},
	// An error text that was assumed here, and that the team has seen.
	"fixtures/errors/sharing/parameters-invalid.json": {
		Data: []byte(`{"error":{"code":400,"messageCode":"GWM_0007","message":"Invalid request","details":[]}}`),
	},
	"fixtures/evidence.yaml": {Data: []byte(`
errors/sharing/parameters-invalid: { level: observed, source: our log of the nightly run }
`)},
}

func ExampleWithPack() {
	t := new(testing.T) // the test's own, which also closes the portal
	portal := mock.NewServer(t, mock.WithPack(pack), mock.WithScenario("seller"), mock.AllowViolations())
	defer portal.Close()

	resp, err := portal.Client().PostForm(
		portal.SharingURL("content/listings", mock.ItemID, "provisionOrgEntitlements"),
		url.Values{
			"f": {"json"}, "token": {portal.Token("admin")}, "purchaserOrgID": {mock.PurchaserOrgID},
			"orgEntitlements": {`{"maxUsers":1,"entitlements":{}}`},
		},
	)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", body)
	for _, violation := range portal.Calls()[0].Violations {
		fmt.Println(violation)
	}
	// Output:
	// {"error":{"code":400,"messageCode":"GWM_0007","message":"Invalid request","details":["'purchaserOrgId' must be specified."]}}
	// form purchaserOrgId: must be specified ("purchaserOrgID" was sent; names are case sensitive)
	// form purchaserOrgID: is not in the contract (did you mean "purchaserOrgId"?)
}
