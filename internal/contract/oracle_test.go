package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/contract"
)

// fits checks JSON text with kin-openapi's visitor, and checks what the visitor ignores: duplicate keys, and integers
// with a fraction or an exponent. It shares no code with the package under test.
func fits(schema *openapi3.Schema, text string) error {
	if !json.Valid([]byte(text)) {
		return errors.New("not valid JSON")
	}
	d := json.NewDecoder(strings.NewReader(text))
	if err := unique(d); err != nil {
		return err
	}
	var value any
	d = json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return err
	}
	if err := written(schema, value); err != nil {
		return err
	}
	return schema.VisitJSON(value)
}

// unique reads one value. It fails at a duplicate key.
func unique(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[any]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			if seen[key] {
				return fmt.Errorf("key %q twice", key)
			}
			seen[key] = true
		}
		if err := unique(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// written fails at an integer with a fraction or an exponent.
func written(schema *openapi3.Schema, value any) error {
	switch v := value.(type) {
	case json.Number:
		if schema.Type.Is("integer") && strings.ContainsAny(v.String(), ".eE") {
			return fmt.Errorf("an integer is written %s", v)
		}
	case []any:
		var errs []error
		for _, inner := range v {
			errs = append(errs, writtenBelow(schema.Items, inner))
		}
		return errors.Join(errs...)
	case map[string]any:
		var errs []error
		for key, inner := range v {
			ref := schema.Properties[key]
			if ref == nil {
				ref = schema.AdditionalProperties.Schema
			}
			errs = append(errs, writtenBelow(ref, inner))
		}
		return errors.Join(errs...)
	}
	return nil
}

func writtenBelow(ref *openapi3.SchemaRef, value any) error {
	if ref == nil {
		return nil
	}
	return written(ref.Value, value)
}

// writer draws JSON text that fits a schema or nearly does.
type writer struct {
	t    *rapid.T
	text strings.Builder
}

func (w *writer) oneIn(n int) bool { return rapid.IntRange(1, n).Draw(w.t, "one in") == n }

func (w *writer) pick(from ...string) string { return rapid.SampledFrom(from).Draw(w.t, "pick") }

func (w *writer) put(text string) {
	w.text.WriteString(w.pick("", "", "", "", "", "", " ", "\n\t"))
	w.text.WriteString(text)
}

// value writes a value that usually fits.
func (w *writer) value(schema *openapi3.Schema) {
	switch {
	case w.oneIn(200):
		w.put(w.pick(
			`null`, `true`, `"text"`, `""`, `0`, `-1`, `1.5`, `[]`, `{}`, `[null]`, `{"a":1}`, `tru`, `"`, ``, `01`, `'a'`,
			`1 2`, `nul`, `falsey`,
		))
	case schema.Nullable && w.oneIn(2):
		w.put("null")
	case len(schema.Enum) > 0:
		word, _ := json.Marshal(rapid.SampledFrom(schema.Enum).Draw(w.t, "word"))
		w.put(string(word))
	case schema.Type == nil, schema.Type.Is("boolean"):
		w.put(w.pick("true", "false"))
	case schema.Type.Is("object"):
		w.object(schema)
	case schema.Type.Is("array"):
		w.array(schema)
	case schema.Type.Is("string"):
		w.string(schema)
	default:
		w.number()
	}
}

func (w *writer) number() {
	if w.oneIn(40) {
		w.put(w.pick(
			"-0", "1.0", "1e3", "0.5", "1E0", "-1", "-2", "2147483648", "-2147483649", "9007199254740993", "9223372036854775808",
			"-9223372036854775809", "1e400", "00",
		))
		return
	}
	w.put(w.pick("0", "1", "10", "2147483647", "1469206116000", "999999999999999"))
}

func (w *writer) string(schema *openapi3.Schema) {
	text := `plain`
	switch {
	case schema.Pattern != "" && !w.oneIn(60):
		text = rapid.StringMatching(schema.Pattern).Draw(w.t, "matching")
	case w.oneIn(4):
		text = w.pick("", " ", "é", "日本", "a\"b", "a\\b", "\x7f", "\u2028", "😀", "</script>")
	}
	quoted, _ := json.Marshal(text)
	w.put(string(quoted))
}

func (w *writer) array(schema *openapi3.Schema) {
	w.put("[")
	for i := range rapid.IntRange(0, 3).Draw(w.t, "length") {
		if i > 0 || w.oneIn(200) {
			w.put(",")
		}
		w.value(schema.Items.Value)
	}
	if w.oneIn(100) {
		w.put(w.pick(",", "}", "]"))
	}
	w.put("]")
}

func (w *writer) object(schema *openapi3.Schema) {
	w.put("{")
	for i, name := range w.members(schema) {
		if i > 0 && !w.oneIn(1000) {
			w.put(",")
		}
		w.key(name)
		switch ref := schema.Properties[name]; {
		case ref != nil:
			w.value(ref.Value)
		case schema.AdditionalProperties.Schema != nil:
			w.value(schema.AdditionalProperties.Schema.Value)
		default:
			w.put(w.pick(`1`, `null`, `{"num":1.5,"b":[{}]}`, `"x"`))
		}
	}
	w.put("}")
	if w.oneIn(500) {
		w.put(w.pick("}", "1", "x", ",", "{}"))
	}
}

// members draws the names of an object: nearly always those that are required, now and then one twice.
func (w *writer) members(schema *openapi3.Schema) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if required := slices.Contains(schema.Required, name); required && !w.oneIn(200) || !required && w.oneIn(2) {
			names = append(names, name)
		}
	}
	if schema.AdditionalProperties.Schema != nil || w.oneIn(40) {
		more := rapid.SampledFrom([]string{"a", "standard", "a/b", "é", "", "maxusers", "num ", "\\"})
		names = append(names, rapid.SliceOfNDistinct(more, 0, 3, rapid.ID).Draw(w.t, "more")...)
	}
	if len(names) > 0 && w.oneIn(60) {
		names = append(names, names[0])
	}
	return rapid.Permutation(names).Draw(w.t, "order")
}

