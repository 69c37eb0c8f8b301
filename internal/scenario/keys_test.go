package scenario_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/scenario/tree"
)

// decoderKeys returns every key that the decoder asks for, by path.
func decoderKeys() map[string]tree.Key {
	keys := map[string]tree.Key{}
	for _, key := range scenario.Keys() {
		keys[key.Path] = key
	}
	return keys
}

// schemaNode is what the enumeration needs of a JSON Schema.
type schemaNode struct {
	Ref         string                     `json:"$ref"`
	Description string                     `json:"description"`
	Enum        []any                      `json:"enum"`
	Properties  map[string]json.RawMessage `json:"properties"`
	Entries     json.RawMessage            `json:"additionalProperties"`
	Items       json.RawMessage            `json:"items"`
	OneOf       []json.RawMessage          `json:"oneOf"`
	Required    []string                   `json:"required"`
	Defs        map[string]json.RawMessage `json:"$defs"`
}

// schemaKey is one key of the schema.
type schemaKey struct {
	described bool
	allowed   []string
}

type schemaWalk struct {
	t    *testing.T
	root schemaNode
	keys map[string]schemaKey
}

func schemaKeys(t *testing.T) map[string]schemaKey {
	t.Helper()
	w := schemaWalk{t: t, keys: map[string]schemaKey{}}
	w.root = w.node(readFile(t, "../../scenarios/schema/scenario.schema.json"))
	w.walk("", w.root)
	return w.keys
}

func (w schemaWalk) node(raw json.RawMessage) schemaNode {
	w.t.Helper()
	var node schemaNode
	if err := json.Unmarshal(raw, &node); err != nil {
		w.t.Fatal(err)
	}
	if def, ok := strings.CutPrefix(node.Ref, "#/$defs/"); ok {
		name, property, inside := strings.Cut(def, "/properties/")
		target := w.node(w.root.Defs[name])
		if inside {
			target = w.node(target.Properties[property])
		}
		if node.Description != "" {
			target.Description = node.Description
		}
		return target
	}
	return node
}

func (w schemaWalk) walk(path string, node schemaNode) {
	for name, raw := range node.Properties {
		inner, property := strings.TrimPrefix(path+"."+name, "."), w.node(raw)
		key := schemaKey{described: property.Description != ""}
		for _, word := range property.Enum {
			if text, ok := word.(string); ok {
				key.allowed = append(key.allowed, text)
			}
		}
		w.keys[inner] = key
		w.walk(inner, property)
	}
	if len(node.Entries) > 0 && string(node.Entries) != "false" {
		w.walk(path+".*", w.node(node.Entries))
	}
	if len(node.Items) > 0 {
		w.walk(path+"[]", w.node(node.Items))
	}
	for _, one := range node.OneOf {
		w.walk(path, w.node(one))
	}
}

// readmeRow is one row of the table of keys.
type readmeRow struct{ kind, standard, meaning string }

func readmeKeys(t *testing.T) map[string]readmeRow {
	t.Helper()
	rows := map[string]readmeRow{}
	table := regexp.MustCompile("(?m)^\\| `([a-zA-Z.<>\\[\\]]+)` \\| (.+?) \\| (.+?) \\| (.+?) \\|$")
	names := regexp.MustCompile(`<[a-zA-Z]+>`)
	for _, row := range table.FindAllStringSubmatch(string(readFile(t, "../../docs/scenario-format.md")), -1) {
		path := names.ReplaceAllString(row[1], "*")
		if _, twice := rows[path]; twice {
			t.Errorf("the format reference: %s is there twice", path)
		}
		rows[path] = readmeRow{row[2], row[3], row[4]}
	}
	return rows
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// TestKeysEverywhere proves that the decoder, the schema and the format reference have the same keys.
func TestKeysEverywhere(t *testing.T) {
	t.Parallel()
	known := sortedKeys(decoderKeys())
	if len(known) < 60 {
		t.Fatalf("the decoder lists %d keys only", len(known))
	}
	if diff := cmp.Diff(known, sortedKeys(schemaKeys(t))); diff != "" {
		t.Errorf("schema (-decoder +schema):\n%s", diff)
	}
	if diff := cmp.Diff(known, sortedKeys(readmeKeys(t))); diff != "" {
		t.Errorf("format reference (-decoder +reference):\n%s", diff)
	}
}

// TestWordsEverywhere holds the three to one list of words for each key that takes words, and to one default.
func TestWordsEverywhere(t *testing.T) {
	t.Parallel()
	inSchema, inReadme := schemaKeys(t), readmeKeys(t)
	for path, key := range decoderKeys() {
		if !inSchema[path].described {
			t.Errorf("schema: %s has no description", path)
		}
		if diff := cmp.Diff(key.Allowed, inSchema[path].allowed); diff != "" {
			t.Errorf("schema: %s (-decoder +schema):\n%s", path, diff)
		}
		row := inReadme[path]
		if want := "`" + strings.Join(key.Allowed, "`, `") + "`"; key.Allowed != nil && row.kind != want {
			t.Errorf("the format reference: %s has the type %s, want %s", path, row.kind, want)
		}
		if (row.standard == "required") != key.Required {
			t.Errorf("the format reference: %s has the default %s, required is %t", path, row.standard, key.Required)
		}
	}
}
