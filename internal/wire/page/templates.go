package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"strings"
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
	for _, kind := range []string{"result", "error", "form", "signin", "oauth", "approval"} {
		kinds[kind] = template.Must(template.Must(layout.Clone()).ParseFS(files, "templates/"+kind+".html"))
	}
	return kinds
})

// ContentSecurityPolicy returns the value of the Content-Security-Policy header for every page. It allows the page's own
// style sheet and forms to the same origin and to the targets, and nothing else: no script, no frame, nothing loaded.
func ContentSecurityPolicy(formTargets ...string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; form-action " + strings.Join(append([]string{"'self'"}, formTargets...), " ") + "; base-uri 'none'; frame-ancestors 'none'"
}
