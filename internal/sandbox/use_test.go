package sandbox_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
)

// TestExpiresByItself proves that an unused sandbox ends when its time is over, although nobody looks at the set, and that a use moves
// that time.
func TestExpiresByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := sandbox.NewSet(box(t, sandbox.Options{Wall: time.Now}), 0, time.Minute)
		defer set.Close()
		create := func(id string) *sandbox.Sandbox {
			made, err := set.Create(sandbox.Options{ID: id, Scenario: builtIn(t, "trial"), Wall: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			return made
		}
		first := create("first")
		ended := turn(first, func(turn *sandbox.Turn) <-chan struct{} { return turn.Released })
		began := time.Now()
		time.Sleep(30 * time.Second)
		second := create("second")
		ended2 := turn(second, func(turn *sandbox.Turn) <-chan struct{} { return turn.Released })
		first.Use()()
		<-ended2
		if got := time.Since(began); got != 90*time.Second || !isClosed(ended) {
			t.Errorf("the second ended after %s, the first: %v", got, isClosed(ended))
		}
	})
}

// TestUse proves that a sandbox does not expire while somebody uses it, and lives its time from the end of the last use.
func TestUse(t *testing.T) {
	t.Parallel()
	b := newBoxes(t, 0, time.Minute)
	made := b.mustCreate("used")
	one, two := made.Use(), made.Use()
	b.pass(time.Hour)
	one()
	b.pass(time.Hour)
	if _, err := b.Get("used"); err != nil {
		t.Error(err)
	}
	two()
	b.pass(time.Minute - 1)
	if _, err := b.Get("used"); err != nil {
		t.Error(err)
	}
	b.pass(1)
	if _, err := b.Get("used"); !errors.Is(err, sandbox.ErrExpired) {
		t.Errorf("it is there, or %v", err)
	}
}
