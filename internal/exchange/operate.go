package exchange

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/wire"
)

// do does the operation of the contract that the call is for. It fails if the contract has an operation that this program does not have.
func (c *call) do() (portal.Reply, *portal.Problem) {
	w, now, clientID, redirectURI := c.world(), c.turn.Now, c.params.Text("client_id"), c.params.Text("redirect_uri")
	switch c.operation.ID {
	case "provisionOrgEntitlements":
		return c.provision()
	case "getFutureLicense":
		return w.FutureLicense(now), nil
	case "generateToken":
		return c.generateToken()
	case "oauthToken":
		return c.oauthToken()
	case "oauthRevokeToken":
		world, reply := w.Revoke(now, c.params.Text("auth_token"))
		return c.become(world, reply, nil)
	case "validateAppAccess":
		return w.AppAccess(c.caller, clientID)
	case "oauthAuthorize":
		asked, _ := c.authorizeRequest()
		return w.Authorize(asked, c.site())
	case "oauthSignIn":
		return c.signInForApp()
	case "oauthApproval":
		return w.Approval(c.params.Text("code"), c.params.Text("state")), nil
	case "oauthSignOut":
		return w.SignOut(clientID, redirectURI, c.site()), nil
	case "validateRedirectUri":
		return w.ValidateRedirectURI(clientID, redirectURI, c.site())
	case "exchangeToken":
		return c.become(w.ExchangeToken(now, c.caller, c.token, clientID))
	case "portalSelf":
		return w.PortalSelf(c.caller, c.site()), nil
	case "portal":
		return w.Portal(c.caller, c.site(), c.params.Text("portalId"))
	case "communitySelf":
		return w.CommunitySelf(c.caller)
	case "user":
		return w.User(c.caller, c.params.Text("username"))
	case "sharingInfo":
		return w.SharingInfo(c.site()), nil
	case "serverInfo":
		return w.ServerInfo(c.site()), nil
	case "sharingRoot":
		return w.SharingRoot(), nil
	case "portalAdminRoot":
		return w.AdminRoot(), nil
	case "healthCheck":
		return portal.AdminSuccess(), nil
	case "portalAdminSignIn":
		return c.signIn()
	case "portalAdminSignOut":
		return c.signOut()
	}
	panic("exchange: nothing does the operation " + c.operation.ID)
}

// become puts the world that an operation made in the place of the old one.
func (c *call) become(world portal.World, reply portal.Reply, problem *portal.Problem) (portal.Reply, *portal.Problem) {
	c.turn.Become(world)
	return reply, problem
}

// operate runs the stages before the operation. If they find no problem, it does the operation, or takes the reply that the sandbox keeps
// of an earlier call. A reply without a body is not rendered yet.
func (c *call) operate() (sandbox.Kept, *portal.Problem) {
	if problem := cmp.Or(c.authenticate(), c.authorise(), c.check()); problem != nil || c.aside {
		return sandbox.Kept{}, problem
	}
	if kept, ok := c.turn.Kept(c.operation.ID); ok {
		return kept, nil
	}
	reply, problem := c.do()
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
	return c.become(c.world().Provision(c.turn.Now, c.caller, portal.ProvisionRequest{
		ItemID: c.params.Text("itemId"), PurchaserOrgID: c.params.Text("purchaserOrgId"),
		MaxUsers: maxUsers, Entitlements: entitlements, Secure: c.secure(),
	}))
}

// orgEntitlements reads the members that count out of the JSON that the contract has accepted, and ignores the others. A client chooses the
// names of entitlements, and the world shows them: so it masks a secret among them. It keeps them too: so it copies them out of the body.
func (c *call) orgEntitlements(object contract.JSON) (maxUsers int64, _ portal.Entitlements) {
	var entitlements []portal.Entitlement
	for name, value := range object.Members() {
		switch name {
		case "maxUsers":
			maxUsers = value.Int()
		case "entitlements":
			for product, entitlement := range value.Members() {
				name := strings.Clone(c.masks.Hide(product))
				entitlements = append(entitlements, portal.Entitlement{Name: name, Num: member(entitlement, "num").Int()})
			}
		}
	}
	return maxUsers, portal.NewEntitlements(entitlements)
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
	return c.become(c.world().GenerateToken(c.turn.Now, portal.SignInRequest{
		Username: c.params.Text("username"), Password: c.params.Text("password"),
		Token: c.params.Text("token"), ServerURL: c.params.Text("serverUrl"),
		Client: c.params.Text("client"), Referer: c.params.Text("referer"), Sender: c.request.Referer(),
		Expiration: minutes, Secure: c.secure(), Wall: c.turn.Wall, InQuery: c.sentInQuery("username") || c.sentInQuery("password"),
	}))
}

// sentInQuery reports whether a parameter came in the query, also where it does not belong.
func (c *call) sentInQuery(name string) bool {
	return slices.ContainsFunc(c.values, func(v contract.Value) bool { return v.In == "query" && v.Name == name && v.Text != "" })
}

func (c *call) oauthToken() (portal.Reply, *portal.Problem) {
	minutes, _ := c.params.Int("expiration")
	return c.become(c.world().OAuthToken(c.turn.Now, portal.OAuthRequest{
		GrantType: c.params.Text("grant_type"), ClientID: c.params.Text("client_id"), ClientSecret: c.params.Text("client_secret"),
		RefreshToken: c.params.Text("refresh_token"), Code: c.params.Text("code"), CodeVerifier: c.params.Text("code_verifier"),
		RedirectURI: c.params.Text("redirect_uri"), Expiration: minutes, Secure: c.secure(),
	}))
}

// signIn signs a member in to the Portal Administrator Directory. The token goes into a cookie that no script can read, that other sites
// cannot send, and that is for this directory only.
func (c *call) signIn() (portal.Reply, *portal.Problem) {
	reply, problem := c.become(c.world().GenerateToken(c.turn.Now, portal.SignInRequest{
		Username: c.params.Text("username"), Password: c.params.Text("password"), Secure: c.secure(), Wall: c.turn.Wall,
	}))
	if problem != nil {
		return reply, problem
	}
	token, _ := reply.Value.(portal.Token)
	c.keep(token.Token, 0)
	return portal.AdminSuccess(), nil
}

// signOut ends the session of a browser. The token stays good, because a client may have it from elsewhere.
func (c *call) signOut() (portal.Reply, *portal.Problem) {
	c.keep("", -1)
	return portal.AdminSuccess(), nil
}

// keep has a browser keep a token, or forget it with a negative age.
func (c *call) keep(token string, age int) {
	_, directory := c.root()
	cookie := http.Cookie{ //nolint:gosec // a browser would not send a Secure cookie back over plain HTTP, which tests use
		Name: wire.Cookie, Value: token, Path: directory, MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: c.secure(),
	}
	c.cookie = cookie.String()
}
