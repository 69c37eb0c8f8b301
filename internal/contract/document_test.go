package contract_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/openapi"
)

// specOf reads a contract with kin-openapi, without the package under test.
func specOf(tb testing.TB, c *contract.Contract) *openapi3.T {
	tb.Helper()
	spec, err := openapi3.NewLoader().LoadFromData(c.Document())
	if err != nil {
		tb.Fatal(err)
	}
	return spec
}

func TestDocumentsAreValid(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := specOf(t, c).Validate(t.Context(), openapi3.EnableExamplesValidation(),
				openapi3.EnableSchemaDefaultsValidation(), openapi3.EnableSchemaPatternValidation())
			if err != nil {
				t.Error(err)
			}
			file, err := os.ReadFile("../../openapi/" + name + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(file), string(c.Document())); diff != "" {
				t.Errorf("Document is not the file (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNoServerIsARealHost proves that tools which read the document cannot call a real portal.
func TestNoServerIsARealHost(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		servers := c.Servers()
		if !slices.Contains(servers, "") {
			t.Errorf("%s: no server without a context in %q", name, servers)
		}
		for _, server := range servers {
			if strings.Contains(server, "//") || strings.HasSuffix(server, "/") {
				t.Errorf("%s: server %q is not a plain context", name, server)
			}
		}
	}
	if diff := cmp.Diff([]string{"", "/portal", "/arcgis"}, contract.BuiltIn().Servers()); diff != "" {
		t.Errorf("contexts of the portal (-want +got):\n%s", diff)
	}
}

// example is a value that a document gives for a schema.
type example struct {
	where  string
	schema *openapi3.Schema
	value  any
}

// collector gathers the examples and defaults of a document.
type collector struct{ all []example }

func (c *collector) add(where string, schema *openapi3.SchemaRef, value any) {
	if value != nil && schema != nil {
		c.all = append(c.all, example{where, schema.Value, value})
	}
}

func (c *collector) parameters(where string, parameters openapi3.Parameters) {
	for _, ref := range parameters {
		c.add(where+" "+ref.Value.Name, ref.Value.Schema, ref.Value.Example)
	}
}

func (c *collector) content(where string, content openapi3.Content) {
	for kind, media := range content {
		c.add(where+" "+kind, media.Schema, media.Example)
		for name, ref := range media.Examples {
			c.add(where+" "+kind+" "+name, media.Schema, ref.Value.Value)
		}
	}
}

// examplesOf returns every example and default of a document with the schema that it belongs to.
func examplesOf(spec *openapi3.T) []example {
	var c collector
	for name, ref := range spec.Components.Parameters {
		c.parameters("component "+name, openapi3.Parameters{ref})
	}
	for path, item := range spec.Paths.Map() {
		c.parameters(path, item.Parameters)
	}
	for _, op := range operationsOf(spec) {
		c.parameters(op.OperationID, op.Parameters)
		if op.RequestBody != nil {
			c.content(op.OperationID, op.RequestBody.Value.Content)
		}
		for status, ref := range op.Responses.Map() {
			c.content(op.OperationID+" "+status, ref.Value.Content)
		}
	}
	walk(spec, func(where string, schema *openapi3.SchemaRef) {
		c.add(where+" example", schema, schema.Value.Example)
		c.add(where+" default", schema, schema.Value.Default)
	})
	return c.all
}

func operationsOf(spec *openapi3.T) []*openapi3.Operation {
	var all []*openapi3.Operation
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			all = append(all, op)
		}
	}
	return all
}

// walk calls f for every component schema of a document and every schema inside.
func walk(spec *openapi3.T, f func(where string, schema *openapi3.SchemaRef)) {
	for _, name := range slices.Sorted(maps.Keys(spec.Components.Schemas)) {
		descend(name, spec.Components.Schemas[name], map[*openapi3.Schema]bool{}, f)
	}
}

// descend calls f for a schema and all schemas inside. A component always has its own name.
func descend(where string, ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool, f func(string, *openapi3.SchemaRef)) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	if ref.Ref != "" {
		where = ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]
	}
	schema := ref.Value
	seen[schema] = true
	f(where, ref)
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		descend(where+"."+name, schema.Properties[name], seen, f)
	}
	descend(where+"[]", schema.Items, seen, f)
	descend(where+".*", schema.AdditionalProperties.Schema, seen, f)
	for _, list := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf, schema.AllOf} {
		for i, inner := range list {
			descend(where+"|"+strconv.Itoa(i), inner, seen, f)
		}
	}
}

