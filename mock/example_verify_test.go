package mock_test

import (
	"fmt"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// printed is a test whose failures are printed, to show them. Yours is the *testing.T that it embeds.
type printed struct{ *testing.T }

func (printed) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// Verify says in what the nearest call differs from the one that should have come.
func ExampleSandbox_Verify() {
	t := printed{new(testing.T)} // the test's own, which also closes the portal
	portal := mock.NewServer(t)
	defer portal.Close()

	_, _ = ReadLicense(portal.Client(), portal.PortalAdminURL("license/getFutureLicense?f=json&token="+portal.Token("viewer")))

	met := portal.Verify(t,
		mock.Expect(mock.GetFutureLicense).Member("admin").AtLeast(1),
		mock.Expect(mock.ProvisionOrgEntitlements).Exactly(0),
	)
	fmt.Println(met)
	// Output:
	// mock: sandbox "default" (scenario "trial", seed 0): 1 of 2 expectations are unmet
	// expectation 1: AtLeast(1) call of getFutureLicense by admin; none came
	//     call 1: GET /portal/portaladmin/license/getFutureLicense by viewer, error 403
	//         /member: expected "admin", got "viewer"
	// false
}
