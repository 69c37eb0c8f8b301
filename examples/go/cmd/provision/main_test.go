package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mockportal/mockportal/mock"
)

// A test can start the test binary as the program.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_AS_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// runProgram runs the program as admin of a portal.
func runProgram(t *testing.T, portal *mock.Server, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{portal.SharingURL(), portal.PortalAdminURL()}, args...)...)
	cmd.Env = append(os.Environ(), "TEST_AS_PROGRAM=1", "PORTAL_USERNAME=admin", "PORTAL_PASSWORD="+portal.Password("admin"))
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestProgram(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("future-entitlements"))
	stdout, stderr, code := runProgram(t, portal, mock.ItemID, mock.PurchaserOrgID, "5")
	want := `jsmith has 5 users
creatorUT brings 25 from 2020-07-01
fieldAppsAB brings 10 from 2020-07-01
Insights brings 5 from 2020-07-01
`
	if diff := cmp.Diff(want, stdout); diff != "" || stderr != "" || code != 0 {
		t.Errorf("exit code %d, standard error %q, standard output (-want +got):\n%s", code, stderr, diff)
	}
}

func TestProgramRefused(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("trial-expired"))
	stdout, stderr, code := runProgram(t, portal, mock.ItemID, mock.PurchaserOrgID, "5")
	if want := "provision: portal: item not provisioned (400)\n"; stderr != want || stdout != "" || code != 1 {
		t.Errorf("want exit code 1 and %q, got %d, %q and standard output %q", want, code, stderr, stdout)
	}
}

func TestProgramWrongUse(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t)
	if _, stderr, code := runProgram(
		t, portal, mock.ItemID, mock.PurchaserOrgID, "five",
	); code != 1 || !strings.Contains(stderr, "USERS") {
		t.Errorf("want exit code 1 and a word on USERS, got %d and %q", code, stderr)
	}
	if calls := portal.Calls(); len(calls) > 0 {
		t.Errorf("want no call, got %+v", calls)
	}
}
