package tree_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/tree"
)

func parse(t *testing.T, source string) *tree.Value {
	t.Helper()
	v, mistakes := tree.Parse("doc", []byte(source))
	if err := mistakes.Err(); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestMerge checks the examples of RFC 7396, appendix A.
func TestMerge(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ target, patch, want string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		if got := string(tree.Merge(parse(t, test.target), parse(t, test.patch)).JSON()); got != test.want {
			t.Errorf("%s + %s: got %s, want %s", test.target, test.patch, got, test.want)
		}
	}
}

// TestExtendKeepsPatches checks what null means under a key whose value is a patch.
func TestExtendKeepsPatches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, base, child, want string }{
		{"kept in the base", `{"with":{"a":null}}`, `{"x":1}`, `{"with":{"a":null},"x":1}`},
		{"replaces a value", `{"with":{"a":1,"b":2}}`, `{"with":{"a":null}}`, `{"with":{"a":null,"b":2}}`},
		{"of nothing", `{}`, `{"with":{"a":{"b":null}}}`, `{"with":{"a":{"b":null}}}`},
		{"the patch itself", `{"with":{"a":1}}`, `{"with":null}`, `{}`},
		{"in a list", `{"rules":[1]}`, `{"rules":[{"a":null}]}`, `{"rules":[{"a":null}]}`},
	} {
		got, mistakes := tree.Extend(parse(t, test.base), parse(t, test.child), "with")
		if err := mistakes.Err(); err != nil || string(got.JSON()) != test.want {
			t.Errorf("%s: got %s, %v, want %s", test.name, got.JSON(), err, test.want)
		}
	}
}

// TestPositions reads one document as YAML and as JSON: the values and their positions are the same.
func TestPositions(t *testing.T) {
	t.Parallel()
	const source = "{\"é\": [1, -0.5e3],\n\t\"b\" : {\"c\": \"\\u0041😀\", \"d\": null}}\n"
	var asJSON, asYAML strings.Builder
	list(&asJSON, parse(t, source))
	list(&asYAML, parse(t, strings.Replace(source, "\t", " ", 1)+"# so that it is no JSON\n"))
	const want = "1:1 {\n1:2 é\n1:7 [\n1:8 1\n1:11 -0.5e3\n2:2 b\n2:8 {\n2:9 c\n2:14 A😀\n2:25 d\n2:30 null\n"
	if diff := cmp.Diff(want, asJSON.String()); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, asYAML.String()); diff != "" {
		t.Errorf("YAML (-want +got):\n%s", diff)
	}
}

func list(b *strings.Builder, v *tree.Value) {
	at := func(p tree.Position) { b.WriteString(itoa(p.Line) + ":" + itoa(p.Column) + " ") }
	at(v.At)
	b.WriteString(map[tree.Kind]string{tree.Object: "{", tree.List: "[", tree.Null: "null"}[v.Kind] + v.Text + "\n")
	for _, item := range v.Items {
		list(b, item)
	}
	for _, entry := range v.Entries {
		at(entry.At)
		b.WriteString(entry.Key + "\n")
		list(b, entry.Value)
	}
}

