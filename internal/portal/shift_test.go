package portal_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/scenario"
)

// shifted moves every date of a View: RFC 3339 texts and numbers of milliseconds. -1 is not a date.
func shifted(value any, by time.Duration) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			switch number, ok := inner.(json.Number); {
			case ok && isDate(key) && number != "-1":
				n, _ := number.Int64()
				v[key] = time.UnixMilli(n).Add(by).UnixMilli()
			default:
				v[key] = shifted(inner, by)
			}
		}
	case []any:
		for i, inner := range v {
			v[i] = shifted(inner, by)
		}
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return at.Add(by).Format(time.RFC3339Nano)
		}
	}
	return value
}

func isDate(key string) bool {
	return strings.HasSuffix(key, "Date") || strings.HasSuffix(key, "odified") || key == "created"
}

// TestShiftMovesEveryDate compares each built-in scenario with its shifted self, at its start and at each boundary.
func TestShiftMovesEveryDate(t *testing.T) {
	t.Parallel()
	for _, name := range scenario.BuiltIn().Names() {
		s, w, start := played(t, name)
		for _, by := range []time.Duration{-time.Second, time.Hour, 10 * 365 * 24 * time.Hour} {
			moved, err := portal.NewWorld(s, by)
			if err != nil {
				t.Fatal(err)
			}
			for _, now := range append(w.Boundaries(), start) {
				want := text(t, shifted(object(t, seen(t, w, now)), by))
				diffObjects(t, name+" by "+by.String()+" at "+now.UTC().String(), want, seen(t, moved, now.Add(by)))
			}
			var want []time.Time
			for _, b := range w.Boundaries() {
				want = append(want, b.Add(by))
			}
			if diff := cmp.Diff(want, moved.Boundaries(), cmp.Comparer(time.Time.Equal)); diff != "" {
				t.Errorf("%s by %v: boundaries (-want +got):\n%s", name, by, diff)
			}
		}
	}
}

// TestNothingHappensBetweenBoundaries is why replies may be kept: between two boundaries no answer changes.
func TestNothingHappensBetweenBoundaries(t *testing.T) {
	t.Parallel()
	answers := func(w portal.World, now time.Time) string {
		who, _ := w.Identify("admin-token", "", now)
		_, _, problem := w.Provision(now, who, documentedRequest(t))
		return text(t, w.FutureLicense(now).Value) + refusal(problem) + identifies(w, "admin-token", "", now)
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(scenario.BuiltIn().Names()).Draw(t, "scenario")
		_, w, start := played(t, name)
		now := start.Add(time.Duration(rapid.Int64Range(-int64(60*24*time.Hour), int64(3*365*24*time.Hour)).Draw(t, "now")))
		next := w.NextBoundary(now)
		if next.IsZero() {
			next = now.AddDate(10, 0, 0)
		}
		if !next.After(now) {
			t.Fatalf("%s: the boundary after %v is %v", name, now, next)
		}
		if before, after := answers(w, now), answers(w, next.Add(-time.Millisecond)); before != after {
			t.Fatalf("%s: between %v and %v the answer goes from %s to %s", name, now, next, before, after)
		}
	})
}

func TestNextBoundary(t *testing.T) {
	t.Parallel()
	_, w, _ := played(t, "trial")
	start, end := time.UnixMilli(1469206117000), time.UnixMilli(1471798116000)
	for at, want := range map[time.Time]time.Time{
		time.UnixMilli(0): start, start.Add(-1): start, start: end, end.Add(-1): end, end: {}, end.Add(time.Hour): {},
	} {
		if got := w.NextBoundary(at); !got.Equal(want) {
			t.Errorf("after %v comes %v, want %v", at, got, want)
		}
	}
}

// TestShiftMovesReplies compares the replies of a world with those of its shifted self, before and after the end of the trial.
func TestShiftMovesReplies(t *testing.T) {
	t.Parallel()
	_, w, start := played(t, "trial")
	admin := caller(t, w, "admin-token", start)
	end := w.Boundaries()[1]
	for _, by := range []time.Duration{-time.Second, time.Hour, 10 * 365 * 24 * time.Hour} {
		moved := w.Shifted(by)
		for at, want := range map[time.Time]string{start: "", end.Add(-time.Millisecond): "", end: "item-not-provisioned"} {
			_, reply, problem := w.Provision(at, admin, documentedRequest(t))
			_, movedReply, movedProblem := moved.Provision(at.Add(by), admin, documentedRequest(t))
			if got := refusal(movedProblem); got != want || got != refusal(problem) {
				t.Errorf("by %v at %v: refused with %q, unshifted with %q", by, at.UTC(), got, refusal(problem))
			}
			if problem == nil && movedProblem == nil {
				diffObjects(t, "Provision by "+by.String(), text(t, shifted(object(t, text(t, reply.Value)), by)), text(t, movedReply.Value))
			}
			license := shifted(object(t, text(t, w.FutureLicense(at).Value)), by)
			diffObjects(t, "FutureLicense by "+by.String(), text(t, license), text(t, moved.FutureLicense(at.Add(by)).Value))
			if got, want := moved.NextBoundary(at.Add(by)), w.NextBoundary(at); !want.IsZero() && !got.Equal(want.Add(by)) {
				t.Errorf("by %v after %v comes %v, want %v", by, at.UTC(), got, want.Add(by))
			}
		}
	}
}
