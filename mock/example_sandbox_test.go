package mock_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// One server serves many tests at once: each has a sandbox of its own, with a scenario and a clock that nobody else moves.
// Seller is the code under test, from the example above.
func ExampleServer_Sandbox() {
	t := new(testing.T) // of each test its own, which also deletes the sandbox
	server := mock.NewServer(t)
	defer server.Close()

	trial := server.Sandbox(t, "trial")
	seller := Seller{trial.Client(), trial.SharingURL(), trial.Token("admin")}
	fmt.Println(seller.Provision(mock.ItemID, mock.PurchaserOrgID, 5))
	trial.Clock().Advance(30 * 24 * time.Hour)
	fmt.Println(seller.Provision(mock.ItemID, mock.PurchaserOrgID, 6))

	purchased := server.Sandbox(t, "purchased")
	seller = Seller{purchased.Client(), purchased.SharingURL(), purchased.Token("admin")}
	fmt.Println(seller.Provision(mock.ItemID, mock.PurchaserOrgID, 7))

	for _, box := range []*mock.Sandbox{trial, purchased} {
		for _, call := range box.Calls() {
			fmt.Println(call.Sandbox, call.Number, call.PortalTime.Format(time.DateOnly), call.Outcome)
		}
	}
	// Output:
	// 1471798116000 <nil>
	// 0 provision 6489da7f08f045ac8c0a5b1de37d56fe: item not provisioned
	// -1 <nil>
	// s1 1 2016-07-22 ok
	// s1 2 2016-08-21 error
	// s2 1 2016-07-22 ok
}
