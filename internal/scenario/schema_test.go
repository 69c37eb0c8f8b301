package scenario_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/tree"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(readFile(t, "../../scenarios/schema/scenario.schema.json")))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("scenario.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate checks a document against the schema, as an editor does. ok is false if the source cannot be read.
func validate(t *testing.T, schema *jsonschema.Schema, source []byte) (ok bool, err error) {
	t.Helper()
	root, _ := tree.Parse("doc", source)
	if root == nil {
		return false, errors.New("not a document")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(root.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	return true, schema.Validate(value)
}

// examples returns the YAML and JSON blocks of the format reference by their line.
func examples(t *testing.T) map[int]string {
	t.Helper()
	readme := string(readFile(t, "../../docs/scenario-format.md"))
	found := map[int]string{}
	for _, at := range regexp.MustCompile("(?ms)^```(?:yaml|json)\n(.*?)^```").FindAllStringSubmatchIndex(readme, -1) {
		found[1+strings.Count(readme[:at[2]], "\n")] = readme[at[2]:at[3]]
	}
	if len(found) < 3 {
		t.Fatalf("the format reference has %d examples only", len(found))
	}
	return found
}

func TestSchemaTakesWhatIsGood(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	paths, err := filepath.Glob("../../scenarios/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no built-in scenarios", err)
	}
	good := map[string][]byte{}
	for _, path := range paths {
		good[path] = readFile(t, path)
	}
	for line, source := range examples(t) {
		good[fmt.Sprintf("docs/scenario-format.md:%d", line)] = []byte(source)
	}
	for _, name := range scenario.BuiltIn().Names() {
		good["the document of "+name] = find(t, scenario.BuiltIn(), name).Document()
	}
	for name, source := range good {
		if _, err := validate(t, schema, source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaRefusesWhatIsBad: the schema refuses each bad scenario of testdata/mistakes, except those that the archive lists as
// accepted by the schema.
func TestSchemaRefusesWhatIsBad(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	for _, a := range archives(t) {
		good, accepted := a.listed("good"), a.listed("schema accepts")
		for _, name := range a.names {
			if !strings.HasSuffix(name, ".yaml") || strings.Contains(name, "/.") {
				continue
			}
			document, err := validate(t, schema, []byte(a.files[name]))
			switch {
			case !document:
			case err == nil && !good[name] && !accepted[name]:
				t.Errorf("%s: %s: the schema accepts it", a.path, name)
			case err != nil && (good[name] || accepted[name]):
				t.Errorf("%s: %s: the schema refuses it: %v", a.path, name, err)
			}
			delete(accepted, name)
		}
		for name := range accepted {
			t.Errorf("%s: no %s", a.path, name)
		}
	}
}

// TestSchemaIsTidy looks for unused definitions.
func TestSchemaIsTidy(t *testing.T) {
	t.Parallel()
	source := readFile(t, "../../scenarios/schema/scenario.schema.json")
	var schema schemaNode
	if err := json.Unmarshal(source, &schema); err != nil {
		t.Fatal(err)
	}
	for name := range schema.Defs {
		if !bytes.Contains(source, []byte(`"#/$defs/`+name)) {
			t.Errorf("nothing refers to $defs/%s", name)
		}
	}
}
