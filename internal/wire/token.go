package wire

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/openapi"
)

// Cookie is the name of the cookie that holds the token of the Portal Administrator Directory.
const Cookie = "portaladmin_token"

// Token returns the token of a request. It looks at the query, the form, X-Esri-Authorization and Authorization, in this order, and for the
// Portal Administrator API at the cookie of its directory. A POST to that API must carry the token in the body or a header (documented), so
// its query and its cookie do not count.
func Token(r *http.Request, api contract.API, values []contract.Value) string {
	bodyOnly := api == contract.PortalAdmin && r.Method == http.MethodPost
	for i := range values {
		if v := &values[i]; v.Name == "token" && v.Text != "" && (v.In == "form" || v.In == "query" && !bodyOnly) {
			return v.Text
		}
	}
	return TokenOutside(r, api).Text
}

// TokenOutside returns the token that a header or a cookie carries, with its place; the zero value if none does.
func TokenOutside(r *http.Request, api contract.API) contract.Value {
	for _, header := range tokenHeaders() {
		if token, ok := bearer(r.Header.Get(header)); ok {
			return contract.Value{In: "header", Name: header, Text: token}
		}
	}
	if api == contract.PortalAdmin && r.Method != http.MethodPost {
		if cookie, err := r.Cookie(Cookie); err == nil {
			return contract.Value{In: "cookie", Name: Cookie, Text: cookie.Value}
		}
	}
	return contract.Value{}
}

// TokenViolations returns a violation for each header that carries a token in another form than the portal reads. A
// scheme that the web server in front of a portal reads is allowed.
func TokenViolations(r *http.Request) []openapi.Violation {
	var all []openapi.Violation
	for _, header := range tokenHeaders() {
		scheme, _, _ := strings.Cut(r.Header.Get(header), " ")
		ofServer := func(name string) bool { return strings.EqualFold(scheme, name) }
		if _, read := bearer(r.Header.Get(header)); !read && scheme != "" && !slices.ContainsFunc(serverSchemes(), ofServer) {
			all = append(all, openapi.Violation{
				Kind: openapi.Malformed, In: "header", Name: header, Message: "is not Bearer and a token, so the portal does not see the token",
				Hint: "send Bearer, a blank and the token", Allowed: "Bearer and the token",
			})
		}
	}
	return all
}

func serverSchemes() []string { return []string{"Basic", "Digest", "Negotiate", "NTLM"} }

func tokenHeaders() []string { return []string{"X-Esri-Authorization", "Authorization"} }

func bearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !ok || token == "" || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return token, true
}
