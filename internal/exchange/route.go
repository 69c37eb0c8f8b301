package exchange

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// findPath finds the operation by its path, behind the prefix that may name a sandbox.
func (c *call) findPath() *portal.Problem {
	c.path = c.request.URL.Path
	prefix := c.takePrefix()
	found, ok := c.x.router.find(c.request)
	if !ok {
		c.api = apiOf(c.request.URL.Path)
		c.suggestPath()
		return &portal.Problem{ID: "url-invalid"}
	}
	c.routes = c.x.router.paths[found.template]
	c.operation, c.api = c.routes[0].Operation, c.routes[0].Operation.API
	c.context = prefix + found.context
	c.readPath(c.routes[0], found.vars)
	return nil
}

// prefixOfSandboxes stands before the id of a sandbox in a path.
const prefixOfSandboxes = "/sandboxes/"

// takePrefix takes a sandbox's prefix off the path of the request, and returns it.
func (c *call) takePrefix() string {
	rest, ok := strings.CutPrefix(c.request.URL.EscapedPath(), prefixOfSandboxes)
	if !ok {
		return ""
	}
	id, raw, _ := strings.Cut(rest, "/")
	path, err := url.PathUnescape("/" + raw)
	if err != nil {
		path = "/" + raw
	}
	stripped := new(http.Request)
	*stripped = *c.request
	stripped.URL = new(url.URL)
	*stripped.URL = *c.request.URL
	stripped.URL.Path, stripped.URL.RawPath = path, "/"+raw
	c.request, c.id = stripped, id
	return prefixOfSandboxes + id
}

// apiOf says in whose envelope an unknown path is answered.
func apiOf(path string) contract.API {
	if strings.Contains(path+"/", "/portaladmin/") {
		return contract.PortalAdmin
	}
	return contract.Sharing
}

func (c *call) readPath(route *contract.Route, vars map[string]string) {
	for i := range route.Parameters {
		if p := &route.Parameters[i]; p.In == "path" {
			text, err := url.PathUnescape(vars[p.Name])
			if err != nil {
				text = vars[p.Name]
			}
			c.inPath = append(c.inPath, contract.Value{In: "path", Name: p.Name, Text: text})
		}
	}
}

// chooseRoute picks the route of the request's method; HEAD answers as GET. A browser that asks an operation of POST by GET gets its form.
// What departs from the contract is noted here and judged in check, behind the questions who calls and what that member may do.
func (c *call) chooseRoute() *portal.Problem {
	if c.routes == nil {
		return nil
	}
	problem := c.chooseMethod()
	var violations []openapi.Violation
	c.params, violations = c.route.Check(c.values)
	c.departures = append(c.departures, violations...)
	return problem
}

func (c *call) chooseMethod() *portal.Problem {
	method := c.request.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if c.lenient() && (method == http.MethodGet || method == http.MethodPost) {
		if method = c.routes[0].Method; method == http.MethodPost {
			c.takeQueryForForm()
		}
	}
	i := slices.IndexFunc(c.routes, func(r *contract.Route) bool { return r.Method == method })
	if i >= 0 {
		c.route = c.routes[i]
		return nil
	}
	c.route = c.routes[0]
	if c.form = method == http.MethodGet && c.format == wire.HTML; c.form {
		return nil
	}
	allowed := strings.Join(c.operation.Methods(), ", ")
	c.header = http.Header{"Allow": {allowed}}
	return &portal.Problem{ID: "method-not-supported", Allowed: allowed}
}

// takeQueryForForm lets the query of a GET stand for the form of a POST, where the scenario wants both to be answered alike.
func (c *call) takeQueryForForm() {
	for i := range c.values {
		if c.values[i].In == "query" && c.request.Method != http.MethodPost {
			c.values[i].In = "form"
		}
	}
}

// lenient reports whether the scenario wants the licensing operations to answer GET and POST alike.
func (c *call) lenient() bool {
	return c.operation.Kind == openapi.Licensing && c.sandbox.Scenario().World.Portal.Methods == "lenient"
}

// suggestPath notes a violation when the path is nearly one of the contract's: a segment misspelt, or the last one forgotten.
// Other unknown paths are none, for real clients probe some by themselves.
func (c *call) suggestPath() {
	segments := strings.Split(strings.Trim(c.request.URL.Path, "/"), "/")
	for _, route := range c.x.contract.Routes() {
		if nearPath(segments, strings.Split(route.Path[1:], "/")) {
			c.violations = append(c.violations, openapi.Violation{
				Kind: openapi.Unknown, In: "path", Name: "*", Message: "no operation has this path", Hint: "did you mean " + route.Path + "?",
			})
			return
		}
	}
}

// nearPath compares from the end of the template's root on, so that a context before it does not count.
func nearPath(segments, template []string) bool {
	start := slices.Index(segments, template[0])
	if start < 0 || len(template) < 3 {
		return false
	}
	segments = segments[start:]
	if len(segments) != len(template) && len(segments) != len(template)-1 {
		return false
	}
	wrong := len(template) - len(segments)
	for i, segment := range segments {
		if strings.HasPrefix(template[i], "{") || segment == template[i] {
			continue
		}
		if _, near := nearest.Name(segment, template[i:i+1]); !near {
			return false
		}
		wrong++
	}
	return wrong == 1 && (len(segments) == len(template) || strings.Contains(template[len(template)-2], "{"))
}
