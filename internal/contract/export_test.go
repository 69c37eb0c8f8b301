package contract

import (
	"encoding/json"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Load compiles a document as the embedded ones are compiled.
var Load = load

// Compiled returns what a contract makes of its document, as it is written to a file.
func Compiled(tb testing.TB, c *Contract) string {
	tb.Helper()
	text, err := json.Marshal(c.compiled)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text) + "\n"
}

// Schemas returns the schemas by which the judges of a contract explain, in their order.
func Schemas(c *Contract) []*openapi3.Schema {
	var all []*openapi3.Schema
	for _, j := range c.compiled.Judges {
		all = append(all, j.schema())
	}
	return all
}
