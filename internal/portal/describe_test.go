package portal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/scenario"
)

var (
	plain  = portal.Site{URL: "http://localhost:8080/portal"}
	secure = portal.Site{URL: "https://portal.example.com", Secure: true}
)

// TestDescriptions compares whole replies, and checks each against the contract.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	admin, viewer := caller(t, w, "admin-token", now), caller(t, w, "viewer-token", now)
	user := func(r portal.Reply, p *portal.Problem) portal.Reply {
		if p != nil {
			t.Fatal(refusal(p))
		}
		return r
	}
	for _, tt := range []struct {
		name, schema, want string
		reply              portal.Reply
	}{
		{
			"portal without a token", "PortalSelf",
			`{"name":"mockportal","isPortal":true,"portalMode":"singletenant","portalName":"ArcGIS Enterprise",` +
				`"portalHostname":"localhost:8080/portal","allSSL":false,"supportsOAuth":true,"currentVersion":"8.2",` +
				`"authorizedCrossOriginDomains":[],"canListApps":false,"canListData":false,"canListPreProvisionedItems":false,` +
				`"canProvisionDirectPurchase":false}`,
			w.PortalSelf(portal.Caller{}, plain),
		},
		{
			"portal for a seller", "PortalSelf",
			`{"id":"HwhoSWTiJyaB0VDi","name":"mockportal","isPortal":true,"portalMode":"singletenant","portalName":"ArcGIS ` +
				`Enterprise","portalHostname":"portal.example.com","allSSL":true,"supportsOAuth":true,"currentVersion":"8.2",` +
				`"authorizedCrossOriginDomains":[],"canListApps":true,"canListData":true,"canListPreProvisionedItems":true,` +
				`"canProvisionDirectPurchase":true,"user":{"username":"viewer","fullName":"viewer","email":"viewer@example.com",` +
				`"orgId":"HwhoSWTiJyaB0VDi","role":"org_user","privileges":[]}}`,
			w.PortalSelf(viewer, secure),
		},
		{
			"self", "User",
			`{"username":"viewer","fullName":"viewer","email":"viewer@example.com","orgId":"HwhoSWTiJyaB0VDi","role":"org_user","privileges":[]}`,
			user(w.CommunitySelf(viewer)),
		},
		{
			"another", "User",
			`{"username":"admin","fullName":"admin","email":"admin@example.com","orgId":"HwhoSWTiJyaB0VDi","role":"org_admin"}`,
			user(w.User(viewer, "admin")),
		},
		{"oneself by name", "User", text(t, user(w.CommunitySelf(admin)).Value), user(w.User(admin, "admin"))},
		{
			"info", "ServerInfo",
			`{"owningSystemUrl":"http://localhost:8080/portal","authInfo":{"isTokenBasedSecurity":true,` +
				`"tokenServicesUrl":"http://localhost:8080/portal/sharing/rest/generateToken"}}`,
			w.SharingInfo(plain),
		},
		{
			"server info", "ServerInfo",
			`{"currentVersion":10.81,"fullVersion":"10.8.1","owningSystemUrl":"https://portal.example.com",` +
				`"authInfo":{"isTokenBasedSecurity":true,"tokenServicesUrl":"https://portal.example.com/sharing/rest/generateToken"}}`,
			w.ServerInfo(secure),
		},
		{"sharing root", "SharingRoot", `{"currentVersion":"8.2"}`, w.SharingRoot()},
		{"health check", "Status", `{"status":"success"}`, portal.AdminSuccess()},
	} {
		got := text(t, tt.reply.Value)
		diffObjects(t, tt.name, tt.want, got)
		if err := contract.BuiltIn().ProveSchema(tt.schema, got); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	root := text(t, w.AdminRoot().Value)
	if err := contract.BuiltIn().ProveSchema("PortalAdminRoot", root); err != nil {
		t.Errorf("portaladmin: %v", err)
	}
	if object(t, root)["isPortalLicensed"] != true {
		t.Errorf("portaladmin says %s", root)
	}
}

