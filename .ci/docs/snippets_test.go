package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// packages are those that snippets use, by the word before the dot.
var packages = map[string]string{
	"bytes": "bytes", "context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "httptest": "net/http/httptest",
	"io": "io", "log": "log", "os": "os", "strings": "strings", "testing": "testing", "time": "time", "url": "net/url",
	"journal": "github.com/mockportal/mockportal/mock/journal", "mock": "github.com/mockportal/mockportal/mock",
}

// shared is what the snippets of a page may use without saying so.
const shared = `
const (
	item         = "6489da7f08f045ac8c0a5b1de37d56fe"
	purchaser    = "sWwd06TnJR4lHopc"
	entitlements = ` + "`" + `{"maxUsers":10,"entitlements":{"standard":{"num":8},"advanced":{"num":2}}}` + "`" + `
)

var _, _, _ = item, purchaser, entitlements
`

var (
	qualifier = regexp.MustCompile(`\b([a-z]+)\.[A-Z]`)
	declares  = regexp.MustCompile(`\bportal(, err)? :=`)
	function  = regexp.MustCompile(`(?m)^func `)
)

// testFile returns the Go snippets of a page as one test file: statements become a test, in which portal is a server unless
// the snippet makes one.
func testFile(blocks []block) string {
	var body strings.Builder
	for _, b := range blocks {
		if function.MatchString(b.text) {
			fmt.Fprintf(&body, "\n//line %s:%d\n%s", b.page, b.line+1, b.text)
			continue
		}
		fmt.Fprintf(&body, "\nfunc TestLine%d(t *testing.T) {\n", b.line)
		if strings.Contains(b.text, "portal.") && !declares.MatchString(b.text) {
			body.WriteString("portal := mock.NewServer(t)\n")
		}
		fmt.Fprintf(&body, "//line %s:%d\n%s}\n", b.page, b.line+1, b.text)
	}
	var imports []string
	for _, match := range qualifier.FindAllStringSubmatch(body.String(), -1) {
		if path, ok := packages[match[1]]; ok && !slices.Contains(imports, path) {
			imports = append(imports, path)
		}
	}
	return fmt.Sprintf("package snippets_test\n\nimport (\n\t\"%s\"\n)\n%s%s", strings.Join(imports, "\"\n\t\""), shared, body.String())
}
