package contract

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/openapi"
)

// ErrUnknownSchema is returned by ProveSchema for a name that the contract does not have.
var ErrUnknownSchema = errors.New("unknown schema")

// Contract is one OpenAPI document, compiled. It is never changed after loading and safe for concurrent use.
type Contract struct {
	document   []byte
	spec       *openapi3.T
	routes     []*Route
	operations []*Operation
	judges     map[string]judge  // by the name of a component schema
	fixtures   map[string]string // the names of component schemas by the folder of the fixtures that they describe
	router     func() *Router
}

// BuiltIn returns the contract of the built-in portal operations. It is loaded once per process. A scenario library has the contract that
// its packs were checked against; use that one where there is a library.
func BuiltIn() *Contract { return builtIn() }

// Control returns the contract of the control API, loaded once per process.
func Control() *Contract { return control() }

// The documents are embedded, and the tests of this package validate them, so failing to load one is a defect of the build.
var (
	builtIn = sync.OnceValue(func() *Contract { return mustLoad("portal.yaml") })
	control = sync.OnceValue(func() *Contract { return mustLoad("control.yaml") })
)

func mustLoad(name string) *Contract {
	document, err := openapi.Documents.ReadFile(name)
	if err == nil {
		var c *Contract
		if c, err = load(document); err == nil {
			return c
		}
	}
	panic("contract: " + name + ": " + err.Error())
}

func load(document []byte) (*Contract, error) {
	spec, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	c := &Contract{document: document, spec: spec, judges: map[string]judge{}, fixtures: map[string]string{}}
	for name, ref := range spec.Components.Schemas {
		c.judges[name] = newJudge(ref.Value)
		if folder, ok := ref.Value.Extensions["x-fixtures"].(string); ok {
			c.fixtures[folder] = name
		}
	}
	for _, path := range spec.Paths.InMatchingOrder() {
		item := spec.Paths.Value(path)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			if op := item.GetOperation(method); op != nil {
				c.routes = append(c.routes, newRoute(method, path, item, op))
			}
		}
	}
	c.router = sync.OnceValue(func() *Router { return newRouter(c.routes, c.Servers()) })
	return c, c.bind()
}

// bind gives each route its operation; a route with x-same-as shares the one that it names.
func (c *Contract) bind() error {
	byID := map[string]*Operation{}
	for _, r := range c.routes {
		if r.sameAs == "" {
			r.Operation = newOperation(r)
			byID[r.Operation.ID] = r.Operation
			c.operations = append(c.operations, r.Operation)
		}
	}
	for _, r := range c.routes {
		if r.sameAs != "" {
			if r.Operation = byID[r.sameAs]; r.Operation == nil {
				return fmt.Errorf("%s %s: x-same-as names no operation: %q", r.Method, r.Path, r.sameAs)
			}
			r.Operation.Routes = append(r.Operation.Routes, r)
		}
	}
	slices.SortStableFunc(c.operations, func(a, b *Operation) int {
		return strings.Compare(string(a.Kind)+a.ID, string(b.Kind)+b.ID)
	})
	return nil
}

// Document returns the contract as it was written, in YAML. The caller must not change it.
func (c *Contract) Document() []byte { return c.document }

// Servers returns the contexts under which every path exists, without a final slash; the empty one is among them.
func (c *Contract) Servers() []string {
	var servers []string
	for _, s := range c.spec.Servers {
		servers = append(servers, strings.TrimSuffix(s.URL, "/"))
	}
	return servers
}

// Routes returns every method and path, the most specific paths first.
func (c *Contract) Routes() []*Route { return c.routes }

// Operations returns every operation: licensing before support, then by id.
func (c *Contract) Operations() []*Operation { return c.operations }

// Operation returns the operation with this id.
func (c *Contract) Operation(id string) (*Operation, bool) {
	i := slices.IndexFunc(c.operations, func(o *Operation) bool { return o.ID == id })
	if i < 0 {
		return nil, false
	}
	return c.operations[i], true
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
	ids := make([]string, len(c.operations))
	for i, o := range c.operations {
		ids[i] = o.ID
	}
	return ids
}

// FixtureSchema returns the name of the schema that describes the fixtures of a folder, such as "Provision" for "provisions". A schema names
// its folder with x-fixtures.
func (c *Contract) FixtureSchema(folder string) (name string, ok bool) {
	name, ok = c.fixtures[folder]
	return name, ok
}

// FixtureFolders returns the folders that may hold fixtures, sorted.
func (c *Contract) FixtureFolders() []string { return slices.Sorted(maps.Keys(c.fixtures)) }

// ProveSchema checks a JSON text against a schema of the contract by its name, such as "Provision".
// The error lists every departure with its JSON pointer; it wraps ErrUnknownSchema when there is no such schema.
func (c *Contract) ProveSchema(name, body string) error {
	judge, ok := c.judges[name]
	if !ok {
		return fmt.Errorf("%w %q", ErrUnknownSchema, name)
	}
	return judge.prove(body)
}

// Secret reports whether a parameter of this name, of any operation, holds a secret.
func (c *Contract) Secret(name string) bool {
	return slices.ContainsFunc(c.Routes(), func(r *Route) bool {
		return slices.ContainsFunc(r.Parameters, func(p Parameter) bool { return p.Name == name && p.Secret })
	})
}
