package server_test

import (
	"testing"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// TestBuiltInScenariosAreProven plays every built-in scenario. A server does not play them at its start, because this test does.
func TestBuiltInScenariosAreProven(t *testing.T) {
	t.Parallel()
	library := scenario.BuiltIn()
	notes, err := server.Check(library)
	if err != nil || len(notes) > 0 || len(library.Names()) < 10 {
		t.Errorf("%d scenarios: %v, notes %q", len(library.Names()), err, notes)
	}
}