func itoa(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func TestYAMLDirective(t *testing.T) {
	t.Parallel()
	for source, good := range map[string]bool{
		"%YAML 1.2\n---\na: 1\n": true, "%YAML 1.1\n---\na: 1\n": true, "\ufeff# why\n\n%YAML\t1.2\n---\na: 1\n": true,
		"%YAML 1.3\n---\na: 1\n": false, "%YAML 2.0\n---\na: 1\n": false,
	} {
		value, mistakes := tree.Parse("doc", []byte(source))
		if good != (value != nil) || good != (len(mistakes) == 0) {
			t.Errorf("%q: %v, %v", source, value, mistakes)
		}
	}
	if got := parse(t, "a: |\n  %YAML 1.2\n").Get("a"); got == nil || got.Text != "%YAML 1.2\n" {
		t.Errorf("the text of a scalar became %v", got)
	}
}

// TestPlainScalars checks the type of words without quotes.
func TestPlainScalars(t *testing.T) {
	t.Parallel()
	for _, word := range []string{
		"null", "true", "false", "0", "-0", "12", "-1.5", "1e3", "1E-3", "12345678901234567890123",
	} {
		if got := string(parse(t, word+" #").JSON()); got != word {
			t.Errorf("%s: got %s", word, got)
		}
	}
	for _, word := range []string{
		"jsmith", "provisions/trial", "50ms", "1d12h", "1.2.3", "127.0.0.1", "6489da7f08f045ac8c0a5b1de37d56fe", "0xyz",
		"yess", "nan", "1e", "2016", "a=b", "marketplace:admin:purchase", "2016-07", "12:61", "nullable", "off-spec",
	} {
		want := `"` + word + `"`
		if word == "2016" {
			want = word
		}
		if got := string(parse(t, word+" #").JSON()); got != want {
			t.Errorf("%s: got %s", word, got)
		}
	}
}

// TestDurations checks which texts are durations.
func TestDurations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"50ms", "50ms"},
		{"2d", "48h0m0s"},
		{"1d12h", "36h0m0s"},
		{"0", "0s"},
		{"1.5h", "1h30m0s"},
		{"99999d", "2399976h0m0s"},
		{"100000d", ""},
		{"", ""},
		{"d", ""},
		{"1.5d", ""},
		{"1h1d", ""},
		{"-1s", ""},
		{"+1s", ""},
		{"1d-1h", ""},
		{"1d+1h", ""},
		{"-1d", ""},
		{"5", ""},
		{"1 s", ""},
		{"99999d200000h", ""},
	} {
		var mistakes tree.Mistakes
		value := &tree.Value{Kind: tree.Text, Text: test.text}
		got := value.Field("d", &mistakes).Duration()
		if refused := len(mistakes) > 0; refused != (test.want == "") || !refused && got.String() != test.want {
			t.Errorf("%q: got %s, mistakes %v", test.text, got, mistakes)
		}
	}
}

// TestMergeIsImmutable merges random values: neither operand changes, and merging the patch again changes nothing.
func TestMergeIsImmutable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := value(t, 3), value(t, 3)
		before := string(a.JSON()) + string(b.JSON())
		merged := tree.Merge(a, b)
		if again := tree.Merge(merged, b); string(again.JSON()) != string(merged.JSON()) {
			t.Fatalf("merging twice: %s, then %s", merged.JSON(), again.JSON())
		}
		if after := string(a.JSON()) + string(b.JSON()); after != before {
			t.Fatalf("changed from %s to %s", before, after)
		}
		if back, mistakes := tree.Parse("", merged.JSON()); len(mistakes) > 0 || string(back.JSON()) != string(merged.JSON()) {
			t.Fatalf("%s reads as %s, %v", merged.JSON(), back.JSON(), mistakes)
		}
	})
}

func value(t *rapid.T, depth int) *tree.Value {
	kinds := []tree.Kind{tree.Null, tree.Bool, tree.Number, tree.Text, tree.List, tree.Object, tree.Object}
	if depth == 0 {
		kinds = kinds[:4]
	}
	v := &tree.Value{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	switch v.Kind {
	case tree.Bool:
		v.Text = rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool")
	case tree.Number:
		v.Text = rapid.SampledFrom([]string{"0", "-1.5", "1e3"}).Draw(t, "number")
	case tree.Text:
		v.Text = rapid.String().Draw(t, "text")
	case tree.List:
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			v.Items = append(v.Items, value(t, depth-1))
		}
	case tree.Object:
		for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "<"}), 0, 3, rapid.ID).Draw(t, "keys") {
			v.Entries = append(v.Entries, tree.Entry{Key: key, Value: value(t, depth-1)})
		}
	}
	return v
}

func TestMistakeErrors(t *testing.T) {
	t.Parallel()
	b := tree.Position{File: "b", Line: 2, Column: 3}
	mistakes := tree.Mistakes{
		b.Mistake("second"),
		tree.Position{File: "b", Line: 1, Column: 9}.Mistake("first"),
		tree.Position{File: "a"}.Mistake("whole"),
		b.Mistake("second"),
	}
	if diff := cmp.Diff("a: whole\nb:1:9: first\nb:2:3: second", mistakes.Err().Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if mistakes[0].Message != "second" {
		t.Error("Err has sorted its receiver")
	}
	if err := (tree.Mistakes{}).Err(); err != nil {
		t.Errorf("no mistakes are the error %v", err)
	}
}