// key writes a name and the colon, now and then with an escape that says the same.
func (w *writer) key(name string) {
	key, _ := json.Marshal(name)
	if len(name) > 0 && name[0] < 0x80 && name[0] != '\\' && w.oneIn(60) {
		key = fmt.Appendf(nil, `"\u%04x%s"`, name[0], strings.ReplaceAll(name[1:], `\`, `\\`))
	}
	w.put(string(key))
	if w.oneIn(300) {
		w.put(w.pick("=", "::", ""))
		return
	}
	w.put(":")
}

// TestProveAgreesWithTheVisitor holds every schema of both documents to the oracle, whichever way the package takes.
func TestProveAgreesWithTheVisitor(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		spec := specOf(t, c)
		for _, component := range slices.Sorted(maps.Keys(spec.Components.Schemas)) {
			t.Run(name+"/"+component, func(t *testing.T) {
				t.Parallel()
				schema := spec.Components.Schemas[component].Value
				rapid.Check(t, func(t *rapid.T) {
					w := &writer{t: t}
					w.value(schema)
					text := w.text.String()
					want, got := fits(schema, text), c.ProveSchema(component, text)
					if (want == nil) != (got == nil) {
						t.Fatalf("%s\nkin-openapi and the strict decoder: %v\nProveSchema: %v", text, want, got)
					}
				})
			})
		}
	}
}

// TestCheckAgreesWithTheVisitor holds the one JSON parameter to the same oracle, and its value to the text.
func TestCheckAgreesWithTheVisitor(t *testing.T) {
	t.Parallel()
	r := routeOf(t, contract.BuiltIn(), "provisionOrgEntitlements")
	schema := specOf(t, contract.BuiltIn()).Components.Schemas["OrgEntitlementsRequest"].Value
	var accepted, refused int
	rapid.Check(t, func(rt *rapid.T) {
		w := &writer{t: rt}
		w.value(schema)
		text := w.text.String()
		if text == "" {
			return
		}
		params, violations := r.Check(sent(t, json4(text)...))
		want := fits(schema, text)
		if (want == nil) != (len(violations) == 0) {
			rt.Fatalf("%s\nkin-openapi and the strict decoder: %v\nCheck: %v", text, want, violations)
		}
		if want != nil {
			refused++
			return
		}
		accepted++
		if got := params.Text("orgEntitlements"); got != text {
			rt.Fatalf("%s\ncame out as %s", text, got)
		}
	})
	if accepted < 10 || refused < 10 {
		t.Errorf("%d texts were accepted and %d refused, too few to prove anything", accepted, refused)
	}
}
