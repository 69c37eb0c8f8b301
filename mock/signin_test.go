package mock_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// browser is a client with a cookie jar that follows redirects.
func browser(tb testing.TB, s *mock.Server) *http.Client {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return &http.Client{Transport: s.Client().Transport, Jar: jar}
}

// TestSignInPage proves the way of a person: the licence page asks to sign in, the form leads back to it, and the session holds for
// portaladmin and nothing else.
func TestSignInPage(t *testing.T) {
	t.Parallel()
	for scheme, options := range map[string][]mock.Option{"http": nil, "https": {mock.WithTLS()}} {
		for _, context := range []string{"", "/portal", "/arcgis"} {
			t.Run(scheme+context, func(t *testing.T) {
				t.Parallel()
				proveSignIn(t, mock.NewServer(t, append(options, mock.WithStrict())...), context)
			})
		}
	}
}

func proveSignIn(t *testing.T, s *mock.Server, context string) {
	client := browser(t, s)
	page := fetch(t, client, get(context+licensePath).to(t, s.URL))
	contains(t, page.body, `action="`+context+`/portaladmin/login"`, `name="username"`, `name="password"`, `value="`+context+licensePath+`"`)
	page = fetch(
		t, client,
		post(context+"/portaladmin/login", "username", "admin", "password", "admin-password", "redirect", context+licensePath).to(t, s.URL),
	)
	contains(t, page.body, "GISProfessionalAdvUT")
	diff(t, "member", "admin", s.Calls(mock.GetFutureLicense)[1].Member)
	again := fetch(t, client, get(context+"/portaladmin", "f", "json").to(t, s.URL))
	diff(t, "code of the root", 0, errorOf(t, again).Code)
	elsewhere := fetch(t, client, get(context+"/sharing/rest/community/self", "f", "json").to(t, s.URL))
	diff(t, "code of the sharing API", 499, errorOf(t, elsewhere).Code)
}

func contains(tb testing.TB, text string, parts ...string) {
	tb.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			tb.Errorf("no %s in\n%s", part, text)
		}
	}
}

// TestSignInCookie proves that no script can read the cookie, no other site can send it, and that it holds for the directory only.
func TestSignInCookie(t *testing.T) {
	t.Parallel()
	signIn := post("/portal/portaladmin/login", "username", "admin", "password", "admin-password")
	for _, row := range []struct {
		name    string
		options []mock.Option
		request request
		want    http.Cookie
	}{
		{"over HTTP", nil, signIn, http.Cookie{Path: "/portal/portaladmin"}},
		{"over HTTPS", []mock.Option{mock.WithTLS()}, signIn, http.Cookie{Path: "/portal/portaladmin", Secure: true}},
		{"without a context", nil, signIn.at("/portaladmin/login"), http.Cookie{Path: "/portaladmin"}},
		{"as JSON", nil, signIn.with("f", "json"), http.Cookie{Path: "/portal/portaladmin"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, row.options...)
			client := *s.Client()
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			a := fetch(t, &client, row.request.to(t, s.URL))
			cookies := (&http.Response{Header: a.header}).Cookies()
			if len(cookies) != 1 || cookies[0].Value == "" {
				t.Fatalf("the cookies are %v", cookies)
			}
			got := *cookies[0]
			want := row.want
			want.Name, want.Value, want.Raw, want.HttpOnly, want.SameSite = "portaladmin_token", got.Value, got.Raw, true, http.SameSiteStrictMode
			diff(t, "cookie", want, got)
			asJSON := row.request.form.Has("f")
			diff(t, "status", map[bool]int{true: 200, false: 303}[asJSON], a.status)
			diff(t, "redirected", !asJSON, a.header.Get("Location") != "")
			refused := fetch(t, &client, row.request.with("password", "wrong").to(t, s.URL))
			diff(t, "cookie for a wrong password", []string(nil), refused.header["Set-Cookie"])
			diff(t, "status for a wrong password", 200, refused.status)
		})
	}
}

// TestSignInRedirect proves that no value of redirect leads out of the directory.
func TestSignInRedirect(t *testing.T) {
	t.Parallel()
	const directory = "/portal/portaladmin"
	s := mock.NewServer(t)
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for target, want := range map[string]string{
		"":                                     directory,
		directory:                              directory,
		directory + "/":                        directory,
		directory + "/license":                 directory + "/license",
		"/portal" + licensePath:                "/portal" + licensePath,
		"https://evil.example":                 directory,
		"https://evil.example" + directory:     directory,
		"//evil.example" + directory:           directory,
		"//evil.example" + directory + "/a":    directory,
		`/\evil.example` + directory:           directory,
		`\\evil.example`:                       directory,
		"javascript:alert(1)":                  directory,
		"evil.example":                         directory,
		"/":                                    directory,
		"/portal/sharing/rest":                 directory,
		"/portaladmin":                         directory,
		directory + "x":                        directory,
		directory + "/../sharing/rest":         directory,
		directory + "/%2e%2e/%2e%2e/sharing":   directory,
		directory + "/..%2f..%2fsharing":       directory,
		directory + "//evil.example":           directory,
		directory + "/x\r\nSet-Cookie: a=b":    directory,
		directory + "/license?f=json#fragment": directory + "/license",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			a := fetch(
				t, &client,
				post("/portal/portaladmin/login", "username", "admin", "password", "admin-password", "redirect", target).to(t, s.URL),
			)
			diff(t, "status", 303, a.status)
			diff(t, "location", want, a.header.Get("Location"))
			base, err := url.Parse(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			to, err := base.Parse(a.header.Get("Location"))
			if err != nil {
				t.Fatal(err)
			}
			if to.Host != base.Host || to.Path != directory && !strings.HasPrefix(to.Path, directory+"/") || strings.Contains(to.Path, "..") {
				t.Errorf("%q leads to %s", target, to)
			}
			diff(t, "cookies", 1, len(a.header["Set-Cookie"]))
		})
	}
}