func TestExamplesFitTheirSchemas(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		examples := examplesOf(specOf(t, c))
		if len(examples) < 4 {
			t.Errorf("%s: found only %d examples", name, len(examples))
		}
		for _, e := range examples {
			if err := e.schema.VisitJSON(e.value); err != nil {
				t.Errorf("%s: %s: %v", name, e.where, err)
			}
		}
	}
}

// TestExamplesMakeAGoodRequest sends every parameter of every route with its example.
func TestExamplesMakeAGoodRequest(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		for _, r := range c.Routes() {
			var values []contract.Value
			for _, p := range r.Parameters {
				switch {
				case p.Example != "":
					values = append(values, contract.Value{In: p.In, Name: p.Name, Text: p.Example})
				case p.Required && len(p.Enum) == 0:
					values = append(values, contract.Value{In: p.In, Name: p.Name, Text: "x"})
				case len(p.Enum) > 0:
					values = append(values, contract.Value{In: p.In, Name: p.Name, Text: p.Enum[0]})
				}
			}
			if _, violations := r.Check(values); len(violations) > 0 {
				t.Errorf("%s: %s %s: %v", name, r.Method, r.Path, violations)
			}
		}
	}
}

func TestExamplesAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	spec := specOf(t, contract.BuiltIn())
	schemas, examples := spec.Components.Schemas, spec.Components.Examples
	proven := map[string]bool{}
	for _, tt := range []struct {
		file    string
		example any
	}{
		{"orgEntitlements.request.example.json", schemas["OrgEntitlementsRequest"].Value.Example},
		{"provisionOrgEntitlements.example.json", examples["Provision"].Value.Value},
		{"getFutureLicense.example.json", examples["FutureLicense"].Value.Value},
	} {
		want, err := os.ReadFile(filepath.Join("testdata", "documented", tt.file))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decoded(t, want), decoded(t, encoded(t, tt.example))); diff != "" {
			t.Errorf("%s (-documented +contract):\n%s", tt.file, diff)
		}
		proven[tt.file] = true
	}
	files, err := os.ReadDir("testdata/documented")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !proven[file.Name()] {
			t.Errorf("no example is compared with %s", file.Name())
		}
	}
}

// TestDocumentedRepliesAreTheExamplesOfTheirOperations holds that the documented answers stand with the operations that give them.
func TestDocumentedRepliesAreTheExamplesOfTheirOperations(t *testing.T) {
	t.Parallel()
	spec := specOf(t, contract.BuiltIn())
	for _, o := range contract.BuiltIn().Operations() {
		if o.Kind != openapi.Licensing {
			continue
		}
		op := spec.Paths.Value(o.Routes[0].Path).GetOperation(o.Routes[0].Method)
		media := op.Responses.Value("200").Value.Content["application/json"]
		body := encoded(t, media.Examples["documented"].Value.Value)
		want, err := os.ReadFile(filepath.Join("testdata", "documented", o.ID+".example.json"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decoded(t, want), decoded(t, body)); diff != "" {
			t.Errorf("%s (-documented +contract):\n%s", o.ID, diff)
		}
		if err := o.Prove(string(want)); err != nil {
			t.Errorf("%s: the documented answer: %v", o.ID, err)
		}
	}
}

func TestComponentsAreUsed(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		spec, text := specOf(t, c), string(c.Document())
		used := func(kind, component string) {
			if !strings.Contains(text, `"#/components/`+kind+"/"+component+`"`) {
				t.Errorf("%s: nothing refers to %s/%s", name, kind, component)
			}
		}
		for component := range spec.Components.Schemas {
			used("schemas", component)
		}
		for component := range spec.Components.Parameters {
			used("parameters", component)
		}
		for component := range spec.Components.Responses {
			used("responses", component)
		}
		for component := range spec.Components.Examples {
			used("examples", component)
		}
	}
}

// TestRequiredMembersAreDeclared finds misspelt names in required.
func TestRequiredMembersAreDeclared(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		walk(specOf(t, c), func(where string, ref *openapi3.SchemaRef) {
			for _, required := range ref.Value.Required {
				if ref.Value.Properties[required] == nil {
					t.Errorf("%s: %s requires %q, which it does not declare", name, where, required)
				}
			}
		})
	}
}
