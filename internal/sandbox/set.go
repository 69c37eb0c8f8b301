package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/secret"
)

// The bounds of a set that asks for none.
const (
	DefaultMax = 1000
	DefaultTTL = 30 * time.Minute
)

// What a set refuses.
var (
	ErrUnknown   = errors.New("no such sandbox")
	ErrExpired   = errors.New("the sandbox has expired")
	ErrTaken     = errors.New("the id is taken")
	ErrFull      = errors.New("there are too many sandboxes")
	ErrBadID     = errors.New("not an id of a sandbox")
	ErrProtected = errors.New("the default sandbox stays")
)

// Set is the sandboxes of one server. It is safe for concurrent use.
type Set struct {
	Default *Sandbox
	max     int
	ttl     time.Duration
	wall    func() time.Time

	mu      sync.Mutex // guards what follows
	boxes   map[string]*Sandbox
	next    int
	expired map[string]bool // ids of sandboxes that nobody used for too long; bounded
}

// NewSet returns a set with its default sandbox. A bound of 0 or less is the default one.
func NewSet(box *Sandbox, maximum int, ttl time.Duration, wall func() time.Time) *Set {
	if maximum <= 0 {
		maximum = DefaultMax
	}
	if ttl <= 0 {
		ttl = DefaultTTL
	}
	return &Set{
		Default: box, max: maximum, ttl: ttl, wall: wall,
		boxes: map[string]*Sandbox{}, expired: map[string]bool{},
	}
}

var idRule = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// Create makes a sandbox with the id of the options, or the next of s1, s2, … when they have none.
// The error wraps ErrBadID, ErrTaken, ErrFull, or says what is wrong with the scenario.
func (s *Set) Create(o Options) (*Sandbox, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireLocked()
	switch {
	case o.ID == "":
		o.ID = s.nextLocked()
	case !idRule.MatchString(o.ID):
		return nil, fmt.Errorf("%w: %q must be 1 to 40 of a-z, 0-9 and -", ErrBadID, o.ID)
	case o.ID == Default || s.boxes[o.ID] != nil:
		return nil, fmt.Errorf("%w: there is a sandbox %q", ErrTaken, o.ID)
	}
	if len(s.boxes) >= s.max {
		return nil, fmt.Errorf("%w: %d at most, beside the default one; delete some, or wait until those that nobody uses expire (%s)", ErrFull, s.max, s.ttl)
	}
	box, err := New(o)
	if err != nil {
		return nil, err
	}
	delete(s.expired, o.ID)
	s.boxes[o.ID] = box
	return box, nil
}

func (s *Set) nextLocked() string {
	for {
		s.next++
		if id := fmt.Sprintf("s%d", s.next); s.boxes[id] == nil {
			return id
		}
	}
}

// maxExpired bounds how many ids are remembered to tell an expired sandbox from one that never was.
const maxExpired = 10000

// expireLocked takes away what nobody has used for too long.
func (s *Set) expireLocked() {
	for id, box := range s.boxes {
		if !s.idle(box) {
			continue
		}
		s.endLocked(box)
		if len(s.expired) < maxExpired {
			s.expired[id] = true
		}
	}
}

func (s *Set) endLocked(box *Sandbox) {
	delete(s.boxes, box.ID)
	box.End()
}

// idle reports whether nobody has used a sandbox for too long.
func (s *Set) idle(box *Sandbox) bool { return s.wall().Sub(box.lastUsed()) >= s.ttl }

func (s *Sandbox) lastUsed() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// Get returns a sandbox. The error wraps ErrUnknown or ErrExpired and says which ids there are or how long one lives.
func (s *Set) Get(id string) (*Sandbox, error) {
	if id == Default {
		return s.Default, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.getLocked(id)
}

func (s *Set) getLocked(id string) (*Sandbox, error) {
	if box := s.liveLocked(id); box != nil {
		return box, nil
	}
	if s.expired[id] {
		return nil, fmt.Errorf("%w: %q was not used for %s", ErrExpired, id, s.ttl)
	}
	return nil, fmt.Errorf("%w: %q (it was deleted, or never made)", ErrUnknown, id)
}

// OfCredentials returns the sandbox whose suffix the first of some tokens, usernames and client ids carries; nil when none carries one.
// The error wraps ErrExpired when that sandbox has expired, so that nobody looks for the fault in a token.
func (s *Set) OfCredentials(credentials ...string) (*Sandbox, error) {
	for _, credential := range credentials {
		i := strings.LastIndexByte(credential, '.')
		if i < 0 {
			continue
		}
		s.mu.Lock()
		box, err := s.getLocked(credential[i+1:])
		s.mu.Unlock()
		if box != nil || errors.Is(err, ErrExpired) {
			return box, err
		}
	}
	return nil, nil
}

// liveLocked returns a sandbox that has not expired; nil when there is none.
func (s *Set) liveLocked(id string) *Sandbox {
	box := s.boxes[id]
	if box != nil && s.idle(box) {
		s.expireLocked()
		return nil
	}
	return box
}

// IDs returns the ids of all sandboxes, the default one first.
func (s *Set) IDs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireLocked()
	return append([]string{Default}, slices.Sorted(maps.Keys(s.boxes))...)
}

// Secrets returns what must not be shown of any sandbox, once for those that play the same scenario.
func (s *Set) Secrets() []*secret.Known {
	secrets := []*secret.Known{s.Default.World().Secrets()}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, box := range s.boxes {
		if known := box.World().Secrets(); !slices.Contains(secrets, known) {
			secrets = append(secrets, known)
		}
	}
	return secrets
}

// Delete ends a sandbox and returns it, so that its journal can be summed up. The error wraps ErrProtected, ErrUnknown or ErrExpired.
func (s *Set) Delete(id string) (*Sandbox, error) {
	if id == Default {
		return nil, fmt.Errorf("%w: reset it instead", ErrProtected)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	box, err := s.getLocked(id)
	if err != nil {
		return nil, err
	}
	s.endLocked(box)
	return box, nil
}

// Close lets go of every answer that is held back, in all sandboxes.
func (s *Set) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, box := range s.boxes {
		box.Close()
	}
	s.Default.Close()
}