// TestSignOut proves that the directory links to its sign-out for a browser that has signed in, and that the session ends there.
func TestSignOut(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithStrict())
	client := browser(t, s)
	const directory, link = "/portal/portaladmin", `<a href="/portal/portaladmin/logout?redirect=%2Fportal%2Fportaladmin%2Flogin">Sign out</a>`
	page := fetch(t, client, post(directory+"/login", "username", "admin", "password", "admin-password").to(t, s.URL))
	contains(t, page.body, "Signed in as", link)
	if byToken := ask(t, s, get(directory, "token", "admin-token")); strings.Contains(byToken.body, link) {
		t.Errorf("a call with a token of its own has a session to end:\n%s", byToken.body)
	}
	page = fetch(t, client, get(directory+"/logout", "redirect", directory+"/login").to(t, s.URL))
	contains(t, page.body, `action="/portal/portaladmin/login"`, `value="/portal/portaladmin"`)
	if strings.Contains(page.body, "Token Required") {
		t.Errorf("the sign-in page says that somebody was refused:\n%s", page.body)
	}
	diff(t, "code of the root", 499, errorOf(t, fetch(t, client, get(directory, "f", "json").to(t, s.URL))).Code)
	diff(t, "code with the token", 0, errorOf(t, ask(t, s, get(directory, "f", "json", "token", "admin-token"))).Code)
}

// TestRefusedForm proves that a form that was refused for its token comes again with its values, apart from secrets, and with a link to
// the sign-in.
func TestRefusedForm(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.AllowViolations())
	const entitlements = `{"maxUsers":7,"entitlements":{"a<b":{"num":1}}}`
	sent := provision().at("/portal"+provisionPath).with("f", "html").with("orgEntitlements", entitlements)
	for token, message := range map[string]string{"": "Token Required", "stale-5ec12e7": "Invalid token."} {
		a := ask(t, s, sent.with("token", token))
		contains(
			t, a.body, message, `action="/portal`+provisionPath+`"`, `value="sWwd06TnJR4lHopc"`,
			"{&#34;maxUsers&#34;:7,", "a&lt;b", `name="token" value=""`,
			`<a href="/portal/sharing/rest/generateToken" target="_blank" rel="noopener">`,
		)
		if strings.Contains(a.body, "5ec12e7") {
			t.Errorf("it shows the token:\n%s", a.body)
		}
	}
	secretive := sent.with("token", "").with("purchaserOrgId", "admin-token").with("orgEntitlements", `{"password":"x5ec12e7"}`)
	if a := ask(t, s, secretive); strings.Contains(a.body, "admin-token<") || strings.Contains(a.body, "5ec12e7") ||
		strings.Contains(a.body, `"admin-token"`) {
		t.Errorf("it shows secrets:\n%s", a.body)
	}
	refused := ask(t, s, provision().with("f", "html").with("purchaserOrgId", ""))
	if strings.Contains(refused.body, "<form") {
		t.Errorf("another error has become a form:\n%s", refused.body)
	}
}

// TestFormPage proves that the page of the operation is a form that works: what it has filled in and what a person adds is a good
// request.
func TestFormPage(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	page := ask(t, s, get("/portal"+provisionPath))
	contains(
		t, page.body, `action="/portal`+provisionPath+`"`, `name="purchaserOrgId"`, `name="orgEntitlements"`, `name="token"`, `name="f"`,
		`<a href="/portal/sharing/rest/generateToken">Sign in</a>`,
	)
	contains(t, ask(t, s, provision().with("f", "html")).body, "sWwd06TnJR4lHopc", "spatialAnalyst")
	kinds := []string{}
	for _, c := range s.Calls() {
		kinds = append(kinds, c.Operation+" "+string(c.Kind))
	}
	diff(t, "journaled", []string{" support", "provisionOrgEntitlements licensing"}, kinds)
	if page = ask(t, s, get("/portal/sharing/rest/generateToken")); strings.Contains(page.body, ">Sign in<") {
		t.Errorf("the page to sign in at links to itself:\n%s", page.body)
	}
}
