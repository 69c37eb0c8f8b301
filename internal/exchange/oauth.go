package exchange

import "github.com/mockportal/mockportal/internal/portal"

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

func (c *call) signInForApp() (portal.Reply, *portal.Problem) {
	return c.become(c.world().SignInForApp(c.turn.Now, portal.OAuthSignIn{
		State: c.params.Text("oauth_state"), Username: c.params.Text("username"), Password: c.params.Text("password"),
		Cancel: c.params.Text("cancel") != "", Site: c.site(),
	}))
}

// redirectTarget returns where the form of the page may lead, beside this portal: to the application that a member signs in to.
func (c *call) redirectTarget() string {
	if !c.signsInForApp() {
		return ""
	}
	asked, _ := c.authorizeRequest()
	return asked.RedirectURI
}
