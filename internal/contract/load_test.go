package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
)

// document completes a contract: rows say only its paths, and what stands beside them.
func document(rest string) string {
	return "openapi: 3.0.3\ninfo: { title: t, version: '1' }\n" + rest
}

// operation is a path with one operation, and what a row adds to it.
func operation(rest string) string {
	return document("paths:\n  /a:\n    get:\n      operationId: x\n      responses: { '200': { description: d } }\n" + rest)
}

// brokenDocuments has a row for every mistake that load reports.
var brokenDocuments = []struct{ name, document string }{
	{"good", operation("")},
	{"good, with everything", document(`
servers: [{ url: /portal }]
paths:
  /a/{b}:
    parameters: [{ name: b, in: path, required: true, x-multi-segment: true, schema: { type: string } }]
    get:
      operationId: x
      x-kind: licensing
      x-api: sharing
      x-access: { token: required, privileges: [p] }
      x-errors: [token-required]
      x-evidence: { level: documented, source: s }
      parameters: [{ name: n, in: query, schema: { type: integer, minimum: 1, maximum: 9 } }]
      responses: { '200': {
	description: d,
	content: { application/json: { schema: { oneOf: [{ $ref: '#/components/schemas/A' }, { type: object }] } } },
} }
    post:
      operationId: y
      x-same-as: x
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [j]
              properties: { j: { $ref: '#/components/schemas/A' }, f: { type: string, enum: [html, json], default: html, x-secret: true } }
            encoding: { j: { contentType: application/json } }
      responses: { default: { description: d, content: { application/problem+json: { schema: { $ref: '#/components/schemas/A' } } } } }
components:
  schemas:
    A:
      type: object
      x-fixtures: as
      required: [s]
      properties: { s: { type: string, pattern: '^a$', nullable: true }, l: { type: array, items: { $ref: '#/components/schemas/A' } } }
      additionalProperties: { type: boolean }
`)},
	{"empty", ""},
	{"not YAML", "a: ["},
	{"a list", "[]"},
	{"another version", "openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths: {}"},
	{"only the version", "openapi: 3.0.3"},
	{"no paths", document("")},
	{"null path", document("paths: { /a: null }")},
	{"null schema", document("paths: {}\ncomponents: { schemas: { A: null } }")},
	{"schema that refers to itself", document("paths: {}\ncomponents: { schemas: { A: { $ref: '#/components/schemas/A' } } }")},
	{"reference to nothing", document("paths: {}\ncomponents: { schemas: { A: { $ref: '#/components/schemas/B' } } }")},
	{"several operations against OpenAPI", document(`
paths:
  /a: { get: { operationId: x }, post: { operationId: x, responses: {}, requestBody: {} } }
  b: {}
  /c/{d}: { get: { operationId: y, responses: { '200': { description: d } } } }
components: { schemas: { A: { type: strange }, B: { type: string, pattern: '(' } } }
`)},
	{"no operationId", document("paths: { /a: { get: { responses: { '200': { description: d } } } } }")},
	{"x-same-as without an operation", operation("      x-same-as: y\n")},
	{"x-same-as itself", operation("      x-same-as: x\n")},
	{"extensions of the wrong type", operation(`
      x-kind: 1
      x-api: [sharing]
      x-access: { token: required, privileges: all }
      x-errors: not-permitted
      x-evidence: documented
      x-same-as: {}
`)},
	{"extensions with unknown words", operation(`
      x-kind: license
      x-api: share
      x-access: { token: optionally }
      x-evidence: { level: guessed }
`)},
	{"parameters that are not supported", operation(`
      parameters:
        - { name: h, in: header, schema: { type: string } }
        - { name: c, in: query, content: { text/plain: {} } }
        - { name: l, in: query, schema: { type: array, items: { type: string } } }
        - { name: n, in: query, schema: { type: number } }
        - { name: s, in: query, x-secret: "yes", schema: { type: string, x-secret: 1 } }
`)},
	{"parameter declared twice", operation(`
      parameters: [{ name: q, in: query, schema: { type: string } }]
    parameters: [{ name: q, in: query, schema: { type: integer } }]
`)},
	{"body of another type", operation("      requestBody: { content: { text/plain: { schema: { type: string } } } }\n")},
	{"body without a schema", operation("      requestBody: { content: { application/json: {} } }\n")},
	{"form without a schema", operation("      requestBody: { content: { application/x-www-form-urlencoded: {} } }\n")},
	{"form that requires an undeclared field", operation(`
      requestBody:
        content: { application/x-www-form-urlencoded: { schema: { type: object, required: [b], properties: { a: { type: string } } } } }
`)},
	{"two schemas for one folder", document(`
paths: {}
components:
  schemas: { A: { type: object, x-fixtures: as }, B: { type: object, x-fixtures: as }, C: { type: object, x-fixtures: 1 } }
`)},
	{"everything at once", document(`
paths:
  /b: { put: { operationId: x, x-kind: bad, x-same-as: z, responses: { '200': { description: d } } } }
  /a: { get: { operationId: y, x-kind: bad, responses: { '200': { description: d } } }, head: { responses: { '200': { description: d } } } }
components: { schemas: { A: { x-fixtures: [] } } }
`)},
}

// TestBrokenDocuments proves that every mistake is reported with its place, and all of a document at once.
func TestBrokenDocuments(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, tt := range brokenDocuments {
		c, err := contract.Load([]byte(tt.document))
		if (c == nil) != (err != nil) {
			t.Errorf("%s: a contract: %t, an error: %v", tt.name, c != nil, err)
		}
		fmt.Fprintf(&b, "## %s\n%v\n\n", tt.name, err)
	}
	golden(t, "load.txt", b.String())
}

// TestRecursiveSchema proves that a schema may contain itself.
func TestRecursiveSchema(t *testing.T) {
	t.Parallel()
	c, err := contract.Load([]byte(document(`
paths: {}
components:
  schemas:
    Tree:
      type: object
      required: [size]
      properties: { size: { type: integer, minimum: 1 }, below: { type: array, items: { $ref: '#/components/schemas/Tree' } } }
`)))
	if err != nil {
		t.Fatal(err)
	}
	for text, good := range map[string]bool{
		`{"size":1}`: true,
		`{"size":1,"below":[{"size":2,"below":[]}]}`:   true,
		`{"size":1,"below":[{"size":0}]}`:              false,
		`{"size":1,"below":[{"below":[{"size":1}]}]}`:  false,
		`{"size":1,"below":[{"size":1,"below":[{}]}]}`: false,
	} {
		if err := c.ProveSchema("Tree", text); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzLoad loads any document. It never panics, nor does the contract that a good document gives.
func FuzzLoad(f *testing.F) {
	for _, tt := range brokenDocuments {
		f.Add(tt.document, `{"s":"a","l":[{"s":null,"b":true,"s":1}]}`)
	}
	f.Fuzz(func(t *testing.T, document, text string) {
		c, err := contract.Load([]byte(document))
		if err != nil {
			return
		}
		for _, r := range c.Routes() {
			if r.Operation == nil {
				t.Fatalf("%s %s has no operation", r.Method, r.Path)
			}
			for _, p := range r.Parameters {
				r.Check([]contract.Value{{In: p.In, Name: p.Name, Text: text}})
			}
			r.CheckBody(text)
			_ = r.Operation.Prove(text)
			_ = r.Operation.ProveError(text)
		}
		for _, folder := range c.FixtureFolders() {
			schema, _ := c.FixtureSchema(folder)
			_ = c.ProveSchema(schema, text)
		}
	})
}
