package exchange

import (
	"net/url"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/openapi"
)

// findPath finds the operation by its path, after the prefix that may name a sandbox.
func (c *call) findPath() *portal.Problem {
	c.path = c.request.URL.Path
	prefix := c.takePrefix()
	found, ok := c.x.router.Find(c.request)
	if !ok {
		c.api = apiOf(c.request.URL.Path)
		return &portal.Problem{ID: "url-invalid"}
	}
	c.match, c.context, c.values = found, prefix+found.Context, append(c.values, found.Values...)
	c.operation = found.Routes[0].Operation
	c.api, c.kind = c.operation.API, c.operation.Page
	return nil
}

// sandboxPrefix comes before the id of a sandbox in a path.
const sandboxPrefix = "/sandboxes/"

// takePrefix takes a sandbox's prefix off the path of the request, and returns it.
func (c *call) takePrefix() string {
	rest, ok := strings.CutPrefix(c.request.URL.EscapedPath(), sandboxPrefix)
	if !ok {
		return ""
	}
	id, raw, _ := strings.Cut(rest, "/")
	request, address := *c.request, *c.request.URL
	address.RawPath = "/" + raw
	address.Path, _ = url.PathUnescape(address.RawPath) // EscapedPath has no bad escape
	request.URL = &address
	c.request, c.id = &request, id
	return sandboxPrefix + id
}

// apiOf returns the API whose envelope answers an unknown path.
func apiOf(path string) contract.API {
	if strings.Contains(path+"/", "/portaladmin/") {
		return contract.PortalAdmin
	}
	return contract.Sharing
}

// nearPath returns a violation when an unknown path was meant for an operation. Other unknown paths are no violations, because real
// clients probe some by themselves.
func (c *call) nearPath() []openapi.Violation {
	meant := c.x.router.Meant(c.request.Method, c.request.URL.Path)
	if meant == "" {
		return nil
	}
	return []openapi.Violation{{
		Kind: openapi.Unknown, In: "path", Name: "*", Message: "no operation has this path", Hint: "did you mean " + meant + "?",
	}}
}
