package exchange

import (
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
	var found []openapi.Violation
	c.params, found = c.route.Check(c.values)
	c.violations = append(c.violations, found...)
	return problem
}

// chooseMethod lets a browser that calls an operation of POST by GET have its form.
func (c *call) chooseMethod() *portal.Problem {
	method := c.request.Method
	first := c.match.Routes[0]
	if c.lenient() && (method == http.MethodGet || method == http.MethodHead || method == http.MethodPost) {
		c.readQueryAs(first.Method)
		method = first.Method
	}
	c.route = c.match.Route(method)
	asksNothing := first.Method == http.MethodPost && !slices.ContainsFunc(c.values, func(v contract.Value) bool { return v.Name != "f" })
	if c.route != nil && !asksNothing {
		return nil
	}
	if c.form = c.format == wire.HTML && (method == http.MethodGet || method == http.MethodHead); c.form || c.route == nil {
		c.route = first
	}
	if c.form || c.match.Route(method) != nil {
		return nil
	}
	return &portal.Problem{ID: "method-not-supported", Allowed: strings.Join(c.match.Methods(), ", ")}
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
