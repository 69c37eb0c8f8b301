package page_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/wire/page"
)

var update = flag.Bool("update", false, "write the golden files, and remove the unused ones")

const goldens = "testdata/golden"

// hostile must appear in a page as text only.
const hostile = `"onmouseover="alert(1)' <script>alert(2)</script> </textarea></title></style><img src=x onerror=alert(3)>`

func sharing(title string) page.Head {
	return page.Head{
		Directory: "ArcGIS Portal Directory",
		Title:     title,
		Crumbs: []page.Link{
			{Text: "Home", URL: "/sharing/rest"},
			{Text: "Listing", URL: "/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe"},
			{Text: title},
		},
		Formats: []page.Link{{Text: "JSON", URL: "?f=json"}, {Text: "Pretty JSON", URL: "?f=pjson"}},
	}
}

func portaladmin(title string) page.Head {
	return page.Head{
		Directory: "ArcGIS Portal Administrator Directory",
		Title:     title,
		Crumbs:    []page.Link{{Text: "Home", URL: "/portaladmin"}, {Text: "License", URL: "/portaladmin/license"}, {Text: title}},
		Formats:   []page.Link{{Text: "JSON", URL: "?f=json"}, {Text: "Pretty JSON", URL: "?f=pjson"}},
		Member:    "admin",
	}
}

// enemy is a head with hostile text in every part.
func enemy() page.Head {
	return page.Head{
		Directory: hostile,
		Title:     hostile,
		Crumbs:    []page.Link{{Text: hostile, URL: "javascript:alert(4)"}, {Text: hostile}},
		Formats:   []page.Link{{Text: hostile, URL: hostile}, {Text: hostile}},
		Member:    hostile,
		SignIn:    "javascript:alert(5)",
		SignOut:   "javascript:alert(6)",
	}
}

type golden struct {
	name  string
	write func(io.Writer) error
}

func body(tb testing.TB, name string) []byte {
	tb.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "bodies", name))
	if err != nil {
		tb.Fatal(err)
	}
	return content
}

// cases are pages of every kind: the plainest, the fullest, and one with hostile text.
func cases(tb testing.TB) []golden {
	tb.Helper()
	result := func(r page.ResultPage) func(io.Writer) error {
		return func(w io.Writer) error { return page.Result(w, r) }
	}
	problem := func(e page.ErrorPage) func(io.Writer) error {
		return func(w io.Writer) error { return page.Error(w, e) }
	}
	all := []golden{
		{"result-provision", result(page.ResultPage{
			Head:    sharing("Provision Org Entitlements"),
			Summary: "The provision of the purchasing organisation, with the entitlements that it has now.",
			Body:    body(tb, "provision.json"),
		})},
		{"result-future-license", result(page.ResultPage{Head: portaladmin("Get Future License"), Body: body(tb, "future-license.json")})},
		{"result-everything", result(page.ResultPage{Head: enemy(), Summary: hostile, Body: body(tb, "everything.json")})},
		{"result-scalar", result(page.ResultPage{Body: []byte("true")})},
		{"error-portaladmin", problem(page.ErrorPage{
			Head: portaladmin("Error"), Code: 403, Message: "You are not authorized to access this resource",
		})},
		{"error-sharing", problem(page.ErrorPage{
			Head: sharing("Error"), Code: 400, MessageCode: "CONT_0001", Message: "Invalid request",
			Details: []string{"'purchaserOrgId' must be specified.", "'orgEntitlements' must be specified."},
		})},
		{"error-hostile", problem(page.ErrorPage{Head: enemy(), Code: 400, MessageCode: hostile, Message: hostile, Details: []string{hostile}})},
	}
	return slices.Concat(all, forms(), starts(), directories(tb))
}

