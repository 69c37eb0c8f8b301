package portal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/memo"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/secret"
)

// World is the state of one portal. It is an immutable value: an operation that changes something returns a new World.
// The zero World is not usable; [NewWorld] makes one.
//
// A World keeps every date as the scenario writes it, and adds its shift where a date leaves it.
type World struct {
	*start
	provisions []*provision    // start.provisionAt holds the index of each
	issued     uint64          // how many tokens were issued
	revoked    map[string]bool // by token id
}

// start is the part of a world that no operation changes. All worlds of a sandbox share it.
type start struct {
	scenario       string
	members        map[string]*Member
	byToken        map[string]*Member
	byRefreshToken map[string]*Member
	apps           map[string]app
	provisionAt    map[provisionKey]int // the index in World.provisions; no provision is added or removed
	listings       map[string]scenario.Listing
	license        *license // nil: the scenario has none
	boundaries     []time.Time
	key            []byte             // signs tokens
	suffix         string             // credentials of this world may end in it, issued tokens always do; empty: none
	secrets        *secret.Known      // finds the credentials of this world and its issued tokens in a text
	opened         *memo.Memo[claims] // of issued tokens; to open one takes longer than to answer a call
	shift          time.Duration      // by how much the portal's dates are later than the scenario's
}

type app struct {
	secret       string
	member       *Member // nil: acts as no member
	redirectURIs []string
	wellKnown    bool // every portal has it, and it has no secret
}

// app finds an application by its client id, with the world's suffix or without it. Every portal knows the two that Esri's clients use
// for themselves. Source: the ArcGIS API for Python (arcgis 2.4.4), class EsriBuiltInAuth.
func (w World) app(clientID string) (app, bool) {
	id := w.local(clientID)
	if a, ok := w.apps[id]; ok {
		return a, true
	}
	return app{wellKnown: true}, id == "arcgisonline" || id == "pythonapi"
}

// NewWorld returns the world at the start of a scenario, with all its dates moved by shift.
// It fails if a document of the scenario does not decode.
func NewWorld(s *scenario.Scenario, shift time.Duration) (World, error) {
	made, err := s.Once(func() (any, error) { return worldOf(s) })
	if err != nil {
		return World{}, err
	}
	w, _ := made.(World)
	start, key := *w.start, sha256.Sum256(binary.BigEndian.AppendUint64([]byte("mockportal token "), s.Seed))
	start.key, start.shift, start.opened = key[:], shift, new(memo.Memo[claims])
	w.start = &start
	w.boundaries = w.findBoundaries()
	return w, nil
}

// worldOf returns the part of a scenario's worlds that neither the seed nor the shift decides.
func worldOf(s *scenario.Scenario) (World, error) {
	w := World{
		start: &start{
			scenario: s.Name, members: map[string]*Member{},
			byToken: map[string]*Member{}, byRefreshToken: map[string]*Member{},
			provisionAt: map[provisionKey]int{}, apps: map[string]app{}, listings: s.World.Listings,
			secrets: s.Secrets(),
		},
	}
	for _, m := range s.World.Members {
		w.addMember(m)
	}
	for id, a := range s.World.Apps {
		w.apps[id] = app{secret: a.Secret, member: w.members[a.Member], redirectURIs: a.RedirectURIs}
	}
	if err := w.addProvisions(); err != nil {
		return World{}, err
	}
	if s.World.License.Body != nil {
		var err error
		if w.license, err = newLicense(s.World.License); err != nil {
			return World{}, fmt.Errorf("scenario %s: licence: %w", s.Name, err)
		}
	}
	return w, nil
}

func (w *World) addProvisions() error {
	for itemID, listing := range w.listings {
		for org, document := range listing.Provisions {
			p := &provision{evidence: document.Evidence}
			if err := json.Unmarshal(document.Body, p); err != nil {
				return fmt.Errorf("scenario %s: listing %s: provision of %s: %w", w.scenario, itemID, org, err)
			}
			w.provisionAt[provisionKey{itemID, org}] = len(w.provisions)
			w.provisions = append(w.provisions, p)
		}
	}
	return nil
}

// Secrets returns what finds the secrets of this world in a text: the credentials of its members and apps, and issued tokens.
func (w World) Secrets() *secret.Known { return w.secrets }

// WithSuffix returns the same world with a suffix for its credentials, which distinguishes the sandboxes of one server.
// Tokens, usernames and client ids are valid with the suffix and without it; issued tokens carry it.
func (w World) WithSuffix(suffix string) World {
	start := *w.start
	start.suffix, start.opened = suffix, new(memo.Memo[claims]) // a token of another suffix is not good here
	w.start = &start
	return w
}

// local removes the world's suffix from a credential.
func (w World) local(credential string) string { return strings.TrimSuffix(credential, w.suffix) }

// Shifted returns the same world with all its dates moved, those of issued tokens too.
func (w World) Shifted(by time.Duration) World {
	start := *w.start
	start.shift += by
	w.start = &start
	return w
}

// scenarioTime returns what the scenario's clock shows when the portal's shows now.
func (w World) scenarioTime(now time.Time) time.Time { return now.Add(-w.shift) }

func (s *start) addMember(m scenario.Member) {
	member := &Member{
		Username: m.Username, OrgID: m.OrgID, Role: m.Role, Privileges: slices.Clone(m.Privileges),
		password: m.Password, token: m.Token, tokenExpires: m.TokenExpires,
	}
	s.members[m.Username] = member
	if m.Token != "" {
		s.byToken[m.Token] = member
	}
	if m.RefreshToken != "" {
		s.byRefreshToken[m.RefreshToken] = member
	}
}

// Token returns the token that the scenario gives a member. It returns false if the member or the token does not exist.
func (w World) Token(username string) (string, bool) {
	m, ok := w.members[username]
	if !ok || m.token == "" {
		return "", false
	}
	return m.token + w.suffix, true
}

// Password returns a member's password. It returns false if the member does not exist.
func (w World) Password(username string) (string, bool) {
	m, ok := w.members[username]
	if !ok {
		return "", false
	}
	return m.password, true
}

// Usernames returns the names of all members, sorted.
func (w World) Usernames() []string { return slices.Sorted(maps.Keys(w.members)) }

// Boundaries returns the instants at which a reply may change without a call: trials and purchases begin and end,
// parts of the licence take effect, tokens of the scenario expire. Each instant comes once, the earliest first.
func (w World) Boundaries() []time.Time {
	all := slices.Clone(w.boundaries)
	for i := range all {
		all[i] = all[i].Add(w.shift)
	}
	return all
}

// NextBoundary returns the first of the [World.Boundaries] after now, and the zero time if now is past all of them.
func (w World) NextBoundary(now time.Time) time.Time {
	for _, b := range w.boundaries {
		if b.After(w.scenarioTime(now)) {
			return b.Add(w.shift)
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

// Credentials is what clients sign in with. Only the client that creates a sandbox sees it.
type Credentials struct {
	Members []MemberCredentials `json:"members"`
	Apps    []AppCredentials    `json:"apps"`
}

// MemberCredentials is how a member signs in. A token or password that the scenario does not set is empty.
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
