package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/secret"
)

// The default limits of a set.
const (
	DefaultMax = 1000
	DefaultTTL = 30 * time.Minute
)

// The errors of a set.
var (
	ErrUnknown   = errors.New("no such sandbox")
	ErrExpired   = errors.New("the sandbox has expired")
	ErrTaken     = errors.New("the id is taken")
	ErrFull      = errors.New("there are too many sandboxes")
	ErrProtected = errors.New("the default sandbox stays")
)

// Set is the sandboxes of one server. It is safe for concurrent use.
type Set struct {
	Default *Sandbox
	max     int
	ttl     time.Duration

	mu      sync.Mutex // guards what follows
	boxes   map[string]*Sandbox
	next    int
	timer   *time.Timer     // of the next watch; nil: there is nothing to watch
	closed  bool            // nothing is watched any more
	expired map[string]bool // ids of sandboxes that expired, at most maxExpired
}

// NewSet returns a set with box as its default sandbox. A limit of 0 or less means the default limit.
func NewSet(box *Sandbox, maximum int, ttl time.Duration) *Set {
	if maximum <= 0 {
		maximum = DefaultMax
	}
	if ttl <= 0 {
		ttl = DefaultTTL
	}
	return &Set{Default: box, max: maximum, ttl: ttl, boxes: map[string]*Sandbox{}, expired: map[string]bool{}}
}

// Create makes a sandbox with the id of the options, or with the next of s1, s2, … if they have none. The id must be part of
// a path and of a token, as the contract of the control API makes sure. The error wraps [ErrTaken] or [ErrFull], or says
// what is wrong with the scenario.
func (s *Set) Create(o Options) (*Sandbox, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireLocked()
	if o.ID == Default || s.boxes[o.ID] != nil {
		return nil, fmt.Errorf("%w: there is a sandbox %q", ErrTaken, o.ID)
	}
	for o.ID == "" || s.boxes[o.ID] != nil {
		s.next++
		o.ID = fmt.Sprintf("s%d", s.next)
	}
	if len(s.boxes) >= s.max {
		return nil, fmt.Errorf("%w: %d at most, beside the default one; delete some, or wait until those that nobody uses expire (%s)",
			ErrFull, s.max, s.ttl)
	}
	box, err := New(o)
	if err != nil {
		return nil, err
	}
	delete(s.expired, o.ID)
	s.boxes[o.ID] = box
	if s.timer == nil && !s.closed {
		s.timer = time.AfterFunc(s.ttl, s.watch)
	}
	return box, nil
}

// maxExpired is how many ids a set remembers to distinguish an expired sandbox from one that never existed.
const maxExpired = 10000

// expireLocked removes the sandboxes that were unused for too long.
func (s *Set) expireLocked() {
	for id, box := range s.boxes {
		if box.left(s.ttl) > 0 {
			continue
		}
		delete(s.boxes, id)
		box.End()
		if len(s.expired) < maxExpired {
			s.expired[id] = true
		}
	}
}

// left returns how long the sandbox lives if nobody uses it from now on; all its time while somebody uses it.
func (s *Sandbox) left(ttl time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users > 0 {
		return ttl
	}
	return ttl - s.options.Wall().Sub(s.used)
}

// watch ends the sandboxes whose time is over, and looks again when the next one's may be.
func (s *Set) watch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireLocked()
	next := s.ttl
	for _, box := range s.boxes {
		next = min(next, box.left(s.ttl))
	}
	s.timer = nil
	if len(s.boxes) > 0 && !s.closed {
		s.timer = time.AfterFunc(max(next, time.Millisecond), s.watch)
	}
}

// Get returns a sandbox. The error wraps [ErrUnknown] or [ErrExpired].
func (s *Set) Get(id string) (*Sandbox, error) {
	if id == Default {
		return s.Default, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.getLocked(id)
}

func (s *Set) getLocked(id string) (*Sandbox, error) {
	if box := s.boxes[id]; box != nil {
		if box.left(s.ttl) > 0 {
			return box, nil
		}
		s.expireLocked()
	}
	if s.expired[id] {
		return nil, fmt.Errorf("%w: %q was not used for %s", ErrExpired, id, s.ttl)
	}
	return nil, fmt.Errorf("%w: %q (deleted, never made, or on another server)", ErrUnknown, id)
}

// OfCredentials returns the sandbox of the first credential (token, username or client id) that carries a sandbox's suffix, or nil
// if none does. The error wraps [ErrExpired] if that sandbox has expired, so that a client is not told that its token is wrong.
func (s *Set) OfCredentials(credentials ...string) (*Sandbox, error) {
	for _, credential := range credentials {
		i := strings.LastIndexByte(credential, '.')
		if i < 0 {
			continue
		}
		if box, err := s.bySuffix(credential[i+1:]); box != nil || err != nil {
			return box, err
		}
	}
	return nil, nil
}

// bySuffix returns nil for a text behind a dot that is no sandbox's id, such as the signature of a token.
func (s *Set) bySuffix(id string) (*Sandbox, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.boxes[id] == nil && !s.expired[id] {
		return nil, nil
	}
	return s.getLocked(id)
}

// IDs returns the ids of all sandboxes, the default one first.
func (s *Set) IDs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireLocked()
	return append([]string{Default}, slices.Sorted(maps.Keys(s.boxes))...)
}

// All returns all sandboxes, the default one first. It uses none: looking does not keep a sandbox alive.
func (s *Set) All() []*Sandbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireLocked()
	return append([]*Sandbox{s.Default}, slices.Collect(maps.Values(s.boxes))...)
}

// Secrets returns what finds the secrets of all sandboxes, once for those that play the same scenario.
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

// Delete ends a sandbox and returns it, so that the caller can read its journal.
// The error wraps [ErrProtected], [ErrUnknown] or [ErrExpired].
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
	delete(s.boxes, id)
	box.End()
	return box, nil
}

// Close closes all sandboxes.
func (s *Set) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	for _, box := range s.boxes {
		box.Close()
	}
	s.Default.Close()
}
