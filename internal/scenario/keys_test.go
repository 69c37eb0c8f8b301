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
	"github.com/mockportal/mockportal/internal/tree"
)

// everyKey is a document with every key of the format but extends. It is not valid: a rule cannot have all of them at once.
const everyKey = `
format: 1
summary: Every key.
seed: 1
clock: { at: "2016-07-22T16:48:37Z", mode: frozen }
world:
  members:
    admin:
      { password: p, token: t, tokenExpires: "2016-07-23T00:00:00Z", refreshToken: r, orgId: HwhoSWTiJyaB0VDi, role: org_user,
        privileges: [] }
  apps: { app: { redirectUris: ["https://a"], secret: s, member: admin } }
  listings:
    6489da7f08f045ac8c0a5b1de37d56fe:
      orgId: HwhoSWTiJyaB0VDi
      licenseBy: user
      signatureRequired: false
      provisions: { sWwd06TnJR4lHopc: { fixture: provisions/trial, with: {} } }
  license: { fixture: licenses/future, with: {}, expiration: "2020-10-20T20:23:14Z" }
  portal: { methods: lenient, errors: status, contentTypes: observed, cors: open }
rules:
  - name: every key
    when: { operation: user, member: admin, params: {}, present: [], absent: [] }
    after: 1
    times: 1
    chance: 0.5
    inARow: 1
    delay: { min: 1s, max: 2s }
    reply: { error: errors/sharing/internal, fixture: licenses/future, with: {}, status: 200, headers: {}, body: {}, offSpec: true }
    fault: { kind: html, fraction: 0.5, bytesPerSecond: 1, status: 502 }
expect:
  - when: { operation: user, member: admin, params: {}, present: [], absent: [], outcome: ok, errorCode: 400, violations: none }
    exactly: 1
    atLeast: 1
    atMost: 1
inOrder: true
within: 2s
`

// decoderKey is what the decoder's messages say about a key.
type decoderKey struct {
	required bool
	allowed  []string // nil: it does not take words
}

// decoderWalk changes one value of everyKey at a time, and learns the decoder's keys from the messages.
type decoderWalk struct {
	t    *testing.T
	root map[string]any
	keys map[string]decoderKey
}

// decoderKeys returns every key that the decoder knows, by path: "*" stands for a free key and "[]" for an item.
func decoderKeys(t *testing.T) map[string]decoderKey {
	t.Helper()
	w := decoderWalk{t: t, keys: map[string]decoderKey{}}
	root, mistakes := tree.Parse("everyKey", []byte(everyKey))
	if err := mistakes.Err(); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(root.JSON(), &w.root); err != nil {
		t.Fatal(err)
	}
	w.walk("", w.root)
	return w.keys
}

// messages returns the decoder's mistakes in the document as it is now.
func (w decoderWalk) messages() string {
	w.t.Helper()
	source, err := json.Marshal(w.root)
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = scenario.BuiltIn().Decode("doc", source)
	return mistakesOf(w.t, err).Error() + "\n"
}

func (w decoderWalk) walk(path string, value any) {
	w.t.Helper()
	if list, ok := value.([]any); ok && len(list) > 0 {
		w.walk(path+"[]", list[0])
	}
	object, _ := value.(map[string]any)
	known := w.knownKeys(object)
	for name, inner := range object {
		if known == nil {
			w.walk(path+".*", inner)
			continue
		}
		w.walk(strings.TrimPrefix(path+"."+name, "."), inner)
	}
	for _, name := range known {
		inner := strings.TrimPrefix(path+"."+name, ".")
		if _, ok := object[name]; !ok && inner != "extends" {
			w.t.Errorf("everyKey lacks %s", inner)
		}
		w.keys[inner] = w.key(object, name)
	}
}

// knownKeys returns the keys that an object can have, or nil if its keys are free.
func (w decoderWalk) knownKeys(object map[string]any) []string {
	w.t.Helper()
	if object == nil {
		return nil
	}
	object["unheardOf"] = 1
	defer delete(object, "unheardOf")
	found := regexp.MustCompile(`unknown key "unheardOf"[^;]*; .*? has (.*)`).FindStringSubmatch(w.messages())
	if found == nil {
		return nil
	}
	return strings.Split(found[1], ", ")
}

// key removes a key to learn whether it is required, and misspells its value to learn which words it takes.
func (w decoderWalk) key(object map[string]any, name string) decoderKey {
	w.t.Helper()
	if written, ok := object[name]; ok {
		defer func() { object[name] = written }()
	} else {
		defer delete(object, name)
	}
	var key decoderKey
	delete(object, name)
	key.required = strings.Contains(w.messages(), " has no "+name+", which is required\n")
	object[name] = "?"
	if found := regexp.MustCompile(`must be one of (.*), not "\?"`).FindStringSubmatch(w.messages()); found != nil {
		key.allowed = strings.Split(found[1], ", ")
	}
	return key
}

// schemaNode is the part of a JSON Schema that the walk reads.
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
			t.Errorf("the format reference: %s has two rows", path)
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

// TestKeysEverywhere checks that the decoder, the schema and the format reference have the same keys, words and required keys.
func TestKeysEverywhere(t *testing.T) {
	t.Parallel()
	keys, inSchema, inReadme := decoderKeys(t), schemaKeys(t), readmeKeys(t)
	if len(keys) < 60 {
		t.Fatalf("the decoder has only %d keys", len(keys))
	}
	if diff := cmp.Diff(sortedKeys(keys), sortedKeys(inSchema)); diff != "" {
		t.Errorf("schema (-decoder +schema):\n%s", diff)
	}
	if diff := cmp.Diff(sortedKeys(keys), sortedKeys(inReadme)); diff != "" {
		t.Errorf("format reference (-decoder +reference):\n%s", diff)
	}
	for path, key := range keys {
		if !inSchema[path].described {
			t.Errorf("schema: %s has no description", path)
		}
		if diff := cmp.Diff(key.allowed, inSchema[path].allowed); diff != "" {
			t.Errorf("schema: %s (-decoder +schema):\n%s", path, diff)
		}
		row := inReadme[path]
		if want := "`" + strings.Join(key.allowed, "`, `") + "`"; key.allowed != nil && row.kind != want {
			t.Errorf("README: %s has the type %s, want %s", path, row.kind, want)
		}
		if (row.standard == "required") != key.required {
			t.Errorf("README: %s has the default %s, required is %t", path, row.standard, key.required)
		}
	}
}
