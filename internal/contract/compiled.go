package contract

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockportal/mockportal/openapi"
)

// compiled is what a contract makes of its document.
type compiled struct {
	Servers      []string
	Parameters   []Parameter // of all routes, each once
	Routes       []*Route
	Operations   []*Operation
	Judges       []*judge          // of all schemas, each once
	Schemas      map[string]judged // by the name of a component schema
	Folders      map[string]string // folder of fixtures → name of the component schema that describes them
	Aliases      map[string]string // other beginning of a path → its beginning in the contract
	LenientPaths bool              // paths may have doubled slashes and any letter case
	Probes       []string          // unknown paths that clients ask for by themselves
}

// judged is a place that has a judge. It is written as a number: 0 for none, else one more than the index in Judges.
type judged struct {
	*judge

	at int
}

// MarshalJSON writes the number.
func (j judged) MarshalJSON() ([]byte, error) { return json.Marshal(j.at) }

// UnmarshalJSON reads the number.
func (j *judged) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &j.at) }

// find finds the judge of a number.
func (c *compiled) find(j *judged) {
	if j.at > 0 {
		j.judge = c.Judges[j.at-1]
	}
}

// newContract returns a contract whose routes know their parameters, operations and judges. A route that names an operation which does not
// exist has none.
func newContract(document func() []byte, parts compiled) *Contract {
	c := &Contract{document: document, compiled: parts}
	for i := range parts.Parameters {
		parts.find(&parts.Parameters[i].Judge)
	}
	for name, j := range parts.Schemas {
		parts.find(&j)
		parts.Schemas[name] = j
	}
	for _, o := range parts.Operations {
		parts.find(&o.Success)
		parts.find(&o.Failure)
	}
	for _, r := range parts.Routes {
		parts.find(&r.Body)
		for _, i := range r.ParametersAt {
			r.Parameters = append(r.Parameters, parts.Parameters[i])
			r.names = append(r.names, parts.Parameters[i].Name)
		}
	}
	for _, joins := range []bool{false, true} {
		for _, r := range parts.Routes {
			if o, ok := c.Operation(r.OperationID); ok && r.Joins == joins {
				r.Operation, o.Routes = o, append(o.Routes, r)
			}
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
	text, err := openapi.Documents.ReadFile(name + ".compiled.json")
	must(err)
	var parts compiled
	must(json.Unmarshal(text, &parts))
	document := sync.OnceValue(func() []byte {
		packed, err := openapi.Documents.ReadFile(name + ".yaml.gz")
		must(err)
		reader, err := gzip.NewReader(bytes.NewReader(packed))
		must(err)
		text, err := io.ReadAll(reader)
		must(err)
		return text
	})
	judges := sync.OnceValue(func() []*judge {
		c, err := load(document())
		must(err)
		return c.compiled.Judges
	})
	for i, j := range parts.Judges {
		j.schema = func() *openapi3.Schema { return judges()[i].schema() }
	}
	return newContract(document, parts)
}

// judge returns the judge of a schema, which is the same for all places of the schema; none for nil.
func (l *loader) judge(schema *openapi3.Schema) judged {
	if schema == nil {
		return judged{}
	}
	i := slices.Index(l.schemasAt, schema)
	if i < 0 {
		i = len(l.schemasAt)
		l.schemasAt = append(l.schemasAt, schema)
		l.compiled.Judges = append(l.compiled.Judges, newJudge(schema))
	}
	return judged{l.compiled.Judges[i], i + 1}
}

// keep keeps a parameter among those of all routes, and returns where.
func (l *loader) keep(p Parameter) int {
	written, _ := json.Marshal(p) // it names its judge, so what is written the same is the same
	i, ok := l.parametersAt[string(written)]
	if !ok {
		i = len(l.compiled.Parameters)
		l.compiled.Parameters, l.parametersAt[string(written)] = append(l.compiled.Parameters, p), i
	}
	return i
}