func starts() []golden {
	start := func(s page.StartPage) func(io.Writer) error {
		return func(w io.Writer) error { return page.Start(w, s) }
	}
	const evil = "javascript:alert(10)"
	return []golden{
		{"start", start(page.StartPage{
			Summary: "The documented world.", Scenario: "trial", ScenarioURL: "/__admin/scenarios/trial",
			SharingURL: "/portal/sharing/rest", PortalAdminURL: "/portal/portaladmin", Members: []string{"admin", "viewer"},
			SignInURL: "/portaladmin/login", TokenURL: "/a",
			CallsURL: "/__admin/sandboxes/default/calls", Command: "mockportal calls", ControlURL: "/__admin",
		})},
		{"start-hostile", start(page.StartPage{
			Scenario: hostile, ScenarioURL: evil, Summary: hostile, SharingURL: evil, PortalAdminURL: evil, Members: []string{hostile},
			SignInURL: evil, TokenURL: evil, CallsURL: evil, Command: hostile, ControlURL: evil,
		})},
	}
}

func forms() []golden {
	form := func(f page.FormPage) func(io.Writer) error {
		return func(w io.Writer) error { return page.Form(w, f) }
	}
	signIn := func(s page.SignInPage) func(io.Writer) error {
		return func(w io.Writer) error { return page.SignIn(w, s) }
	}
	approval := func(a page.ApprovalPage) func(io.Writer) error {
		return func(w io.Writer) error { return page.Approval(w, a) }
	}
	asked := page.OAuthInfo{OAuthState: "c3RhdGU", ClientID: "pythonapi", AppTitle: "pythonapi"}
	refused := asked
	refused.Code, refused.Messages = "OAUTH_0015", []string{"Invalid username or password."}
	portal := portaladmin("Sign In")
	portal.Member, portal.Formats = "", nil
	enemyField := func(kind string) page.Field {
		return page.Field{
			Name: hostile, Description: hostile, Example: hostile,
			Kind: kind, Value: hostile, Options: []string{"plain", hostile}, Required: true,
		}
	}
	return []golden{
		{"form-provision", form(provisionForm())},
		{"form-refused", form(refusedForm())},
		{"form-plain", form(page.FormPage{Method: "get", Fields: []page.Field{{Name: "f", Kind: "select", Options: []string{"html", "json"}}}})},
		{"form-hostile", form(page.FormPage{
			Head: enemy(), Summary: hostile, Action: "javascript:alert(7)", Method: "post", Submit: hostile,
			Refused: &page.Refusal{Code: 499, Message: hostile, Details: []string{hostile}, SignIn: "javascript:alert(8)"},
			Fields: []page.Field{
				enemyField("text"), enemyField("password"), enemyField("textarea"),
				enemyField("select"), enemyField("number"),
			},
		})},
		{"signin", signIn(page.SignInPage{Head: portal, Action: "/portaladmin/login", Redirect: "/portaladmin/license/getFutureLicense"})},
		{"oauth", signIn(page.SignInPage{Head: sharing("Sign In"), Action: "signin", OAuth: &asked})},
		{"oauth-refused", signIn(page.SignInPage{
			Head: sharing("Sign In"), Action: "signin", OAuth: &refused, Username: "admin",
			Message: "Unable to sign in.", Details: refused.Messages,
		})},
		{"oauth-hostile", signIn(page.SignInPage{
			Head: enemy(), Action: "javascript:alert(9)", OAuth: &page.OAuthInfo{OAuthState: hostile, AppTitle: hostile},
			Username: hostile, Message: hostile, Details: []string{hostile},
		})},
		{"approval", approval(page.ApprovalPage{Head: sharing("Approval"), Code: "Y29kZQ.c2ln"})},
		{"approval-refused", approval(page.ApprovalPage{
			Head: sharing("Approval"), Error: "access_denied", Description: "The user denied your request.",
		})},
		{"approval-hostile", approval(page.ApprovalPage{Head: enemy(), Code: hostile, Error: hostile, Description: hostile})},
		{"signin-refused", signIn(page.SignInPage{
			Head: portal, Action: "/portaladmin/login", Redirect: "/portaladmin", Username: "admin",
			Message: "Unable to generate token.", Details: []string{"Invalid username or password."},
		})},
		{"signin-hostile", signIn(page.SignInPage{
			Head: enemy(), Action: "javascript:alert(8)", Redirect: hostile, Username: hostile, Message: hostile, Details: []string{hostile},
		})},
	}
}

// refusedForm has no token, and the values that were sent.
func refusedForm() page.FormPage {
	f := provisionForm()
	f.Fields[0].Value, f.Fields[2].Value = "sWwd06TnJR4lHopc", `{"maxUsers":"ten"}`
	f.Refused = &page.Refusal{Code: 499, Message: "Token Required", Details: []string{"a detail"}, SignIn: "/sharing/rest/generateToken"}
	return f
}

