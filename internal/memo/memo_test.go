package memo_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mockportal/mockportal/internal/memo"
)

// TestMemo holds a memo against a map: it may forget, but what it remembers is right.
func TestMemo(t *testing.T) {
	t.Parallel()
	var m memo.Memo[int]
	want := map[string]int{}
	remembered := 0
	for i := range 1000 {
		text := "asked for again and again"
		if i%2 == 0 {
			text = strconv.Itoa(i % 300) // more of them than it has room for
		}
		if got, ok := m.Get(text); ok {
			remembered++
			if got != want[text] {
				t.Fatalf("%s: %d, not %d", text, got, want[text])
			}
		}
		want[text] = i
		m.Put(text, i)
		if got, ok := m.Get(text); !ok || got != i {
			t.Fatalf("%s: %d %t after it was put", text, got, ok)
		}
	}
	if remembered == 0 || remembered == 1000 {
		t.Errorf("%d of 1000 were remembered", remembered)
	}
}

func TestLongTextsAreNotRemembered(t *testing.T) {
	t.Parallel()
	var m memo.Memo[int]
	for length, want := range map[int]bool{memo.Longest: true, memo.Longest + 1: false} {
		text := strings.Repeat("x", length)
		m.Put(text, 1)
		if _, ok := m.Get(text); ok != want {
			t.Errorf("a text of %d bytes: %t", length, ok)
		}
	}
}

// TestMemoIsShared is for the race detector.
func TestMemoIsShared(t *testing.T) {
	t.Parallel()
	var m memo.Memo[string]
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 5000 {
				text := strconv.Itoa(i % 200)
				if got, ok := m.Get(text); ok && got != "v"+text {
					t.Errorf("%s: %s", text, got)
				}
				m.Put(text, "v"+text)
			}
		})
	}
	all.Wait()
}
