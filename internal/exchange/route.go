package exchange

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// chooseRoute picks the route of the request's method, and reads the parameters by it.
func (c *call) chooseRoute() *portal.Problem {
	if c.operation == nil {
		return nil
	}
	problem := c.chooseMethod()
	params, found := c.route.Check(c.values)
	c.params = params
	switch {
	case problem != nil || c.callsForm():
		wrong := openapi.Violation{
			Kind: openapi.Unknown, In: "method", Name: "*", Message: "the operation does not take this method",
			Hint: "send " + strings.Join(c.match.Methods(), ", "),
		}
		declared := func(v openapi.Violation) bool { return c.route.Parameter(v.Name) != nil } // right, but for the method
		c.violations = append(append(c.violations, wrong), slices.DeleteFunc(found, declared)...)
	case c.aside:
		c.violations = nil
	default:
		c.violations = append(c.violations, found...)
	}
	return problem
}

// callsForm reports whether a client that is no browser sends parameters to a form page by GET. It meant to call the operation.
func (c *call) callsForm() bool {
	return c.aside && !c.preflight() && c.asked() && !c.forPeople() && !wire.AcceptsHTML(c.request)
}

// asked reports whether the request has a parameter beside the format.
func (c *call) asked() bool {
	return slices.ContainsFunc(c.values, func(v contract.Value) bool { return v.In != "path" && v.Name != "f" })
}

// chooseMethod picks the route. A browser that calls an operation of POST by GET gets its form; where the operation
// takes GET too, a browser that asks for nothing gets it.
func (c *call) chooseMethod() *portal.Problem {
	method := c.request.Method
	first := cmp.Or(c.match.Route(c.operation.Routes[0].Method), c.match.Routes[0])
	if c.lenient() && (method == http.MethodGet || method == http.MethodHead || method == http.MethodPost) {
		c.readQueryAs(first.Method)
		method = first.Method
	}
	c.route = c.match.Route(method)
	c.aside = c.preflight() || first.Method == http.MethodPost && c.format == wire.HTML &&
		(method == http.MethodGet || method == http.MethodHead) && (c.route == nil || !c.asked())
	switch {
	case c.aside:
		c.route = first
	case c.route == nil:
		c.route = first
		return &portal.Problem{ID: "method-not-supported", Allowed: strings.Join(c.match.Methods(), ", ")}
	}
	return nil
}

// preflight reports whether a browser asks what a script of another origin may send, in a scenario whose portal tells.
func (c *call) preflight() bool {
	return c.request.Method == http.MethodOptions && c.request.Header.Get("Access-Control-Request-Method") != "" &&
		c.sandbox.Scenario().World.Portal.CORS == "open"
}

// readQueryAs lets the query of a GET stand for the form of a POST, where the scenario wants the same answer to both.
func (c *call) readQueryAs(method string) {
	if method != http.MethodPost || c.request.Method == http.MethodPost {
		return
	}
	for i := range c.values {
		if c.values[i].In == "query" {
			c.values[i].In = "form"
		}
	}
}

// lenient reports whether the scenario wants the licensing operations to answer GET and POST alike.
func (c *call) lenient() bool {
	return c.operation.Kind == openapi.Licensing && c.sandbox.Scenario().World.Portal.Methods == "lenient"
}
