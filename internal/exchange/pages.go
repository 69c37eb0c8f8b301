package exchange

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/internal/wire/page"
)

// The kinds of pages that the contract gives to operations.
const (
	directoryPage     = "directory"
	signInPage        = "sign-in"
	oauthSignInPage   = "oauth-sign-in"
	oauthApprovalPage = "oauth-approval"
)

// page writes the answer as the portal's directory shows it.
func (c *call) page() string {
	var b bytes.Buffer
	var err error
	switch {
	case c.signsIn():
		err = page.SignIn(&b, c.signInPage())
	case c.signsInForApp():
		err = page.SignIn(&b, c.oauthPage())
	case c.asksForToken() && c.sentForm():
		err = page.Form(&b, c.refusedPage())
	case c.errorCode != 0:
		e := c.envelope.Error
		p := page.ErrorPage{Head: c.head(), Code: e.Code, MessageCode: e.MessageCode, Message: e.Message, Details: e.Details}
		err = page.Error(&b, p)
	case c.aside:
		err = page.Form(&b, c.formPage())
	case c.kind == oauthApprovalPage:
		err = page.Approval(&b, page.ApprovalPage{
			Head: c.head(), Code: c.params.Text("code"), Error: c.params.Text("error"), Description: c.params.Text("error_description"),
		})
	default:
		err = page.Result(&b, c.resultPage())
	}
	if err != nil {
		panic("exchange: " + err.Error()) // a defect: the body is JSON, as prove has seen, and the fields are the contract's
	}
	return b.String()
}

// signsIn reports whether the answer is the sign-in page of the Portal Administrator Directory: a browser asks for it,
// or a sign-in may help, because the token is missing or bad, or because a sign-in has just failed.
func (c *call) signsIn() bool {
	if c.kind == signInPage && (c.aside || c.errorCode != 0) {
		return true
	}
	return c.api == contract.PortalAdmin && c.asksForToken()
}

// asksForToken reports whether the portal refuses the call because its token is missing or bad.
func (c *call) asksForToken() bool { return c.errorCode == 498 || c.errorCode == 499 }

// sentForm reports whether the call may come from the page of a form.
func (c *call) sentForm() bool {
	return c.route != nil && c.route.Method == http.MethodPost && c.request.Method == http.MethodPost
}

// forPeople reports whether the page of the operation is made for people to sign in, whatever a client accepts.
func (c *call) forPeople() bool {
	return c.kind == signInPage || c.kind == oauthSignInPage || c.kind == oauthApprovalPage
}

// root returns the name and the path of the directory that the call belongs to.
func (c *call) root() (name, directory string) {
	if c.api == contract.PortalAdmin {
		return "ArcGIS Portal Administrator Directory", c.context + "/portaladmin"
	}
	return "ArcGIS Portal Directory", c.context + "/sharing/rest"
}

// signInURL is the page of the directory at which a person signs in: portaladmin keeps a session, the sharing API answers a token.
func (c *call) signInURL() string {
	_, directory := c.root()
	if c.api == contract.PortalAdmin {
		return directory + "/login"
	}
	return directory + "/generateToken"
}

func (c *call) head() page.Head {
	name, directory := c.root()
	h := page.Head{Directory: name, Title: c.title(), Member: c.caller.Name()}
	switch {
	case h.Member == "" && c.path != c.signInURL():
		h.SignIn = c.signInURL()
	case wire.TokenOutside(c.request, c.api).In == "cookie":
		h.SignOut = directory + "/logout?redirect=" + url.QueryEscape(c.signInURL())
	}
	if c.kind == directoryPage {
		h.Crumbs = []page.Link{{Text: "Home"}}
	} else {
		h.Crumbs = []page.Link{{Text: "Home", URL: directory}}
	}
	if rest, ok := strings.CutPrefix(c.masks.Hide(c.path), directory+"/"); ok && c.operation != nil {
		for segment := range strings.SplitSeq(strings.Trim(rest, "/"), "/") {
			h.Crumbs = append(h.Crumbs, page.Link{Text: segment})
		}
	}
	if c.errorCode == 0 && !c.aside && c.request.Method != http.MethodPost {
		h.Formats = []page.Link{{Text: "JSON", URL: "?f=json"}, {Text: "Pretty JSON", URL: "?f=pjson"}}
	}
	return h
}

// title returns the last segment of the operation's path, as the real directory does.
func (c *call) title() string {
	switch {
	case c.operation == nil:
		return "Not found"
	case c.kind == directoryPage:
		name, _ := c.root()
		return name
	}
	return path.Base(c.operation.Routes[0].Path)
}

func (c *call) signInPage() page.SignInPage {
	_, directory := c.root()
	p := c.newSignInPage("/login")
	p.Redirect = directory
	switch {
	case c.kind != signInPage:
		p.Redirect = c.within(directory, c.path)
	case c.params.Text("redirect") != "":
		p.Redirect = c.within(directory, c.params.Text("redirect"))
	}
	return p
}