func provisionForm() page.FormPage {
	head := sharing("Provision Org Entitlements")
	head.Formats, head.SignIn = nil, "/sharing/rest/generateToken"
	return page.FormPage{
		Head:    head,
		Summary: "Gives a purchasing organisation its set of entitlements for a listing that is licensed by user.",
		Action:  "/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements",
		Method:  "POST",
		Submit:  "Provision Org Entitlements",
		Fields: []page.Field{
			{
				Name: "purchaserOrgId", Description: "The organisation that has bought the listing or tries it.",
				Example: "sWwd06TnJR4lHopc", Kind: "text", Required: true,
			},
			{Name: "purchaserSubscriptionId", Kind: "text"},
			{
				Name: "orgEntitlements", Description: "The entitlements, as a JSON object.", Kind: "textarea", Required: true,
				Example: `{"maxUsers":10,"entitlements":{"standard":{"num":8},"advanced":{"num":2},"spatialAnalyst":{"num":2}}}`,
				Value:   "\n{\n  \"maxUsers\": 10\n}",
			},
			{Name: "expiration", Description: "In minutes.", Kind: "number", Value: "120"},
			{Name: "token", Kind: "password", Example: "admin-token"},
			{Name: "f", Kind: "select", Value: "json", Options: []string{"html", "json", "pjson"}},
		},
	}
}

func directories(tb testing.TB) []golden {
	tb.Helper()
	directory := func(d page.ResultPage) func(io.Writer) error {
		return func(w io.Writer) error { return page.Result(w, d) }
	}
	root := portaladmin("Site Root")
	root.Crumbs = []page.Link{{Text: "Home"}}
	return []golden{
		{"directory-portaladmin", directory(page.ResultPage{
			Head:    root,
			Summary: "The root of the portal's administration.",
			Body: []byte(`{"isPostUpgrade":false,"isLicensePopulated":true,"siteKey":null,"resources":["license","security"],` +
				`"isPortalLicensed":true,"version":"10.8.1","currentbuild":"14362"}`),
			Resources: []page.Link{{Text: "license", URL: "/portaladmin/license"}, {Text: "security"}},
			Operations: []page.Link{
				{Text: "Health Check", URL: "/portaladmin/healthCheck"},
				{Text: "Get Future License", URL: "/portaladmin/license/getFutureLicense"},
			},
		})},
		{"directory-empty", directory(page.ResultPage{
			Head: page.Head{Directory: "ArcGIS Portal Directory", Title: "Home"}, Body: []byte("{}"),
		})},
		{"directory-hostile", directory(page.ResultPage{
			Head: enemy(), Summary: hostile, Body: body(tb, "everything.json"),
			Resources: []page.Link{{Text: hostile, URL: "javascript:alert(9)"}}, Operations: []page.Link{{Text: hostile, URL: hostile}},
		})},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, tt := range cases(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, filepath.Join(goldens, tt.name+".html"), linked(t, string(render(t, tt))))
		})
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test ./internal/wire/page -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; look at it, then run with -update (-want +got):\n%s", file, diff)
	}
}

// linked replaces the style sheet by a link. The golden files stay short, and a browser can show them.
func linked(t *testing.T, html string) string {
	t.Helper()
	before, rest, open := strings.Cut(html, "<style>")
	_, after, closed := strings.Cut(rest, "</style>")
	if !open || !closed {
		t.Fatal("the page has no style sheet")
	}
	return before + `<link rel="stylesheet" href="../../templates/style.css">` + after
}

func TestGoldenFilesAreAllUsed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, tt := range cases(t) {
		if used[tt.name] {
			t.Errorf("two cases are called %q", tt.name)
		}
		used[tt.name] = true
	}
	files, err := filepath.Glob(filepath.Join(goldens, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if used[name[:max(0, len(name)-len(".html"))]] {
			continue
		}
		if !*update {
			t.Errorf("no case writes %s: remove it, or run with -update", file)
		} else if err := os.Remove(file); err != nil {
			t.Error(err)
		}
	}
}
