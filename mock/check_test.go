package mock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// TestCheckDoesNotWait proves that scenarios with delays and faults are checked at once, and that what stands behind their rules is.
func TestCheckDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rules = "rules:\n  - { when: { operation: getFutureLicense }, delay: 24h }\n  - { when: {}, fault: { kind: hang } }\n"
		pack := folder(map[string]string{"scenarios/slow.yaml": "format: 1\nsummary: Slow.\nextends: trial\n" + rules})
		began := time.Now()
		notes, err := mock.Check(pack)
		if err != nil || len(notes) > 0 {
			t.Errorf("the notes are %q and the error is %v", notes, err)
		}
		diff(t, "it takes", time.Duration(0), time.Since(began))
	})
}
