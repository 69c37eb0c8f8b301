package portal

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/scenarios"
)

// World is the state of one portal. It is an immutable value: an operation that changes something returns another one.
// The zero World is not usable; NewWorld makes one.
type World struct {
	*start
	provisions []*provision    // by start.provisionAt
	issued     uint64          // how many tokens were issued
	revoked    map[string]bool // by token id
}

// start is what the scenario says and no operation changes; all worlds of a sandbox share it.
type start struct {
	scenario       string
	members        map[string]*Member
	byToken        map[string]*Member
	byRefreshToken map[string]*Member
	apps           map[string]app
	provisionAt    map[provisionKey]int // where a provision stands in World.provisions; none is added or removed
	listings       map[string]scenarios.Listing
	license        *license // nil: the scenario has none
	boundaries     []time.Time
	key            []byte        // signs tokens
	suffix         string        // that credentials of this world may carry, and issued tokens do; empty: none
	secrets        *secret.Known // what of all this is never shown, and issued tokens
	shift          time.Duration // by how much its dates have moved since NewWorld
}

type app struct {
	secret string
	member *Member // nil: acts as no member
}

// NewWorld returns the world at the start of a scenario, with all its dates moved by shift.
func NewWorld(s *scenarios.Scenario, shift time.Duration) (World, error) {
	key := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("mockportal token "), s.Seed))
	w := World{
		start: &start{
			scenario: s.Name, members: map[string]*Member{},
			byToken: map[string]*Member{}, byRefreshToken: map[string]*Member{},
			provisionAt: map[provisionKey]int{}, apps: map[string]app{}, listings: s.World.Listings, key: key[:],
			secrets: s.Secrets(),
		},
	}
	for _, m := range s.World.Members {
		w.addMember(newMember(m, shift))
	}
	for id, a := range s.World.Apps {
		w.apps[id] = app{secret: a.Secret, member: w.members[a.Member]}
	}
	if err := w.addProvisions(shift); err != nil {
		return World{}, err
	}
	if err := w.addLicense(s.World.License, shift); err != nil {
		return World{}, err
	}
	w.boundaries = w.findBoundaries()
	return w, nil
}

func (w *World) addProvisions(shift time.Duration) error {
	for itemID, listing := range w.listings {
		for org, document := range listing.Provisions {
			p, err := newProvision(document, shift)
			if err != nil {
				return fmt.Errorf("scenario %s: listing %s: provision of %s: %w", w.scenario, itemID, org, err)
			}
			w.provisionAt[provisionKey{itemID, org}] = len(w.provisions)
			w.provisions = append(w.provisions, p)
		}
	}
	return nil
}

func (w World) addLicense(document scenarios.License, shift time.Duration) error {
	if document.Body == nil {
		return nil
	}
	l, err := newLicense(document, shift)
	if err != nil {
		return fmt.Errorf("scenario %s: licence: %w", w.scenario, err)
	}
	w.license = l
	return nil
}

// Secrets returns what must not be shown of this world: what its members and apps sign in with, and issued tokens.
func (w World) Secrets() *secret.Known { return w.secrets }

// WithSuffix returns the same world with credentials that may carry a suffix, which tells the sandboxes of one server apart: tokens,
// usernames and client ids are good with it and without it, and issued tokens carry it.
func (w World) WithSuffix(suffix string) World {
	start := *w.start
	start.suffix = suffix
	w.start = &start
	return w
}

// local takes the world's suffix off a credential.
func (w World) local(credential string) string { return strings.TrimSuffix(credential, w.suffix) }

// Shifted returns the same world with all its dates moved, also those of issued tokens.
func (w World) Shifted(by time.Duration) World {
	start := *w.start
	start.shift += by
	start.members = map[string]*Member{}
	start.byToken, start.byRefreshToken = map[string]*Member{}, map[string]*Member{}
	for _, m := range w.members {
		start.addMember(m.shifted(by))
	}
	start.apps = map[string]app{}
	for id, a := range w.apps {
		if a.member != nil {
			a.member = start.members[a.member.Username]
		}
		start.apps[id] = a
	}
	if w.license != nil {
		start.license = w.license.shifted(by)
	}
	provisions := make([]*provision, len(w.provisions))
	for i, p := range w.provisions {
		provisions[i] = p.shifted(by)
	}
	w.start, w.provisions = &start, provisions
	start.boundaries = w.findBoundaries()
	return w
}

func (s *start) addMember(m *Member) {
	s.members[m.Username] = m
	if m.token != "" {
		s.byToken[m.token] = m
	}
	if m.refreshToken != "" {
		s.byRefreshToken[m.refreshToken] = m
	}
}

// Token returns the token that the scenario gives a member, and false when there is no such member or no such token.
func (w World) Token(username string) (string, bool) {
	m, ok := w.members[username]
	if !ok || m.token == "" {
		return "", false
	}
	return m.token + w.suffix, true
}

// Password returns a member's password, and false when there is no such member.
func (w World) Password(username string) (string, bool) {
	m, ok := w.members[username]
	if !ok {
		return "", false
	}
	return m.password, true
}

// Usernames returns the names of all members, sorted.
func (w World) Usernames() []string { return slices.Sorted(maps.Keys(w.members)) }

// ListingIDs returns the item ids of all listings, sorted.
func (w World) ListingIDs() []string { return slices.Sorted(maps.Keys(w.listings)) }

// Boundaries returns the instants at which a reply may change though nobody calls: trials and purchases begin and end,
// parts of the licence take effect, tokens of the scenario expire. They are sorted and without doubles.
func (w World) Boundaries() []time.Time { return slices.Clone(w.boundaries) }

// NextBoundary returns the first instant after now at which a reply may change though nobody calls; zero when there is none.
func (w World) NextBoundary(now time.Time) time.Time {
	for _, b := range w.boundaries {
		if b.After(now) {
			return b
		}
	}
	return time.Time{}
}

func (w World) findBoundaries() []time.Time {
	var all []time.Time
	for _, p := range w.provisions {
		all = append(all, time.UnixMilli(p.StartDate))
		if p.EndDate != noEnd {
			all = append(all, time.UnixMilli(p.EndDate))
		}
	}
	if w.license != nil {
		all = append(all, w.license.boundaries()...)
	}
	for _, m := range w.members {
		if !m.tokenExpires.IsZero() {
			all = append(all, m.tokenExpires)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// Credentials is what a client signs in with. It is shown to whoever made the sandbox, and to nobody else.
type Credentials struct {
	Members []MemberCredentials `json:"members"`
	Apps    []AppCredentials    `json:"apps"`
}

// MemberCredentials is how a member signs in; a token or password that the scenario does not give is empty.
type MemberCredentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Token    string `json:"token"`
}

// AppCredentials is how an application signs in.
type AppCredentials struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

// Credentials returns the names, passwords, tokens and secrets of the world, with its suffix, in a stable order.
func (w World) Credentials() Credentials {
	c := Credentials{Members: []MemberCredentials{}, Apps: []AppCredentials{}}
	for _, name := range w.Usernames() {
		token, _ := w.Token(name)
		c.Members = append(c.Members, MemberCredentials{name + w.suffix, w.members[name].password, token})
	}
	for _, id := range slices.Sorted(maps.Keys(w.apps)) {
		c.Apps = append(c.Apps, AppCredentials{id + w.suffix, w.apps[id].secret})
	}
	return c
}
