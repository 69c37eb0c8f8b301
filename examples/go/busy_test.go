package provision_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"

	"example.com/provision"
)

// inMemory lets a client call a handler without a network. In a testing/synctest bubble no real time passes.
type inMemory struct{ portal http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	m.portal.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// newPortal returns a portal without a network, and the code under test for it.
func newPortal(t *testing.T, options ...mock.Option) (*mock.Portal, *provision.Client) {
	t.Helper()
	portal, err := mock.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	password, err := portal.Password("admin")
	if err != nil {
		t.Fatal(err)
	}
	return portal, &provision.Client{
		SharingURL:     "http://portal.example/portal/sharing/rest",
		PortalAdminURL: "http://portal.example/portal/portaladmin",
		HTTP:           &http.Client{Transport: inMemory{portal}},
		Username:       "admin", Password: password,
	}
}

// verify fails the test when the calls to a portal do not meet expectations.
func verify(t *testing.T, portal *mock.Portal, expect ...mock.Expectation) {
	t.Helper()
	verdict, err := portal.Verify(t.Context(), mock.Expectations{Expect: expect})
	if err != nil {
		t.Fatal(err)
	}
	if !verdict.Met() {
		t.Error(verdict)
	}
}

func addRules(t *testing.T, portal *mock.Portal, rules string) {
	t.Helper()
	if err := portal.AddRules(rules); err != nil {
		t.Fatal(err)
	}
}

func TestThrottled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rules string
		waits time.Duration
	}{
		"as long as the portal says": {`
- { when: { operation: getFutureLicense }, times: 1, reply: { status: 429, headers: { Retry-After: "7" }, offSpec: true } }
- { when: { operation: getFutureLicense }, times: 1,
    reply: { status: 429, headers: { Retry-After: "30" }, offSpec: true } }`, 37 * time.Second},
		"a second when it does not say": {`
- { when: { operation: getFutureLicense }, times: 2, reply: { status: 429, offSpec: true } }`, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				portal, client := newPortal(t)
				addRules(t, portal, test.rules)
				begin := time.Now()
				if _, err := client.Upcoming(t.Context()); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(begin); waited != test.waits {
					t.Errorf("want %s between the calls, got %s", test.waits, waited)
				}
				verify(t, portal,
					mock.Expect(mock.GetFutureLicense).Outcome(journal.Error).Exactly(2),
					mock.Expect(mock.GetFutureLicense).Outcome(journal.OK).Exactly(1),
				)
			})
		})
	}
}

// The client gives up on a portal that stays busy, also when it signs in.
func TestThrottledForGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		portal, client := newPortal(t)
		addRules(t, portal, `{ when: {}, reply: { status: 429, offSpec: true } }`)
		if _, err := client.Upcoming(t.Context()); err == nil {
			t.Error("want an error, got none")
		}
		verify(t, portal, mock.Expect("generateToken").Exactly(4), mock.Expect(mock.GetFutureLicense).Exactly(0))
	})
}

func TestThrottledBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		portal, client := newPortal(t)
		addRules(t, portal, `{ when: { operation: getFutureLicense }, reply: { status: 429, headers: { Retry-After: "3600" }, offSpec: true } }`)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		if _, err := client.Upcoming(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("want a deadline exceeded, got %v", err)
		}
		if waited := time.Since(begin); waited != time.Minute {
			t.Errorf("want to wait for a minute, waited %s", waited)
		}
		verify(t, portal, mock.Expect(mock.GetFutureLicense).Exactly(1))
	})
}

// In the scenario slow-portal every reply takes two seconds, also that of the sign-in.
func TestSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client := newPortal(t, mock.WithScenario("slow-portal"))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := client.Upcoming(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("within three seconds: want a deadline exceeded, got %v", err)
		}
		if _, err := client.Upcoming(t.Context()); err != nil {
			t.Errorf("with time enough: %v", err)
		}
	})
}
