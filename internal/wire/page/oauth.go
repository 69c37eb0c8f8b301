package page

import (
	"encoding/json"
	"html/template"
	"io"
)

// OAuthInfo is what the script of an application's sign-in page says. Code and Messages are there after a sign-in that failed.
// Source: the ArcGIS API for Python (arcgis 2.4.4), class EsriBuiltInAuth, reads all of them.
type OAuthInfo struct {
	OAuthState string   `json:"oauth_state"`
	ClientID   string   `json:"client_id"`
	AppTitle   string   `json:"appTitle"`
	Code       string   `json:"code,omitempty"`
	Messages   []string `json:"messages,omitempty"`
}

// ApprovalPage shows a code to a person, for a client that has no redirect URI, or says why there is no code.
type ApprovalPage struct {
	Head
	Code        string // what the client is to be given; empty with an Error
	Error       string // such as access_denied
	Description string // says the same in words
}

// Approval writes the page. Its title is "SUCCESS code=" and the code, which is where clients look for it. The error is w's.
// Source: the ArcGIS API for Python (arcgis 2.4.4), class EsriBuiltInAuth.
func Approval(w io.Writer, a ApprovalPage) error {
	a.Window = "DENIED error=" + a.Error
	if a.Error == "" {
		a.Window = "SUCCESS code=" + a.Code
	}
	a.Data = script(map[string]string{"code": a.Code})
	return write(w, "approval", a)
}

// script writes an object as clients look for it: on one line, in the page's first script, with no brace before it. It is data, and no
// browser runs it. Marshal cannot fail with texts, and escapes <, > and &, so nothing in the object can end the script.
func script(info any) template.HTML {
	text, _ := json.Marshal(info)
	return template.HTML(`<script type="text/plain">var oAuthInfo = ` + string(text) + `;</script>`) //nolint:gosec // escaped
}
