package contract_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
)

// TestCompiled proves that the documents compiled in advance are what their documents say today, with nothing lost in writing and reading.
// After a change of a document, run it with -update.
func TestCompiled(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"portal", "control"} {
		document, err := os.ReadFile("../../openapi/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := contract.Load(document)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			writePacked(t, "../../openapi/"+name+".yaml.gz", document)
		}
		goldenFile(t, "../../openapi/"+name+".compiled.json", contract.Compiled(t, loaded))
		if *update {
			continue // what is embedded is of before
		}
		if contract.Compiled(t, loaded) != contract.Compiled(t, contracts()[name]) {
			t.Errorf("%s: something was lost in writing or reading", name)
		}
		if !bytes.Equal(document, contracts()[name].Document()) {
			t.Errorf("%s.yaml.gz is not %s.yaml; run with -update", name, name)
		}
	}
}

func writePacked(t *testing.T, file string, document []byte) {
	t.Helper()
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Write(document); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRestoredSchemas proves that each judge of a restored contract explains by the same schema as that of the loaded one.
func TestRestoredSchemas(t *testing.T) {
	t.Parallel()
	for name, c := range contracts() {
		loaded, err := contract.Load(c.Document())
		if err != nil {
			t.Fatal(err)
		}
		want, got := contract.Schemas(loaded), contract.Schemas(c)
		if len(want) < 50 || len(want) != len(got) {
			t.Fatalf("%s: %d schemas loaded, %d restored", name, len(want), len(got))
		}
		for i := range want {
			w, _ := json.Marshal(want[i])
			g, _ := json.Marshal(got[i])
			if diff := cmp.Diff(string(w), string(g)); diff != "" {
				t.Errorf("%s: schema %d (-loaded +restored):\n%s", name, i, diff)
			}
		}
	}
}
