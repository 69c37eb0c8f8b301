package nearest_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/nearest"
)

// TestLongNames proves that Name does not compare megabytes, which would take hours.
func TestLongNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 1<<20)
	if got, ok := nearest.Name(long, []string{long + "b", "token"}); ok {
		t.Errorf("a long name is close to a name of %d bytes", len(got))
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, a, b string
		want       int
	}{
		{"nothing", "", "", 0},
		{"the same", "token", "token", 0},
		{"everything", "", "token", 5},
		{"a letter too many", "tokken", "token", 1},
		{"a letter too few", "tken", "token", 1},
		{"another letter", "tojen", "token", 1},
		{"two letters swapped", "tokne", "token", 1},
		{"the first two swapped", "otken", "token", 1},
		{"swapped, and another letter between", "ca", "abc", 3},
		{"letter case", "Token", "token", 1},
		{"two apart", "tokne", "tkoen", 2},
		{"nothing in common", "abc", "xyz", 3},
		{"in front and behind", "xtokenx", "token", 2},
	} {
		if got := nearest.Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: Distance(%q, %q) is %d, want %d", tt.name, tt.a, tt.b, got, tt.want)
		}
	}
}

func TestDistanceIsOne(t *testing.T) {
	t.Parallel()
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abcAB_ ")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		d := nearest.Distance(a, b)
		if back := nearest.Distance(b, a); d != back {
			t.Errorf("%d there, %d back", d, back)
		}
		if (d == 0) != (a == b) {
			t.Errorf("%q and %q are %d apart", a, b, d)
		}
		if longest := max(len(a), len(b)); d > longest || d < longest-min(len(a), len(b)) {
			t.Errorf("%q and %q are %d apart", a, b, d)
		}
		if prefixed := nearest.Distance("x"+a, "x"+b); prefixed != d {
			t.Errorf("%d apart, %d with the same letter before both", d, prefixed)
		}
	})
}

// TestOneChangeIsOneApart makes one change of each kind and measures the distance.
func TestOneChangeIsOneApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[a-z]{2,12}`).Draw(t, "a")
		i := rapid.IntRange(0, len(a)-2).Draw(t, "i")
		for what, b := range map[string]string{
			"inserted": a[:i] + "#" + a[i:], "deleted": a[:i] + a[i+1:], "replaced": a[:i] + "#" + a[i+1:],
			"swapped": a[:i] + a[i+1:i+2] + a[i:i+1] + a[i+2:],
		} {
			if d := nearest.Distance(a, b); d != 1 && a != b {
				t.Errorf("%s: %q and %q are %d apart", what, a, b, d)
			}
		}
	})
}

func TestName(t *testing.T) {
	t.Parallel()
	names := []string{"purchaserOrgId", "orgEntitlements", "purchaserSubscriptionId", "token", "callback", "f"}
	for _, tt := range []struct {
		name, got, want string
		candidates      []string
	}{
		{"letter case", "PURCHASERORGID", "purchaserOrgId", names},
		{"a swap", "orgEntitlemenst", "orgEntitlements", names},
		{"cut", "purchaserOrg", "purchaserOrgId", names},
		{"one of two letters", "fo", "f", []string{"f"}},
		{"the only letter", "q", "", names},
		{"no letter", "", "", names},
		{"a third of it", "tokenxx", "token", names},
		{"more than a third of it", "tokenxxx", "token", []string{"token"}},
		{"half of it", "tokenxxxx", "", names},
		{"the closest, not the first", "tocken", "token", []string{"spoken", "token"}},
		{"of equals the first", "cat", "car", []string{"car", "bat"}},
		{"of equals the first, the other way round", "cat", "bat", []string{"bat", "car"}},
		{"exact beside letter case", "token", "Token", []string{"Token", "token"}},
		{"nothing like it", "geometry", "", names},
		{"no candidates", "token", "", nil},
		{"far longer candidate", "to", "", names},
	} {
		got, ok := nearest.Name(tt.got, tt.candidates)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: Name(%q) is %q, %t, want %q", tt.name, tt.got, got, ok, tt.want)
		}
		suggestion := ""
		if tt.want != "" {
			suggestion = ` (did you mean "` + tt.want + `"?)`
		}
		if got := nearest.Suggest(tt.got, tt.candidates); got != suggestion {
			t.Errorf("%s: Suggest(%q) is %q, want %q", tt.name, tt.got, got, suggestion)
		}
	}
}

func TestSuggestKnowsABeginning(t *testing.T) {
	t.Parallel()
	ids := []string{
		"getFutureLicense", "portal", "portalAdminRoot", "portalAdminSignIn", "provisionOrgEntitlements", "sharingInfo",
		"sharingRoot",
	}
	for got, want := range map[string]string{
		"provision": ` (did you mean "provisionOrgEntitlements"?)`,
		"GETFUTURE": ` (did you mean "getFutureLicense"?)`,
		"prov":      ` (did you mean "provisionOrgEntitlements"?)`,
		"pro":       "",                          // too short
		"shar":      "",                          // of two
		"porta":     ` (did you mean "portal"?)`, // the closest, though two others begin so
		"Future":    "",
	} {
		if s := nearest.Suggest(got, ids); s != want {
			t.Errorf("Suggest(%q) is %q, want %q", got, s, want)
		}
	}
}

// TestNameIsTheClosest compares Name, which has shortcuts, with a plain search.
func TestNameIsTheClosest(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[abA]{1,7}`)
	rapid.Check(t, func(t *rapid.T) {
		got, candidates := word.Draw(t, "got"), rapid.SliceOf(word).Draw(t, "candidates")
		want, best := "", (len(got)+1)/3+1
		for _, c := range candidates {
			if d := nearest.Distance(strings.ToLower(got), strings.ToLower(c)); d < best {
				want, best = c, d
			}
		}
		if name, ok := nearest.Name(got, candidates); name != want || ok != (want != "") {
			t.Errorf("Name is %q, %t, want %q", name, ok, want)
		}
	})
}
