package mock_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// Await waits for what the code under test does in the background, without sleeping.
func ExampleSandbox_Await() {
	t := new(testing.T) // the test's own, which also closes the portal
	portal := mock.NewServer(t)
	defer portal.Close()

	go func() {
		_, _ = ReadLicense(portal.Client(), portal.PortalAdminURL("license/getFutureLicense?f=json&token="+portal.Token("admin")))
	}()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	calls := portal.Await(ctx, mock.GetFutureLicense, 1)
	license, err := calls[0].FutureLicense()
	fmt.Println(calls[0].Member, license.UserTypes[0].ID, err)
	// Output: admin GISProfessionalAdvUT <nil>
}
