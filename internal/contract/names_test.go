package contract_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mockportal/mockportal/internal/contract"
)

// TestJSONNames walks down JSON parameters. In a path, [] stands for the items of a list.
func TestJSONNames(t *testing.T) {
	t.Parallel()
	own, err := contract.Load([]byte(document(`
paths:
  /a:
    post:
      operationId: a
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties:
                value:
                  type: object
                  additionalProperties: false
                  properties: { one: { type: array, items: { properties: { deep: {} } } } }
                same: { $ref: '#/components/schemas/Same' }
            encoding: { value: { contentType: application/json }, same: { contentType: application/json } }
      responses: { default: { description: "" } }
  /b:
    post:
      operationId: b
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties:
                value: { type: object, additionalProperties: false, properties: { two: {} } }
                same: { $ref: '#/components/schemas/Same' }
            encoding: { value: { contentType: application/json }, same: { contentType: application/json } }
      responses: { default: { description: "" } }
components: { schemas: { Same: { type: object, properties: { bare: { type: integer } } } } }
`)))
	if err != nil {
		t.Fatal(err)
	}
	const provision = "provisionOrgEntitlements"
	for _, row := range []struct {
		reason               string
		contract             *contract.Contract
		operation, parameter string
		path                 []string
		declared             []string
		open                 bool
	}{
		{"names that others may join", contract.BuiltIn(), provision, "orgEntitlements", nil, []string{"entitlements", "maxUsers"}, true},
		{"any operation", contract.BuiltIn(), "", "orgEntitlements", nil, []string{"entitlements", "maxUsers"}, true},
		{"free names", contract.BuiltIn(), provision, "orgEntitlements", []string{"entitlements"}, nil, true},
		{"below a free name", contract.BuiltIn(), provision, "orgEntitlements", []string{"entitlements", "x"}, []string{"num"}, true},
		{"below a number", contract.BuiltIn(), provision, "orgEntitlements", []string{"maxUsers", "x"}, nil, true},
		{"below an unknown name", contract.BuiltIn(), provision, "orgEntitlements", []string{"x", "num"}, nil, true},
		{"closed", own, "a", "value", nil, []string{"one"}, false},
		{"in a list", own, "a", "value", []string{"one", "[]"}, []string{"deep"}, true},
		{"no list", own, "b", "value", []string{"two", "[]"}, nil, true},
		{"of two operations that differ", own, "", "value", nil, nil, true},
		{"of two operations that do not", own, "", "same", nil, []string{"bare"}, true},
	} {
		names, isJSON := row.contract.JSONNames(row.operation, row.parameter)
		for _, step := range row.path {
			if step == "[]" {
				names = names.Items()
			} else {
				names = names.Inside(step)
			}
		}
		declared, open := names.Declared()
		if diff := cmp.Diff([]any{true, row.declared, row.open}, []any{isJSON, declared, open}, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: is JSON, declares, is open (-want +got):\n%s", row.reason, diff)
		}
	}
	for _, parameter := range []string{"purchaserOrgId", "x"} {
		if _, isJSON := contract.BuiltIn().JSONNames("", parameter); isJSON {
			t.Errorf("%s is JSON", parameter)
		}
	}
}
