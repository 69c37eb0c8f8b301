package provision_test

import (
	"context"
	"errors"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// A broken reply is an error, never a partial result, and the client does not provision again by itself.
func TestBrokenAnswer(t *testing.T) {
	t.Parallel()
	server := mock.NewServer(t)
	for name, answer := range map[string]mock.Rule{
		"reset":     {Fault: mock.Fault{Kind: "reset"}},
		"empty":     {Fault: mock.Fault{Kind: "empty"}},
		"truncated": {Fault: mock.Fault{Kind: "truncate", Fraction: 0.9}},
		"a proxy's": {Fault: mock.Fault{Kind: "html", Status: 503}},
		"no reply":  {Reply: mock.Reply{Status: 200, Body: "", OffSpec: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			portal := server.Sandbox(t, "trial")
			answer.When.Operation, answer.Times = mock.ProvisionOrgEntitlements, 1
			portal.AddRule(answer)
			client := newClient(portal)
			got, err := client.Provision(t.Context(), listing, purchaser, tenUsers)
			if err == nil {
				t.Errorf("want an error, got %+v", got)
			}
			portal.Verify(t, mock.Expect(mock.ProvisionOrgEntitlements).Exactly(1))

			// The portal may have provisioned before the reply was lost, so provisioning again must work.
			if _, err := client.Provision(t.Context(), listing, purchaser, tenUsers); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPortalUnavailable(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t, mock.WithScenario("portal-unavailable"))
	_, err := newClient(portal).Provision(t.Context(), listing, purchaser, tenUsers)
	if want := "sign in as admin: portal: HTTP 503 Service Unavailable"; err == nil || err.Error() != want {
		t.Errorf("want %q, got %v", want, err)
	}
	portal.Verify(t, mock.Expect("generateToken").Exactly(1))
}

// The call is canceled while the portal delays its reply.
func TestCancelled(t *testing.T) {
	t.Parallel()
	portal := mock.NewServer(t)
	portal.AddRule(mock.Rule{When: mock.When{Operation: mock.ProvisionOrgEntitlements}, Fault: mock.Fault{Kind: "hang"}})
	client := newClient(portal)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := client.Provision(ctx, listing, purchaser, tenUsers)
		ended <- err
	}()

	portal.Await(t.Context(), mock.ProvisionOrgEntitlements, 1)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("want it canceled, got %v", err)
	}
}
