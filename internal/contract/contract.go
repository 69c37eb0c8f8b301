package contract

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/mockportal/mockportal/internal/nearest"
)

// Contract is one OpenAPI document, compiled. It never changes after loading and is safe for concurrent use.
type Contract struct {
	document func() []byte
	compiled compiled
	router   func() *Router
}

// BuiltIn returns the contract of the built-in portal operations. It is loaded once per process. A scenario library
// has the contract that its packs were checked against; where there is a library, use that one.
func BuiltIn() *Contract { return builtIn() }

// Control returns the contract of the control API, loaded once per process.
func Control() *Contract { return control() }

var (
	builtIn = sync.OnceValue(func() *Contract { return mustRestore("portal") })
	control = sync.OnceValue(func() *Contract { return mustRestore("control") })
)

// Document returns the contract as it was written, in YAML. The caller must not change it.
func (c *Contract) Document() []byte { return c.document() }

// Servers returns the contexts under which every path exists, without a final slash. One of them is empty.
func (c *Contract) Servers() []string { return slices.Clip(c.compiled.Servers) }

// Routes returns every method and path, the most specific paths first.
func (c *Contract) Routes() []*Route { return c.compiled.Routes }

// Operations returns every operation, sorted by kind and then by id.
func (c *Contract) Operations() []*Operation { return c.compiled.Operations }

// Operation returns the operation with this id.
func (c *Contract) Operation(id string) (*Operation, bool) {
	i := slices.IndexFunc(c.Operations(), func(o *Operation) bool { return o.ID == id })
	if i < 0 {
		return nil, false
	}
	return c.Operations()[i], true
}

// Known returns an error that names the ids which no operation has, each with the nearest one that an operation has.
func (c *Contract) Known(ids ...string) error {
	var errs []error
	for _, id := range ids {
		if _, ok := c.Operation(id); !ok {
			errs = append(errs, fmt.Errorf("no operation %q%s", id, nearest.Suggest(id, c.OperationIDs())))
		}
	}
	return errors.Join(errs...)
}

// OperationIDs returns the ids of Operations, in the same order.
func (c *Contract) OperationIDs() []string {
	ids := make([]string, len(c.Operations()))
	for i, o := range c.Operations() {
		ids[i] = o.ID
	}
	return ids
}

// FixtureSchema returns the name of the schema that describes the fixtures of a folder, such as "Provision" for
// "provisions". A schema names its folder with x-fixtures.
func (c *Contract) FixtureSchema(folder string) (name string, ok bool) {
	name, ok = c.compiled.Folders[folder]
	return name, ok
}

// FixtureFolders returns the folders that may hold fixtures, sorted.
func (c *Contract) FixtureFolders() []string { return slices.Sorted(maps.Keys(c.compiled.Folders)) }

// ProveSchema checks a JSON text against a component schema of the contract, such as "Provision".
// A text that violates the schema gives an [OffSpecError]. An unknown schema is an error too.
func (c *Contract) ProveSchema(name, body string) error {
	judged, ok := c.compiled.Schemas[name]
	if !ok {
		return fmt.Errorf("unknown schema %q", name)
	}
	return judged.prove(body)
}

// Secret reports whether a parameter of this name, of any operation, holds a secret.
func (c *Contract) Secret(name string) bool {
	return slices.ContainsFunc(c.Routes(), func(r *Route) bool {
		return slices.ContainsFunc(r.Parameters, func(p Parameter) bool { return p.Name == name && p.Secret })
	})
}
