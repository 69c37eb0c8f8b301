package sandbox_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
)

// TestBudgetOfASandbox proves that a sandbox bounds the rules of all requests together, and that it gives back what it was charged.
func TestBudgetOfASandbox(t *testing.T) {
	t.Parallel()
	budget := record.NewBudget(4 << 20)
	used := func() int64 { n, _ := budget.Bytes(); return n }
	b := box(t, sandbox.Options{Budget: budget})
	empty := used()
	if empty == 0 {
		t.Error("a sandbox costs nothing")
	}
	many := slices.Repeat(rules(t, "{ when: {}, delay: 1s }"), 600)
	first := addRules(t, b, many)
	if costs := used() - empty; costs < 600*100 {
		t.Errorf("600 rules cost %d bytes", costs)
	}
	if _, err := b.AddRules(many); !errors.Is(err, sandbox.ErrRules) || !strings.Contains(err.Error(), "600 were added") {
		t.Errorf("1,200 rules are answered with %v", err)
	}
	addRules(t, b, many[:400]) // a thousand are allowed
	b.DropRules(first[0])
	b.DropRules("")
	if got := used(); got != empty {
		t.Errorf("%s: %d, not %d", "used without the rules", got, empty)
	}
	addRules(t, b, many)
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	if got := used(); got != empty {
		t.Errorf("%s: %d, not %d", "used after a reset", got, empty)
	}
	large := written(t, "rules: [{ name: "+strings.Repeat("x", 200_000)+", when: {}, delay: 1s }]\n")
	if err := b.Play(large); err != nil || used() < empty+1<<20 {
		t.Errorf("playing a large scenario: %v, %d bytes are used", err, used())
	}
	if _, err := sandbox.New(sandbox.Options{ID: "x", Scenario: large, Budget: budget, Wall: time.Now}); !errors.Is(err, record.ErrSpent) {
		t.Errorf("one sandbox too many is answered with %v", err)
	}
	if err := b.Play(written(t, "")); err != nil || used() > empty+1<<10 {
		t.Errorf("playing a small scenario again: %v, %d bytes are used", err, used())
	}
	b.Close()
	b.Close()
	addRules(t, b, many[:1])
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	addRules(t, b, many[:1])
	if got := used(); got != int64(0) {
		t.Errorf("%s: %d, not %d", "used in the end", got, int64(0))
	}
}
