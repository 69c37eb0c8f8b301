package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
)

// entitlements writes orgEntitlements with n entitlements, e0 and so on, and more members at the end.
func entitlements(n int, more ...string) string {
	members := make([]string, n)
	for i := range members {
		members[i] = fmt.Sprintf(`"e%d":{"num":%d}`, i, i)
	}
	return `{"maxUsers":1,"entitlements":{` + strings.Join(append(members, more...), ",") + `}}`
}

// TestDuplicateNames has one duplicate key per row and no other violation, in objects with few and with many members.
func TestDuplicateNames(t *testing.T) {
	t.Parallel()
	r := routeOf(t, contract.BuiltIn(), "provisionOrgEntitlements")
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"declared", `{"maxUsers":1,"entitlements":{},"maxUsers":1}`, []string{"/maxUsers"}},
		{"declared, an object", `{"maxUsers":1,"entitlements":{},"entitlements":{}}`, []string{"/entitlements"}},
		{"declared, inside", entitlements(0, `"a":{"num":1,"num":1}`), []string{"/entitlements/a/num"}},
		{"free", entitlements(0, `"a":{"num":1}`, `"a":{"num":1}`), []string{"/entitlements/a"}},
		{"free, far apart", entitlements(20, `"e0":{"num":1}`), []string{"/entitlements/e0"}},
		{"free, three times", entitlements(1, `"e0":{"num":1}`, `"e0":{"num":1}`), []string{"/entitlements/e0", "/entitlements/e0"}},
		{"free, written with an escape", entitlements(1, `"\u00650":{"num":1}`), []string{"/entitlements/e0"}},
		{"free, of many", entitlements(24, `"e23":{"num":1}`), []string{"/entitlements/e23"}},
		{"free, of very many", entitlements(300, `"e0":{"num":1}`, `"e299":{"num":1}`), []string{"/entitlements/e0", "/entitlements/e299"}},
		{"extra", `{"maxUsers":1,"entitlements":{},"x":1,"x":1}`, []string{"/x"}},
		{"empty name", entitlements(0, `"":{"num":1}`, `"":{"num":1}`), []string{"/entitlements/"}},
		{"none of 23", entitlements(23), nil},
		{"none of 24", entitlements(24), nil},
		{"none of 25", entitlements(25), nil},
		{"none of 300", entitlements(300), nil},
		{"the same name in two objects", entitlements(0, `"num":{"num":1}`, `"maxUsers":{"num":1}`, `"entitlements":{"num":1}`), nil},
		{"another letter case", entitlements(1, `"E0":{"num":1}`), nil},
	} {
		_, violations := r.Check(sent(t, json4(tt.text)...))
		var got []string
		for _, v := range violations {
			got = append(got, v.Pointer)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: pointers (-want +got):\n%s\n%v", tt.name, diff, violations)
		}
	}
}
