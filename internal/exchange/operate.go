package exchange

import (
	"net/http"
	"slices"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
)

// operations does each operation of the contract.
var operations = map[string]func(*call) (portal.Reply, *portal.Problem){
	"provisionOrgEntitlements": (*call).provision,
	"getFutureLicense":         func(c *call) (portal.Reply, *portal.Problem) { return c.world().FutureLicense(c.turn.Now), nil },
	"generateToken":            (*call).generateToken,
	"oauthToken":               (*call).oauthToken,
	"oauthRevokeToken":         (*call).revokeToken,
	"validateAppAccess":        (*call).appAccess,
	"oauthAuthorize":           (*call).authorize,
	"oauthSignIn":              (*call).signInForApp,
	"oauthApproval":            (*call).approval,
	"oauthSignOut":             (*call).signOut,
	"validateRedirectUri":      (*call).validateRedirectURI,
	"exchangeToken":            (*call).exchangeToken,
	"portalSelf":               func(c *call) (portal.Reply, *portal.Problem) { return c.world().PortalSelf(c.caller, c.site()), nil },
	"portal": func(c *call) (portal.Reply, *portal.Problem) {
		return c.world().Portal(c.caller, c.site(), c.params.Text("portalId"))
	},
	"communitySelf": func(c *call) (portal.Reply, *portal.Problem) { return c.world().CommunitySelf(c.caller) },
	"user": func(c *call) (portal.Reply, *portal.Problem) {
		return c.world().User(c.caller, c.params.Text("username"))
	},
	"sharingInfo":       func(c *call) (portal.Reply, *portal.Problem) { return c.world().SharingInfo(c.site()), nil },
	"serverInfo":        func(c *call) (portal.Reply, *portal.Problem) { return c.world().ServerInfo(c.site()), nil },
	"sharingRoot":       (*call).sharingRoot,
	"portalAdminRoot":   func(c *call) (portal.Reply, *portal.Problem) { return c.world().AdminRoot(), nil },
	"healthCheck":       func(c *call) (portal.Reply, *portal.Problem) { return c.world().HealthCheck(), nil },
	"portalAdminSignIn": (*call).signIn,
}

func (c *call) sharingRoot() (portal.Reply, *portal.Problem) {
	c.listings = c.world().ListingIDs()
	return c.world().SharingRoot(), nil
}

// operate does the operation, or takes the reply that the sandbox keeps of an earlier call. A reply without a body is not rendered yet.
func (c *call) operate() (sandbox.Kept, *portal.Problem) {
	if c.form {
		return sandbox.Kept{}, nil
	}
	if kept, ok := c.turn.Kept(c.operation.ID); ok {
		return kept, nil
	}
	reply, problem := operations[c.operation.ID](c)
	return sandbox.Kept{Reply: reply}, problem
}

// site returns where this request reached the portal.
func (c *call) site() portal.Site {
	reached := wire.ReachedBy(c.request, c.x.TrustProxy)
	return portal.Site{URL: c.masks.Hide(reached.URL()) + c.context, Secure: reached.Secure}
}

func (c *call) secure() bool { return wire.ReachedBy(c.request, c.x.TrustProxy).Secure }

func (c *call) provision() (portal.Reply, *portal.Problem) {
	maxUsers, entitlements := c.orgEntitlements(c.params.JSON("orgEntitlements"))
	world, reply, problem := c.world().Provision(c.turn.Now, c.caller, portal.ProvisionRequest{
		ItemID: c.params.Text("itemId"), PurchaserOrgID: c.params.Text("purchaserOrgId"),
		MaxUsers: maxUsers, Entitlements: entitlements, Secure: c.secure(),
	})
	c.turn.Become(world)
	return reply, problem
}

// orgEntitlements reads the members that count out of the JSON that the contract has accepted, and ignores the others. A client chooses the
// names of entitlements, and the world shows them: so it masks a secret among them.
func (c *call) orgEntitlements(object contract.JSON) (maxUsers int64, entitlements map[string]portal.Entitlement) {
	entitlements = map[string]portal.Entitlement{}
	for name, value := range object.Members() {
		switch name {
		case "maxUsers":
			maxUsers = value.Int()
		case "entitlements":
			for product, entitlement := range value.Members() {
				entitlements[c.masks.Hide(product)] = portal.Entitlement{Num: member(entitlement, "num").Int()}
			}
		}
	}
	return maxUsers, entitlements
}

func member(object contract.JSON, name string) contract.JSON {
	for n, value := range object.Members() {
		if n == name {
			return value
		}
	}
	return contract.JSON{}
}

func (c *call) generateToken() (portal.Reply, *portal.Problem) {
	minutes, _ := c.params.Int("expiration")
	world, reply, problem := c.world().GenerateToken(c.turn.Now, portal.SignInRequest{
		Username: c.params.Text("username"), Password: c.params.Text("password"),
		Token: c.params.Text("token"), ServerURL: c.params.Text("serverUrl"),
		Client: c.params.Text("client"), Referer: c.params.Text("referer"), Sender: c.request.Referer(),
		Expiration: minutes, Secure: c.secure(), Wall: c.turn.Wall, InQuery: c.sentInQuery("username") || c.sentInQuery("password"),
	})
	c.turn.Become(world)
	return reply, problem
}

// sentInQuery reports whether a parameter came in the query, also where it does not belong.
func (c *call) sentInQuery(name string) bool {
	return slices.ContainsFunc(c.values, func(v contract.Value) bool { return v.In == "query" && v.Name == name && v.Text != "" })
}

func (c *call) oauthToken() (portal.Reply, *portal.Problem) {
	minutes, _ := c.params.Int("expiration")
	world, reply, problem := c.world().OAuthToken(c.turn.Now, portal.OAuthRequest{
		GrantType: c.params.Text("grant_type"), ClientID: c.params.Text("client_id"), ClientSecret: c.params.Text("client_secret"),
		RefreshToken: c.params.Text("refresh_token"), Code: c.params.Text("code"), CodeVerifier: c.params.Text("code_verifier"),
		RedirectURI: c.params.Text("redirect_uri"), Expiration: minutes, Secure: c.secure(),
	})
	c.turn.Become(world)
	return reply, problem
}

func (c *call) revokeToken() (portal.Reply, *portal.Problem) {
	world, reply := c.world().Revoke(c.turn.Now, c.params.Text("auth_token"))
	c.turn.Become(world)
	return reply, nil
}

func (c *call) appAccess() (portal.Reply, *portal.Problem) {
	return c.world().AppAccess(c.caller, c.params.Text("client_id"))
}

// signIn signs a member in to the Portal Administrator Directory. The token goes into a cookie that no script can read, that other sites
// cannot send, and that is for this directory only.
func (c *call) signIn() (portal.Reply, *portal.Problem) {
	world, reply, problem := c.world().GenerateToken(c.turn.Now, portal.SignInRequest{
		Username: c.params.Text("username"), Password: c.params.Text("password"), Secure: c.secure(), Wall: c.turn.Wall,
	})
	if problem != nil {
		return portal.Reply{}, problem
	}
	c.turn.Become(world)
	token, _ := reply.Value.(portal.Token)
	_, directory := c.root()
	cookie := http.Cookie{ //nolint:gosec // a browser would not send a Secure cookie back over plain HTTP, which tests use
		Name: wire.Cookie, Value: token.Token, Path: directory,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: c.secure(),
	}
	c.cookie = cookie.String()
	return portal.Reply{Value: portal.Status{Status: "success"}}, nil
}
