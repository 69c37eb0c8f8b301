package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/url"
	"sync"
)

//go:embed templates/*.html
var files embed.FS

//go:embed templates/style.css
var style string

// pages has one template for each kind of page: the layout with the content of that kind.
var pages = sync.OnceValue(func() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // an embedded file, not input
	}).ParseFS(files, "templates/layout.html", "templates/value.html"))
	kinds := map[string]*template.Template{}
	for _, kind := range []string{"result", "error", "form", "signin", "approval", "start"} {
		kinds[kind] = template.Must(template.Must(layout.Clone()).ParseFS(files, "templates/"+kind+".html"))
	}
	return kinds
})

// ContentSecurityPolicy returns the value of the Content-Security-Policy header for every page. It allows the page's own
// style sheet and forms to the same origin, and nothing else: no script, no frame, nothing loaded. The answer of a form may lead to the
// address redirect, unless that is empty or no address: browsers hold the redirects of a form to its page's policy too.
func ContentSecurityPolicy(redirect string) string {
	target := ""
	switch u, err := url.Parse(redirect); {
	case err != nil || u.Scheme == "" || u.Scheme == "urn":
	case u.Host == "":
		target = " " + u.Scheme + ":"
	default:
		target = " " + u.Scheme + "://" + u.Host
	}
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; form-action 'self'" + target + "; base-uri 'none'; frame-ancestors 'none'"
}
