package portal_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/portal"
)

// model is a simple portal to compare the world with: it changes in place and keeps a list of issued tokens.
type model struct {
	now                                 time.Time
	modified, entitlementsModified, max int64
	entitlements                        map[string]any
	tokens                              []issued
}

type issued struct {
	text    string
	expires time.Time
	parent  int // in tokens; -1: none
	revoked bool
}

func (m *model) good(i int) bool {
	token := m.tokens[i]
	return !token.revoked && m.now.Before(token.expires) && (token.parent < 0 || !m.tokens[token.parent].revoked)
}

// snapshot is an earlier world and its view at that time.
type snapshot struct {
	world portal.World
	now   time.Time
	looks string
}

// machine compares a world with its model, and earlier worlds with their views at that time.
type machine struct {
	world    portal.World
	model    model
	earlier  []snapshot
	boundary time.Time // the end of the trial
}

func newMachine(t *rapid.T) *machine {
	_, w, now := played(t, "trial")
	return &machine{
		world: w, boundary: time.UnixMilli(1471798116000),
		model: model{
			now: now, modified: 1469206116000, entitlementsModified: 1469206116000, max: 5,
			entitlements: map[string]any{item: map[string]any{"num": json.Number("5")}},
		},
	}
}

// become takes the next world. Now and then it keeps the previous one as a snapshot.
func (m *machine) become(t *rapid.T, w portal.World) {
	if rapid.IntRange(0, 2).Draw(t, "keep") == 0 {
		m.earlier = append(m.earlier, snapshot{m.world, m.model.now, seen(t, m.world, m.model.now)})
	}
	m.world = w
}

func (m *machine) provision(t *rapid.T) {
	r := portal.ProvisionRequest{
		ItemID: rapid.SampledFrom([]string{item, item, item, "unknown"}).Draw(t, "item"), PurchaserOrgID: purchaser,
		MaxUsers: rapid.Int64Range(0, 9).Draw(t, "max"), Entitlements: portal.Entitlements{},
	}
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID).Draw(t, "names") {
		num := rapid.Int64Range(0, 9).Draw(t, "num")
		r.Entitlements = portal.NewEntitlements(append(r.Entitlements, portal.Entitlement{Name: name, Num: num}))
	}
	want := ""
	switch {
	case r.ItemID != item:
		want = "item-not-found"
	case !m.model.now.Before(m.boundary):
		want = "item-not-provisioned"
	}
	w, _, problem := m.world.Provision(m.model.now, caller(t, m.world, "admin-token", m.model.now), r)
	if got := refusal(problem); got != want {
		t.Fatalf("refused with %q, want %q", got, want)
	}
	if want == "" {
		m.model.modified = m.model.now.Unix() * 1000
		m.model.entitlementsModified, m.model.max = m.model.modified, r.MaxUsers
		m.model.entitlements = object(t, text(t, r.Entitlements))
	}
	m.become(t, w)
}

func (m *machine) advance(t *rapid.T) {
	m.model.now = m.model.now.Add(time.Duration(rapid.Int64Range(1, int64(10*24*time.Hour)).Draw(t, "by")))
}

func (m *machine) signIn(t *rapid.T) {
	minutes := rapid.Int64Range(1, 20000).Draw(t, "minutes")
	w, token := signIn(t, m.world, m.model.now, func(r *portal.SignInRequest) { r.Expiration = minutes })
	m.model.tokens = append(
		m.model.tokens,
		issued{token.Token, m.model.now.Add(time.Duration(minutes) * time.Minute).Truncate(time.Millisecond), -1, false},
	)
	m.become(t, w)
}

func (m *machine) exchange(t *rapid.T) {
	i, ok := m.pick(t)
	if !ok || m.model.tokens[i].parent >= 0 {
		return
	}
	parent := m.model.tokens[i]
	w, reply, problem := m.world.GenerateToken(m.model.now, portal.SignInRequest{Token: parent.text, ServerURL: "https://server"})
	if good := m.model.good(i); good != (problem == nil) {
		t.Fatalf("exchange of a good token %t: refused with %q", good, refusal(problem))
	}
	if problem == nil {
		expires := m.model.now.Add(120 * time.Minute).Truncate(time.Millisecond)
		if parent.expires.Before(expires) {
			expires = parent.expires
		}
		m.model.tokens = append(m.model.tokens, issued{reply.Value.(portal.Token).Token, expires, i, false})
	}
	m.become(t, w)
}

func (m *machine) revoke(t *rapid.T) {
	i, ok := m.pick(t)
	if !ok {
		return
	}
	w, _ := m.world.Revoke(m.model.now, m.model.tokens[i].text)
	m.model.tokens[i].revoked = m.model.tokens[i].revoked || m.model.good(i)
	m.become(t, w)
}

func (m *machine) pick(t *rapid.T) (int, bool) {
	if len(m.model.tokens) == 0 {
		return 0, false
	}
	return rapid.IntRange(0, len(m.model.tokens)-1).Draw(t, "token"), true
}

// compare compares the world and every token with the model.
func (m *machine) compare(t *rapid.T) {
	listings := object(t, seen(t, m.world, m.model.now))["listings"].([]any)
	got := listings[0].(map[string]any)["provisions"].([]any)[0].(map[string]any)
	want := maps.Clone(got)
	want["modified"] = json.Number(text(t, m.model.modified))
	want["created"], want["startDate"] = json.Number("1469206116000"), json.Number("1469206117000")
	want["endDate"] = json.Number("1471798116000")
	want["orgEntitlements"] = map[string]any{
		"maxUsers": json.Number(text(
			t, m.model.max,
		)), "entitlementsModified": json.Number(text(t, m.model.entitlementsModified)), "entitlements": m.model.entitlements,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the provision (-model +world):\n%s", diff)
	}
	for i, token := range m.model.tokens {
		if _, ok := m.world.Identify(token.text, "", m.model.now); ok != m.model.good(i) {
			t.Fatalf("token %d of %+v is good: %t", i, m.model.tokens, ok)
		}
	}
}

func TestWorldIsItsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(map[string]func(*rapid.T){
			"provision": m.provision, "advance": m.advance, "sign in": m.signIn, "exchange": m.exchange, "revoke": m.revoke, "": m.compare,
		})
		for i, s := range slices.Backward(m.earlier) {
			if diff := cmp.Diff(s.looks, seen(t, s.world, s.now)); diff != "" {
				t.Fatalf("world %d has changed (-before +now):\n%s", i, diff)
			}
		}
	})
}
