package mock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// License is one entry of a future licence.
type License struct {
	ID                       string
	MaximumRegisteredMembers int
	StartDate                int64
}

// FutureUserTypes is the code under test: it asks which user types a future licence will bring.
func FutureUserTypes(client *http.Client, portalAdminURL, token string) ([]License, error) {
	request, err := http.NewRequest(http.MethodGet, portalAdminURL+"/license/getFutureLicense?f=json", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var reply struct {
		UserTypes []License
		Error     *struct{ Message string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil {
		return nil, err
	}
	if reply.Error != nil {
		return nil, fmt.Errorf("future licence: %s", reply.Error.Message)
	}
	var future []License
	for _, userType := range reply.UserTypes {
		if userType.MaximumRegisteredMembers > 0 {
			future = append(future, userType)
		}
	}
	return future, nil
}

func Example_license() {
	t := new(testing.T) // the test's own, which also closes the portals
	for _, scenario := range []string{"future-entitlements", "no-future-entitlements", "missing-privilege"} {
		portal := mock.NewServer(t, mock.WithScenario(scenario))
		defer portal.Close()

		future, err := FutureUserTypes(portal.Client(), portal.PortalAdminURL(), portal.Token("admin"))
		fmt.Println(scenario, len(future), err)
		for _, userType := range future {
			fmt.Println(userType.ID, time.UnixMilli(userType.StartDate).UTC().Format(time.DateOnly))
		}
	}
	// Output:
	// future-entitlements 1 <nil>
	// creatorUT 2020-07-01
	// no-future-entitlements 0 <nil>
	// missing-privilege 0 future licence: You are not authorized to access this resource
}
