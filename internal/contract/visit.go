package contract

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/openapi"
)

// visit checks a decoded JSON value against a schema and returns every violation, sorted by pointer.
func visit(schema *openapi3.Schema, value any) []openapi.Violation {
	violations := integers(schema, value, nil)
	if err := schema.VisitJSON(value, openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails()); err != nil {
		violations = append(violations, explain(err, value)...)
	}
	slices.SortStableFunc(violations, func(a, b openapi.Violation) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(violations) // kin-openapi reports an object once for each of its unknown keys
}

// integers finds what kin-openapi takes for integers, and a parser in Java does not: 1.0 and 1e3, and fractions that a
// float64 does not hold.
func integers(schema *openapi3.Schema, value any, path []string) []openapi.Violation {
	var violations []openapi.Violation
	switch v := value.(type) {
	case json.Number:
		if schema.Type.Is("integer") && strings.ContainsAny(v.String(), ".eE") && isWhole(v) {
			violations = append(violations, malformed(path, schema, v, wholeHint(v)))
		}
	case map[string]any:
		for key, inner := range v {
			if s := member(schema, key); s != nil {
				violations = append(violations, integers(s, inner, append(path, key))...)
			}
		}
	case []any:
		for i := 0; i < len(v) && schema.Items != nil; i++ {
			violations = append(violations, integers(schema.Items.Value, v[i], append(path, strconv.Itoa(i)))...)
		}
	}
	return violations
}

func wholeHint(n json.Number) string {
	if !exact.IsWhole(n) {
		return ""
	}
	return "write it without a fraction or an exponent"
}

// isWhole reports whether a number is whole as a float64, which is what kin-openapi looks at.
func isWhole(n json.Number) bool {
	f, err := n.Float64()
	return err == nil && f == math.Trunc(f)
}

// member returns the schema of an object's key; nil if any value fits.
func member(schema *openapi3.Schema, key string) *openapi3.Schema {
	if ref := schema.Properties[key]; ref != nil {
		return ref.Value
	}
	if ref := schema.AdditionalProperties.Schema; ref != nil {
		return ref.Value
	}
	return nil
}

// explain turns kin-openapi's errors about a value into violations. Their own texts are not used, because they quote the
// value, and neither are their numbers, which are float64.
func explain(err error, value any) []openapi.Violation {
	if choice := (*openapi3.SchemaError)(nil); errors.As(err, &choice) && choice.SchemaField == "oneOf" {
		// Why each alternative does not fit would only confuse.
		return []openapi.Violation{malformed(choice.JSONPointer(), choice.Schema, at(value, choice.JSONPointer()), "")}
	}
	var many openapi3.MultiError
	if errors.As(err, &many) {
		var violations []openapi.Violation
		for _, one := range many {
			violations = append(violations, explain(one, value)...)
		}
		return violations
	}
	var one *openapi3.SchemaError
	if !errors.As(err, &one) {
		return []openapi.Violation{{Kind: openapi.Malformed, Message: "does not fit the contract"}}
	}
	path := one.JSONPointer()
	switch one.SchemaField {
	case "required":
		return []openapi.Violation{missing(path, one.Value)}
	case "properties", "additionalProperties":
		return unexpected(path, one)
	}
	return []openapi.Violation{malformed(path, one.Schema, at(value, path), typeHint(one))}
}

// at returns what stands in a decoded value under a path.
func at(value any, path []string) any {
	for _, step := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, _ := strconv.Atoi(step)
			value = v[i]
		}
	}
	return value
}

func malformed(path []string, schema *openapi3.Schema, got any, hint string) openapi.Violation {
	must := allowed(schema)
	return openapi.Violation{
		Kind: openapi.Malformed, Pointer: pointer(path), Message: "must be " + must + ", got " + described(got),
		Hint: hint, Allowed: must,
	}
}

func missing(path []string, object any) openapi.Violation {
	v := openapi.Violation{Kind: openapi.Missing, Pointer: pointer(path), Message: "is missing"}
	if fields, ok := object.(map[string]any); ok && len(path) > 0 {
		if near, ok := nearest.Name(path[len(path)-1], keys(fields)); ok {
			v.Hint = sentInstead(near, path[len(path)-1])
		}
	}
	return v
}

// sentInstead says which name was sent instead of the right one.
func sentInstead(sent, right string) string {
	if strings.EqualFold(sent, right) {
		return fmt.Sprintf("%q was sent; names are case sensitive", sent)
	}
	return fmt.Sprintf("%q was sent", sent)
}

// unexpected returns a violation for each key that a closed object does not declare. kin-openapi points at the object.
func unexpected(path []string, err *openapi3.SchemaError) []openapi.Violation {
	object, _ := err.Value.(map[string]any)
	var violations []openapi.Violation
	for _, key := range keys(object) {
		if err.Schema.Properties[key] != nil {
			continue
		}
		v := openapi.Violation{
			Kind: openapi.Unknown, Pointer: pointer(append(slices.Clone(path), key)),
			Message: "is not in the contract", Allowed: "left out",
		}
		if near, ok := nearest.Name(key, keys(err.Schema.Properties)); ok {
			v.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		violations = append(violations, v)
	}
	return violations
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func typeHint(err *openapi3.SchemaError) string {
	if text, ok := err.Value.(string); ok && err.Schema.Type.Is("integer") {
		if _, parse := strconv.ParseInt(text, 10, 64); parse == nil {
			return "write the number without quotes"
		}
	}
	return ""
}

// described describes a value. It does not quote text, which may be a token.
func described(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	case string:
		if v == "" {
			return "empty text"
		}
		return "text of " + counted(utf8.RuneCountInString(v), "character")
	case map[string]any:
		if len(v) == 0 {
			return "an empty object"
		}
		return "an object with " + counted(len(v), "key")
	case []any:
		if len(v) == 0 {
			return "an empty array"
		}
		return "an array"
	}
	return "something else"
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// allowed says in words which values fit a schema.
func allowed(schema *openapi3.Schema) string {
	switch {
	case schema.Extensions["x-allowed"] != nil:
		return fmt.Sprint(schema.Extensions["x-allowed"])
	case len(schema.Enum) > 0:
		return oneOf(schema.Enum)
	case schema.Type.Is("integer"):
		return "an integer" + bounds(schema)
	case schema.Type.Is("number"):
		return "a number" + bounds(schema)
	case schema.Type.Is("object"):
		return "a JSON object"
	case schema.Type.Is("array"):
		return "a JSON array"
	case schema.Type.Is("boolean"):
		return "true or false"
	case schema.Pattern != "":
		return "text that matches " + schema.Pattern
	case schema.MinLength > 0:
		return "text that is not empty"
	}
	return "text"
}

func bounds(schema *openapi3.Schema) string {
	switch {
	case schema.Min != nil && schema.Max != nil:
		return fmt.Sprintf(" from %.0f to %.0f", *schema.Min, *schema.Max)
	case schema.Min != nil:
		return fmt.Sprintf(" of %.0f or more", *schema.Min)
	case schema.Max != nil:
		return fmt.Sprintf(" of at most %.0f", *schema.Max)
	}
	return ""
}

// oneOf lists words: "a, b or c".
func oneOf(values []any) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// asSent writes a value of the contract as a client would send it.
func asSent(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any, []any:
		text, err := json.Marshal(v)
		if err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(value)
}
