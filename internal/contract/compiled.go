package contract

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockportal/mockportal/openapi"
)

// compiled is what a contract makes of its document.
type compiled struct {
	Servers      []string
	Routes       []*Route
	Operations   []*Operation
	Schemas      map[string]*judge // by the name of a component schema
	Folders      map[string]string // folder of fixtures → name of the component schema that describes them
	Aliases      map[string]string // other beginning of a path → its beginning in the contract
	LenientPaths bool              // paths may have doubled slashes and any letter case
	Probes       []string          // unknown paths that clients ask for by themselves
}

// newContract returns a contract whose routes know their operations. A route that names an operation which does not exist has none.
func newContract(document []byte, parts compiled) *Contract {
	c := &Contract{document: document, compiled: parts}
	for _, joins := range []bool{false, true} {
		for _, r := range parts.Routes {
			if o, ok := c.Operation(r.OperationID); ok && r.Joins == joins {
				r.Operation, o.Routes = o, append(o.Routes, r)
			}
		}
	}
	for _, r := range parts.Routes {
		for _, p := range r.Parameters {
			r.names = append(r.names, p.Name)
		}
	}
	c.router = sync.OnceValue(func() *Router { return c.newRouter(c.Servers()) })
	return c
}

// mustRestore returns the contract of an embedded document as it was compiled in advance: kin-openapi takes 20 ms for the document, which
// each start would pay. Only a text of which a shape is unsure needs it, to be explained. Tests compile the documents, so an error is a
// defect of the build.
func mustRestore(name string) *Contract {
	must := func(err error) {
		if err != nil {
			panic(fmt.Errorf("openapi/%s: %w", name, err))
		}
	}
	document, err := openapi.Documents.ReadFile(name + ".yaml")
	must(err)
	text, err := openapi.Documents.ReadFile(name + ".compiled.json")
	must(err)
	var parts compiled
	must(json.Unmarshal(text, &parts))
	whole := sync.OnceValue(func() []*judge {
		c, err := load(document)
		must(err)
		return c.compiled.judges()
	})
	for i, j := range parts.judges() {
		if j != nil {
			j.schema = func() *openapi3.Schema { return whole()[i].schema() }
		}
	}
	return newContract(document, parts)
}

// judges returns every judge, always in the same order.
func (c *compiled) judges() []*judge {
	var all []*judge
	for _, name := range keys(c.Schemas) {
		all = append(all, c.Schemas[name])
	}
	for _, o := range c.Operations {
		all = append(all, o.Success, o.Failure)
	}
	for _, r := range c.Routes {
		all = append(all, r.Body)
		for _, p := range r.Parameters {
			all = append(all, p.Judge)
		}
	}
	return all
}
