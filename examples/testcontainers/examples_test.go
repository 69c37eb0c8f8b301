package mockportal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"

	"github.com/testcontainers/testcontainers-go"

	mockportal "github.com/mockportal/mockportal/examples/testcontainers"
)

func ExampleRun() {
	// runMockportal {
	ctx := context.Background()

	portal, err := mockportal.Run(ctx, image)
	defer func() {
		if err := testcontainers.TerminateContainer(portal); err != nil {
			log.Printf("failed to terminate container: %s", err)
		}
	}()
	if err != nil {
		log.Printf("failed to start container: %s", err)
		return
	}
	// }

	state, err := portal.State(ctx)
	if err != nil {
		log.Printf("failed to get container state: %s", err)
		return
	}

	fmt.Println(state.Running)

	// Output:
	// true
}

func ExampleRun_provision() {
	ctx := context.Background()

	portal, err := mockportal.Run(ctx, image, mockportal.WithScenario("trial"), mockportal.WithStrict())
	defer func() {
		if err := testcontainers.TerminateContainer(portal); err != nil {
			log.Printf("failed to terminate container: %s", err)
		}
	}()
	if err != nil {
		log.Printf("failed to start container: %s", err)
		return
	}

	// runProvision {
	sharingURL, err := portal.SharingURL(ctx)
	if err != nil {
		log.Printf("failed to get sharing URL: %s", err)
		return
	}
	token, err := portal.Token(ctx, "admin")
	if err != nil {
		log.Printf("failed to get token: %s", err)
		return
	}

	resp, err := http.PostForm(sharingURL+"/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements", url.Values{
		"f": {"json"}, "token": {token}, "purchaserOrgId": {"sWwd06TnJR4lHopc"},
		"orgEntitlements": {`{"maxUsers":10,"entitlements":{"standard":{"num":8}}}`},
	})
	if err != nil {
		log.Printf("failed to provision: %s", err)
		return
	}
	defer resp.Body.Close()

	var provision struct {
		PurchaserUsername string
		OrgEntitlements   struct{ MaxUsers int }
	}
	if err := json.NewDecoder(resp.Body).Decode(&provision); err != nil {
		log.Printf("failed to read the reply: %s", err)
		return
	}
	fmt.Println(provision.PurchaserUsername, provision.OrgEntitlements.MaxUsers)
	// }

	// Output:
	// jsmith 10
}

func ExampleRun_pack() {
	ctx := context.Background()

	// runPack {
	portal, err := mockportal.Run(ctx, image,
		mockportal.WithPack("testdata/pack"),
		mockportal.WithScenario("acme"),
		mockportal.WithClock("wall"),
	)
	// }
	defer func() {
		if err := testcontainers.TerminateContainer(portal); err != nil {
			log.Printf("failed to terminate container: %s", err)
		}
	}()
	if err != nil {
		log.Printf("failed to start container: %s", err)
		return
	}

	controlURL, err := portal.ControlURL(ctx)
	if err != nil {
		log.Printf("failed to get control URL: %s", err)
		return
	}
	resp, err := http.Get(controlURL + "/sandboxes/default")
	if err != nil {
		log.Printf("failed to look at the sandbox: %s", err)
		return
	}
	defer resp.Body.Close()
	var sandbox struct{ Scenario string }
	if err := json.NewDecoder(resp.Body).Decode(&sandbox); err != nil {
		log.Printf("failed to read the reply: %s", err)
		return
	}
	fmt.Println(sandbox.Scenario)

	// Output:
	// acme
}
