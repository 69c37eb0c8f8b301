package contract_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
)

var update = flag.Bool("update", false, "write the golden files")

// goldens are the files that the tests of this package write.
var goldens = []string{"body.txt", "check.txt", "load.txt", "prove.txt"}

func golden(t *testing.T, name, got string) {
	t.Helper()
	goldenFile(t, filepath.Join("testdata", "golden", name), got)
}

func goldenFile(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; look at it, then run with -update (-want +got):\n%s", file, diff)
	}
}

func TestGoldensAreAllUsed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/golden/*")
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		files[i] = filepath.Base(file)
	}
	if diff := cmp.Diff(goldens, files); diff != "" {
		t.Errorf("golden files (-used +there):\n%s", diff)
	}
}

// contracts are the contracts of this package, by name.
func contracts() map[string]*contract.Contract {
	return map[string]*contract.Contract{"portal": contract.BuiltIn(), "control": contract.Control()}
}

// routeOf returns the route that has the operationId.
func routeOf(tb testing.TB, c *contract.Contract, operation string) *contract.Route {
	tb.Helper()
	o, ok := c.Operation(operation)
	if !ok {
		tb.Fatalf("no operation %q", operation)
	}
	return o.Routes[0]
}

// sent parses values such as "form name=text".
func sent(tb testing.TB, lines ...string) []contract.Value {
	tb.Helper()
	values := make([]contract.Value, len(lines))
	for i, line := range lines {
		in, pair, ok := strings.Cut(line, " ")
		name, text, both := strings.Cut(pair, "=")
		if !ok || !both {
			tb.Fatalf("not a value: %q", line)
		}
		values[i] = contract.Value{In: in, Name: name, Text: text}
	}
	return values
}

// decoded decodes JSON. Numbers are json.Number.
func decoded(tb testing.TB, text []byte) any {
	tb.Helper()
	var value any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	return value
}

func encoded(tb testing.TB, value any) []byte {
	tb.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}
