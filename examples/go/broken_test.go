package provision_test

import (
	"testing"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// What is lost on the way is an error, never half a reply, and the client does not by itself provision again.
func TestBrokenAnswer(t *testing.T) {
	t.Parallel()
	server := mock.NewServer(t)
	for name, answer := range map[string]string{
		"reset":     `fault: { kind: reset }`,
		"empty":     `fault: { kind: empty }`,
		"truncated": `fault: { kind: truncate, fraction: 0.9 }`,
		"a proxy's": `fault: { kind: html, status: 503 }`,
		"no reply":  `reply: { status: 200, body: "", offSpec: true }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			portal := server.Sandbox(t, "trial")
			portal.AddRules(`{ when: { operation: provisionOrgEntitlements }, times: 1, ` + answer + ` }`)
			client := newClient(portal)
			got, err := client.Provision(t.Context(), listing, purchaser, tenUsers)
			if err == nil {
				t.Errorf("want an error, got %+v", got)
			}
			if calls := portal.Calls(mock.ProvisionOrgEntitlements); len(calls) != 1 {
				t.Errorf("want one call, got %+v", calls)
			}

			// The portal may have provisioned before the answer was lost: the same again must do.
			if _, err := client.Provision(t.Context(), listing, purchaser, tenUsers); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPortalUnavailable(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("portal-unavailable")).Portal.Sandbox
	_, err := newClient(portal).Provision(t.Context(), listing, purchaser, tenUsers)
	if want := "sign in as admin: portal: HTTP 503 Service Unavailable"; err == nil || err.Error() != want {
		t.Errorf("want %q, got %v", want, err)
	}
	wantOutcomes(t, portal, "generateToken", journal.Fault)
}