func TestMembersWhoAreNotShown(t *testing.T) {
	t.Parallel()
	w, now := written(
		t,
		"  members: { foreign: { password: p, token: foreign-token, orgId: aaaaaaaaaaaaaaaa, role: org_admin } }\n  apps: { "+
			"lonely: { secret: s } }\n",
	)
	admin, foreign := caller(t, w, "admin-token", now), caller(t, w, "foreign-token", now)
	for _, tt := range []struct {
		name, username string
		who            portal.Caller
	}{
		{"unknown", "nobody", admin},
		{"in another letter case", "Admin", admin},
		{"of another organisation", "foreign", admin},
		{"asked from another organisation", "admin", foreign},
		{"asked without a token", "admin", portal.Caller{}},
		{"asked by an app without a member", "admin", portal.Caller{App: "lonely"}},
	} {
		if _, problem := w.User(tt.who, tt.username); refusal(problem) != "user-not-found" {
			t.Errorf("%s: refused with %q", tt.name, refusal(problem))
		}
	}
	if _, problem := w.CommunitySelf(portal.Caller{App: "lonely"}); refusal(problem) != "not-permitted" {
		t.Errorf("an app without a member: refused with %q", refusal(problem))
	}
	if self := object(t, text(t, w.PortalSelf(foreign, plain).Value)); self["canListApps"] != false || self["id"] != "aaaaaaaaaaaaaaaa" {
		t.Errorf("an organisation without a listing sees %v", self)
	}
}

func TestMay(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	purchase, licenses := []string{"marketplace:admin:purchase"}, []string{"x", "portal:admin:manageLicenses"}
	for token, want := range map[string][4]bool{
		"admin-token":     {true, true, true, true}, // by the role
		"viewer-token":    {true, false, false, false},
		"publisher-token": {true, true, false, false},
		"licensing-token": {true, false, true, false},
	} {
		c := caller(t, w, token, now)
		if got := [4]bool{c.May(nil), c.May(purchase), c.May(licenses), c.May([]string{"nobody:has:this"})}; got != want {
			t.Errorf("%s: anything, purchase, licences, an unknown privilege: %v, want %v", token, got, want)
		}
	}
	nobody := portal.Caller{App: "lonely"}
	if !nobody.May(nil) || nobody.May(purchase) || nobody.Name() != "" {
		t.Error("an app without a member has a privilege, or is refused what needs none")
	}
}

// TestRepliesAreCopies: changing a reply does not change the world.
func TestRepliesAreCopies(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	admin := caller(t, w, "admin-token", now)
	reply, _ := w.CommunitySelf(admin)
	before := seen(t, w, now)
	reply.Value.(map[string]any)["privileges"].([]string)[0] = "changed"
	view := w.View(now)
	view.Members[0]["privileges"].([]string)[0] = "changed"
	boundaries := w.Boundaries()
	boundaries[0] = time.Time{}
	if seen(t, w, now) != before || !admin.May([]string{"x"}) || w.Boundaries()[0].IsZero() {
		t.Error("the world has changed")
	}
}

func TestAccessors(t *testing.T) {
	t.Parallel()
	w, _ := written(t, "  members: { bare: { orgId: "+seller+", role: org_user, password: p } }\n")
	if diff := cmp.Diff([]string{"admin", "bare", "licensing", "publisher", "viewer"}, w.Usernames()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for username, want := range map[string][2]string{"admin": {"admin-token", "admin-password"}, "bare": {"", "p"}, "nobody": {}} {
		token, hasToken := w.Token(username)
		password, hasPassword := w.Password(username)
		if got := [2]string{token, password}; got != want || hasToken != (want[0] != "") || hasPassword != (want[1] != "") {
			t.Errorf("%s: got %q, %t, %t", username, got, hasToken, hasPassword)
		}
	}
}

// TestViewHoldsNoSecret searches the view of every built-in scenario for its secrets and for issued tokens.
func TestViewHoldsNoSecret(t *testing.T) {
	t.Parallel()
	for _, name := range scenario.BuiltIn().Names() {
		s, w, now := played(t, name)
		secrets := []string{}
		for _, m := range s.World.Members {
			secrets = append(secrets, m.Password, m.Token, m.RefreshToken)
		}
		for _, a := range s.World.Apps {
			secrets = append(secrets, a.Secret)
		}
		w, token := signIn(t, w, now, nil)
		w, _ = w.Revoke(now, token.Token)
		view := seen(t, w, now)
		for _, secret := range append(secrets, token.Token) {
			if secret != "" && strings.Contains(view, secret) {
				t.Errorf("%s shows %q", name, secret)
			}
		}
		if !strings.Contains(view, `"tokens":{"issued":1,"revoked":1}`) {
			t.Errorf("%s does not count tokens", name)
		}
	}
}

// TestViewHasTheLicense: the view has what getFutureLicense answers now, and null without a licence.
func TestViewHasTheLicense(t *testing.T) {
	t.Parallel()
	_, w, now := played(t, "trial")
	bare, err := scenario.BuiltIn().Decode("bare", []byte(`{"format":1,"summary":"No licence.","clock":{"at":"2016-07-22T16:48:37Z"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if with, without := w.View(now).License, worldOf(t, bare, 0).View(now).License; with == nil || without != nil {
		t.Errorf("with a licence: %v, without: %v", with, without)
	}
}