// newSignInPage says why the last sign-in failed, if it did.
func (c *call) newSignInPage(action string) page.SignInPage {
	_, directory := c.root()
	p := page.SignInPage{Head: c.head(), Action: directory + action, Username: c.masks.Hide(c.params.Text("username"))}
	p.Title, p.SignIn = "Sign in", ""
	if c.errorCode != 0 {
		p.Message, p.Details = c.envelope.Error.Message, c.envelope.Error.Details
	}
	return p
}

// signsInForApp reports whether the answer is the sign-in page of an application.
func (c *call) signsInForApp() bool {
	return c.kind == oauthSignInPage && !c.aside && (c.errorCode == 0 || c.errorID == "oauth-sign-in-failed")
}

// oauthPage asks a member to sign in to an application, again after a sign-in that failed.
func (c *call) oauthPage() page.SignInPage {
	asked, state := c.authorizeRequest()
	p := c.newSignInPage("/oauth2/signin")
	p.Crumbs, p.Formats = nil, nil
	p.OAuth = &page.OAuthInfo{
		OAuthState: state, ClientID: asked.ClientID, AppTitle: asked.ClientID, Code: c.envelope.Error.MessageCode, Messages: p.Details,
	}
	return p
}

// within keeps a redirect inside the directory. Any other target, and a path with a secret in it, leads to the root of the directory.
func (c *call) within(directory, target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" || path.Clean(u.Path) != u.Path ||
		!strings.HasPrefix(u.Path+"/", directory+"/") || c.masks.Hide(u.Path) != u.Path {
		return directory
	}
	return u.EscapedPath()
}

func (c *call) formPage() page.FormPage {
	action := url.URL{Path: c.masks.Hide(c.path)}
	f := page.FormPage{
		Head: c.head(), Summary: c.operation.Summary, Action: action.EscapedPath(), Method: c.route.Method, Submit: c.title(),
	}
	for i := range c.route.Parameters {
		if p := &c.route.Parameters[i]; p.In != "path" {
			f.Fields = append(f.Fields, field(p))
		}
	}
	return f
}

// refusedPage is the form again, with the values that were sent: those of the journal, which are masked.
func (c *call) refusedPage() page.FormPage {
	f := c.formPage()
	f.Refused = &page.Refusal{Code: c.errorCode, Message: c.envelope.Error.Message, Details: c.envelope.Error.Details, SignIn: c.signInURL()}
	for i := range f.Fields {
		field := &f.Fields[i]
		sent := slices.IndexFunc(c.values, func(v contract.Value) bool { return v.Name == field.Name })
		if sent >= 0 && field.Kind != "password" {
			field.Value = record.MaskNames(c.values[sent].Text)
		}
	}
	return f
}

func field(p *contract.Parameter) page.Field {
	f := page.Field{Name: p.Name, Description: p.Description, Example: p.Example, Kind: "text", Value: p.Default, Required: p.Required}
	switch {
	case p.Secret:
		f.Kind, f.Example = "password", ""
	case p.JSON:
		f.Kind, f.Value, f.Example = "textarea", p.Example, ""
	case len(p.Enum) > 0:
		f.Kind, f.Options = "select", p.Enum
		if !p.Required && p.Default == "" {
			f.Options = append([]string{""}, p.Enum...)
		}
	case p.Integer:
		f.Kind = "number"
	}
	return f
}

// resultPage lists the operations of an API on a directory. It lists an operation on a listing once for each listing of the world.
func (c *call) resultPage() page.ResultPage {
	_, directory := c.root()
	d := page.ResultPage{Head: c.head(), Summary: c.operation.Summary, Body: json.RawMessage(c.body)}
	if c.kind != directoryPage {
		return d
	}
	for _, o := range c.x.contract.Operations() {
		route := o.Routes[0]
		for _, at := range c.pathsOf(route.Path) {
			name, below := strings.CutPrefix(c.context+at, directory+"/")
			switch link := (page.Link{Text: name, URL: c.context + at}); {
			case !below:
			case route.Method == http.MethodPost:
				d.Operations = append(d.Operations, link)
			default:
				d.Resources = append(d.Resources, link)
			}
		}
	}
	return d
}

// pathsOf returns a path without a parameter as it is, a path of a listing once for each listing, and no other path.
func (c *call) pathsOf(template string) []string {
	switch {
	case !strings.Contains(template, "{"):
		return []string{template}
	case strings.Contains(template, "{itemId}"):
		var paths []string
		for _, id := range slices.Sorted(maps.Keys(c.scenario.World.Listings)) {
			paths = append(paths, strings.Replace(template, "{itemId}", id, 1))
		}
		return paths
	}
	return nil
}
