package sandbox_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/sandbox"
)

// boxes is a set with its wall clock, and helpers to create sandboxes in it.
type boxes struct {
	*sandbox.Set

	t    *testing.T
	wall *hand
}

func newBoxes(t *testing.T, maximum int, ttl time.Duration) boxes {
	t.Helper()
	wall := &hand{at: epoch}
	return boxes{sandbox.NewSet(box(t, sandbox.Options{Wall: wall.now}), maximum, ttl), t, wall}
}

func (b boxes) create(id string) (*sandbox.Sandbox, error) {
	return b.Create(sandbox.Options{ID: id, Scenario: builtIn(b.t, "trial"), Wall: b.wall.now})
}

func (b boxes) mustCreate(id string) *sandbox.Sandbox {
	b.t.Helper()
	made, err := b.create(id)
	if err != nil {
		b.t.Fatal(err)
	}
	return made
}

func (b boxes) pass(d time.Duration) { b.wall.set(b.wall.now().Add(d)) }

func released(b *sandbox.Sandbox) bool {
	return turn(b, func(turn *sandbox.Turn) bool { return isClosed(turn.Released) })
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// refused checks an error's sentinel and its text.
func refused(t *testing.T, what string, err, sentinel error, want string) {
	t.Helper()
	if !errors.Is(err, sentinel) {
		t.Errorf("%s: %v", what, err)
		return
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, 0)
	got := []string{b.mustCreate("").ID, b.mustCreate("").ID, b.mustCreate("s3").ID, b.mustCreate("").ID, b.mustCreate("mine-7").ID}
	if diff := cmp.Diff([]string{"s1", "s2", "s3", "s4", "mine-7"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := b.Delete("s2"); err != nil {
		t.Fatal(err)
	}
	if got := b.mustCreate("").ID; got != "s5" {
		t.Errorf("after a deletion comes %q", got)
	}
	if got := b.mustCreate("s2").ID; got != "s2" {
		t.Errorf("a deleted id, chosen, is %q", got)
	}
	if diff := cmp.Diff([]string{"default", "mine-7", "s1", "s2", "s3", "s4", "s5"}, b.IDs()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTakenIDs(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, 0)
	b.mustCreate("taken")
	for _, id := range []string{"taken", "default"} {
		_, err := b.create(id)
		refused(t, id, err, sandbox.ErrTaken, fmt.Sprintf("the id is taken: there is a sandbox %q", id))
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 2, time.Minute)
	b.mustCreate("")
	b.mustCreate("")
	for _, id := range []string{"", "mine"} {
		_, err := b.create(id)
		refused(
			t, id, err, sandbox.ErrFull,
			"there are too many sandboxes: 2 at most, beside the default one; delete some, or wait until those that nobody uses expire (1m0s)",
		)
	}
	if _, err := b.Delete("s1"); err != nil {
		t.Fatal(err)
	}
	b.mustCreate("mine")
	b.pass(time.Minute)
	b.mustCreate("later")
	b.mustCreate("latest")
}

func TestDefaultBounds(t *testing.T) {
	t.Parallel()
	for _, bound := range []int{0, -1} {
		b := newBoxes(t, bound, time.Duration(bound))
		b.mustCreate("a")
		b.pass(sandbox.DefaultTTL - 1)
		if _, err := b.Get("a"); err != nil {
			t.Errorf("before the default time: %v", err)
		}
		b.pass(1)
		if _, err := b.Get("a"); !errors.Is(err, sandbox.ErrExpired) {
			t.Errorf("at the default time: %v", err)
		}
	}
	b := newBoxes(t, 0, 0)
	for range sandbox.DefaultMax {
		b.mustCreate("")
	}
	if _, err := b.create(""); !errors.Is(err, sandbox.ErrFull) {
		t.Errorf("beyond the default number: %v", err)
	}
}

// credentialed finds sandboxes by credentials.
type credentialed interface {
	OfCredentials(credentials ...string) (*sandbox.Sandbox, error)
}

func ofCredential(s credentialed, credential string) *sandbox.Sandbox {
	box, _ := s.OfCredentials(credential)
	return box
}

// TestOfCredentials: the first credential with the suffix of a sandbox counts, unknown suffixes are skipped, and the suffix of an
// expired sandbox is an error.
func TestOfCredentials(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, time.Minute)
	one, two := b.mustCreate("one"), b.mustCreate("two")
	if got, err := b.OfCredentials("", "plain", "a.nobody", "a.two", "a.one"); got != two || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	b.pass(time.Minute - 1)
	released(one) // is a turn
	b.pass(1)
	got, err := b.OfCredentials("a.two", "a.one")
	if got != nil {
		t.Errorf("got %s", got.ID)
	}
	refused(t, "an expired one", err, sandbox.ErrExpired, `the sandbox has expired: "two" was not used for 1m0s`)
}

// TestExpiry: every method finds that a sandbox has expired, and its delayed answers are sent at once.
func TestExpiry(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(boxes){
		"Get":           func(b boxes) { _, _ = b.Get("idle") },
		"Get another":   func(b boxes) { _, _ = b.Get("unknown"); _ = b.IDs() },
		"Delete":        func(b boxes) { _, _ = b.Delete("idle") },
		"Create":        func(b boxes) { b.mustCreate("new") },
		"IDs":           func(b boxes) { _ = b.IDs() },
		"All":           func(b boxes) { _ = b.All() },
		"OfCredentials": func(b boxes) { _ = ofCredential(b, "admin.idle") },
	} {
		b := newBoxes(t, 0, time.Minute)
		idle, used := b.mustCreate("idle"), b.mustCreate("used")
		held := turn(idle, func(turn *sandbox.Turn) <-chan struct{} { return turn.Released })
		b.pass(time.Minute - 1)
		released(used) // is a turn
		if ofCredential(b, "x.idle") != idle || isClosed(held) {
			t.Errorf("%s: it is gone too early", name)
		}
		b.pass(1)
		ask(b)
		if !isClosed(held) || ofCredential(b, "x.idle") != nil {
			t.Errorf("%s: its delayed answers are not released, or its credentials still find it", name)
		}
		const want = `the sandbox has expired: "idle" was not used for 1m0s`
		_, err := b.Get("idle")
		refused(t, name, err, sandbox.ErrExpired, want)
		_, err = b.Delete("idle")
		refused(t, name+", Delete", err, sandbox.ErrExpired, want)
		if got, err := b.Get("used"); got != used || err != nil {
			t.Errorf("%s: the one that was used: %v", name, err)
		}
		if _, err := b.Get("default"); err != nil || released(b.Default) {
			t.Errorf("%s: the default sandbox has expired: %v", name, err)
		}
		b.mustCreate("idle") // the id is free again, and its past is forgotten
		if _, err := b.Delete("idle"); err != nil {
			t.Errorf("%s: made again: %v", name, err)
		}
		_, err = b.Get("idle")
		const gone = `no such sandbox: "idle" (deleted, never made, or on another server)`
		refused(t, name+", made again and deleted", err, sandbox.ErrUnknown, gone)
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, 0)
	b.mustCreate("gone")
	if _, err := b.Delete("gone"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"gone", "never", "", "DEFAULT"} {
		want := fmt.Sprintf("no such sandbox: %q (deleted, never made, or on another server)", id)
		_, err := b.Get(id)
		refused(t, "Get "+id, err, sandbox.ErrUnknown, want)
		_, err = b.Delete(id)
		refused(t, "Delete "+id, err, sandbox.ErrUnknown, want)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, 0)
	one, other := b.mustCreate("one"), b.mustCreate("other")
	got, err := b.Delete("one")
	if got != one || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if !released(one) || released(other) || released(b.Default) {
		t.Error("not exactly that sandbox has released its answers")
	}
	_, err = b.Delete("default")
	refused(t, "default", err, sandbox.ErrProtected, "the default sandbox stays: reset it instead")
}

// TestClosedHoldsNothingBack: a closed sandbox still works, but delays no answer.
func TestClosedHoldsNothingBack(t *testing.T) {
	t.Parallel()
	b := box(t, sandbox.Options{})
	b.Close()
	b.Close()
	for name, f := range map[string]func() error{"Reset": b.Reset, "Play": func() error { return b.Play(builtIn(t, "purchased")) }} {
		if err := f(); err != nil || !released(b) {
			t.Errorf("after %s: %v, released: %t", name, err, released(b))
		}
	}
}

// TestDeletedAtOnce: of several concurrent deletions of one sandbox exactly one succeeds.
func TestDeletedAtOnce(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, 0)
	for range 50 {
		b.mustCreate("a")
		var group sync.WaitGroup
		ended := make(chan bool, 8)
		for range cap(ended) {
			group.Go(func() { _, err := b.Delete("a"); ended <- err == nil })
		}
		group.Wait()
		close(ended)
		n := 0
		for ok := range ended {
			if ok {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d have deleted it", n)
		}
	}
}

func TestOfCredential(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, 0)
	s1, mine := b.mustCreate(""), b.mustCreate("mine")
	token := signIn(t, s1)
	for credential, want := range map[string]*sandbox.Sandbox{
		"admin.s1": s1, "admin-token.s1": s1, "a.b.s1": s1, token: s1, ".s1": s1, "app.mine": mine, "s1.mine": mine,
		"": nil, "admin": nil, "s1": nil, ".": nil, "admin.": nil, "admin.s2": nil, "admin.S1": nil,
		"admin.s1 ": nil, "admin.s1.": nil, "admin.default": nil,
	} {
		if got := ofCredential(b, credential); got != want {
			t.Errorf("%q belongs to %v", credential, got)
		}
	}
}

func TestSetClose(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, 0)
	all := []*sandbox.Sandbox{b.mustCreate(""), b.mustCreate(""), b.Default}
	b.Close()
	for _, box := range all {
		if !released(box) {
			t.Errorf("%s has not released its answers", box.ID)
		}
	}
	b.Close()
}
