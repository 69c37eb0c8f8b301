package mock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// Seller is the code under test: it gives a purchasing organisation its users.
type Seller struct {
	Client     *http.Client
	SharingURL string
	Token      string
}

// Provision allows so many users to have the listing, and returns when that ends, in milliseconds since 1970.
func (s Seller) Provision(item, purchaser string, users int) (endDate int64, err error) {
	resp, err := s.Client.PostForm(s.SharingURL+"/content/listings/"+item+"/provisionOrgEntitlements", url.Values{
		"f": {"json"}, "token": {s.Token}, "purchaserOrgId": {purchaser},
		"orgEntitlements": {fmt.Sprintf(`{"maxUsers":%d,"entitlements":{%q:{"num":%d}}}`, users, item, users)},
	})
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	var reply struct {
		EndDate int64
		Error   *struct{ Message string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil {
		return 0, err
	}
	if reply.Error != nil {
		return 0, fmt.Errorf("provision %s: %s", item, reply.Error.Message)
	}
	return reply.EndDate, nil
}

func Example_provision() {
	t := new(testing.T) // the test's own, which also closes the portal
	portal := mock.NewServer(t, mock.WithScenario("trial"))
	defer portal.Close()

	seller := Seller{portal.Client(), portal.SharingURL(), portal.Token("admin")}
	fmt.Println(seller.Provision(mock.ItemID, mock.PurchaserOrgID, 5))
	fmt.Println(seller.Provision(mock.ItemID, "anotherOrg", 5))
	for _, call := range portal.Calls(mock.ProvisionOrgEntitlements) {
		fmt.Println(call.Number, call.Member, call.Params["purchaserOrgId"], call.Outcome, call.ErrorCode)
	}
	// Output:
	// 1471798116000 <nil>
	// 0 provision 6489da7f08f045ac8c0a5b1de37d56fe: item not provisioned
	// 1 admin sWwd06TnJR4lHopc ok 0
	// 2 admin anotherOrg error 400
}
