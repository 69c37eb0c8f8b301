package exchange

import (
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// authorizeRequest returns what an application has asked of oauth2/authorize, and its oauth_state: that of the page, else of the call.
func (c *call) authorizeRequest() (asked portal.AuthorizeRequest, state string) {
	if state = c.params.Text("oauth_state"); state != "" {
		asked, _ = portal.OpenOAuthState(state)
		return asked, state
	}
	minutes, _ := c.params.Int("expiration")
	asked = portal.AuthorizeRequest{
		ClientID: c.params.Text("client_id"), RedirectURI: c.params.Text("redirect_uri"), ResponseType: c.params.Text("response_type"),
		State: c.params.Text("state"), Expiration: minutes,
		Challenge: c.params.Text("code_challenge"), ChallengeMethod: c.params.Text("code_challenge_method"),
	}
	return asked, asked.Seal()
}

func (c *call) authorize() (portal.Reply, *portal.Problem) {
	asked, _ := c.authorizeRequest()
	return c.world().Authorize(asked, c.site())
}

func (c *call) signInForApp() (portal.Reply, *portal.Problem) {
	world, reply, problem := c.world().SignInForApp(c.turn.Now, portal.OAuthSignIn{
		State: c.params.Text("oauth_state"), Username: c.params.Text("username"), Password: c.params.Text("password"),
		Cancel: c.params.Text("cancel") != "", Site: c.site(),
	})
	c.turn.Become(world)
	return reply, problem
}

func (c *call) approval() (portal.Reply, *portal.Problem) {
	return portal.Reply{Value: portal.OAuthApproval{Code: c.params.Text("code"), State: c.params.Text("state")}}, nil
}

func (c *call) signOut() (portal.Reply, *portal.Problem) {
	return c.world().SignOut(c.params.Text("client_id"), c.params.Text("redirect_uri"), c.site()), nil
}

func (c *call) validateRedirectURI() (portal.Reply, *portal.Problem) {
	return c.world().ValidateRedirectURI(c.params.Text("client_id"), c.params.Text("redirect_uri"), c.site())
}

func (c *call) exchangeToken() (portal.Reply, *portal.Problem) {
	world, reply, problem := c.world().ExchangeToken(c.turn.Now, c.caller, c.token, c.params.Text("client_id"))
	c.turn.Become(world)
	return reply, problem
}

// formTargets returns where the form of the page may lead, beside this portal: to the application that a member signs in to.
func (c *call) formTargets() []string {
	if !c.signsInForApp() {
		return nil
	}
	asked, _ := c.authorizeRequest()
	if target := page.FormTarget(asked.RedirectURI); target != "" {
		return []string{target}
	}
	return nil
}
