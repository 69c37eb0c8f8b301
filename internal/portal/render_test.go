package portal_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/portal"
)

// TestRenderer holds the renderer of provisions against encoding/json.
func TestRenderer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "plain", "<&>", `"\`, "\u2028", "\xff", "\x7f", "é", "\x00\n"}))
		names := rapid.MapOf(text, rapid.Int64()).Draw(t, "entitlements")
		p := &portal.Provision{
			ItemID: text.Draw(t, "itemId"), ProvisionedItemID: text.Draw(t, "provisionedItemId"), AccountID: text.Draw(t, "accountId"),
			OrgID: text.Draw(t, "orgId"), PurchaserOrgID: text.Draw(t, "purchaserOrgId"), PurchaserUsername: text.Draw(t, "username"),
			PurchaserFullName: text.Draw(t, "fullName"), PurchaserEmail: text.Draw(t, "email"),
			PurchaserPhone: rapid.Ptr(text, true).Draw(t, "phone"), StartDate: rapid.Int64().Draw(t, "start"), EndDate: rapid.Int64().Draw(t, "end"),
			Purchased: rapid.Bool().Draw(t, "purchased"), Trial: rapid.Bool().Draw(t, "trial"), Interested: rapid.Bool().Draw(t, "interested"),
			Created: rapid.Int64().Draw(t, "created"), Modified: rapid.Int64().Draw(t, "modified"),
			CanDisconnect: rapid.Ptr(rapid.Bool(), true).Draw(t, "canDisconnect"),
		}
		if rapid.Bool().Draw(t, "entitled") {
			p.OrgEntitlements = &portal.OrgEntitlements{MaxUsers: rapid.Int64().Draw(t, "max"), EntitlementsModified: rapid.Int64().Draw(t, "at")}
			var all []portal.Entitlement
			for name, num := range names {
				all = append(all, portal.Entitlement{Name: name, Num: num})
			}
			p.OrgEntitlements.Entitlements = portal.NewEntitlements(all)
		}
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(p); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(p.AppendJSON(nil))+"\n"); diff != "" {
			t.Errorf("(-encoding/json +renderer):\n%s", diff)
		}
	})
}

// TestEntitlementsAreAMap holds a set of entitlements against a map, in Go and in JSON.
func TestEntitlementsAreAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type num struct {
			Num int64 `json:"num"`
		}
		want, all := map[string]num{}, []portal.Entitlement(nil)
		for range rapid.IntRange(0, 9).Draw(t, "n") {
			name, n := rapid.SampledFrom([]string{"a", "b", "ab", "", "é", `"`}).Draw(t, "name"), rapid.Int64().Draw(t, "num")
			want[name] = num{n}
			all = append(all, portal.Entitlement{Name: name, Num: n})
		}
		wrote, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(portal.NewEntitlements(all))
		if diff := cmp.Diff(string(wrote), string(text)); diff != "" || err != nil {
			t.Errorf("%v (-map +set):\n%s", err, diff)
		}
		var read portal.Entitlements
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(read); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%s becomes %s (%v)", text, again, err)
		}
	})
}
