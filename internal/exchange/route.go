package exchange

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// findRoute finds the operation by path and method.
func (c *call) findRoute() *portal.Problem {
	found, ok := c.x.router.find(c.request)
	if !ok {
		c.api = apiOf(c.request.URL.Path)
		c.suggestPath()
		return &portal.Problem{ID: "url-invalid"}
	}
	routes := c.x.router.paths[found.template]
	c.operation, c.api = routes[0].Operation, routes[0].Operation.API
	c.context = found.context
	c.readPath(routes[0], found.vars)
	return c.chooseMethod(routes)
}

// apiOf says in whose envelope an unknown path is answered.
func apiOf(path string) openapi.API {
	if strings.Contains(path+"/", "/portaladmin/") {
		return openapi.PortalAdmin
	}
	return openapi.Sharing
}

func (c *call) readPath(route *openapi.Route, vars map[string]string) {
	for i := range route.Parameters {
		if p := &route.Parameters[i]; p.In == "path" {
			text, err := url.PathUnescape(vars[p.Name])
			if err != nil {
				text = vars[p.Name]
			}
			c.inPath = append(c.inPath, openapi.Value{In: "path", Name: p.Name, Text: text})
		}
	}
}

// chooseMethod picks the route of the request's method; HEAD answers as GET. A browser that asks an operation of POST by GET gets its form.
func (c *call) chooseMethod(routes []*openapi.Route) *portal.Problem {
	method := c.request.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if c.lenient() && (method == http.MethodGet || method == http.MethodPost) {
		method = routes[0].Method
	}
	i := slices.IndexFunc(routes, func(r *openapi.Route) bool { return r.Method == method })
	if i >= 0 {
		c.route = routes[i]
		return nil
	}
	c.route = routes[0]
	query, _ := wire.Query(c.request.URL.RawQuery)
	if c.form = method == http.MethodGet && wire.FormatOf(query) == wire.HTML; c.form {
		return nil
	}
	allowed := strings.Join(c.operation.Methods(), ", ")
	c.header = http.Header{"Allow": {allowed}}
	return &portal.Problem{ID: "method-not-supported", Allowed: allowed}
}

// lenient reports whether the scenario wants the licensing operations to answer GET and POST alike.
func (c *call) lenient() bool {
	return c.operation.Kind == openapi.Licensing && c.x.Sandbox.Scenario.World.Portal.Methods == "lenient"
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
