package contract_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/contract"
)

// accepted returns orgEntitlements from Check, and false if Check refuses the text.
func accepted(tb testing.TB, text string) (contract.JSON, bool) {
	tb.Helper()
	params, violations := routeOf(tb, contract.BuiltIn(), "provisionOrgEntitlements").Check(sent(tb, json4(text)...))
	return params.JSON("orgEntitlements"), len(violations) == 0
}

func TestMembers(t *testing.T) {
	t.Parallel()
	value, ok := accepted(
		t,
		" {\n\"b/\\\"\\u0061\" : [ {\"}\":1}, \"]\\\\\" , 2 ] , \"maxUsers\":\t7 ,\"entitlements\" : "+
			"{ \"é\" : {\"num\": 0 } , \"x\":{ \"more\":{} ,\"num\":12}},\"last\":null } ",
	)
	if !ok {
		t.Fatal("it is refused")
	}
	var names []string
	numbers := map[string]int64{}
	for name, member := range value.Members() {
		names = append(names, name)
		for key, inner := range member.Members() {
			for leaf, number := range inner.Members() {
				numbers[key+"/"+leaf] = number.Int()
			}
		}
		if name == "maxUsers" {
			numbers[name] = member.Int()
		}
	}
	if diff := cmp.Diff([]string{`b/"a`, "maxUsers", "entitlements", "last"}, names); diff != "" {
		t.Errorf("names, in the order in which they were written (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int64{"maxUsers": 7, "é/num": 0, "x/num": 12, "x/more": 0}, numbers); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	for name := range value.Members() {
		if name != `b/"a` {
			t.Errorf("the loop continues with %q after a break", name)
		}
		break
	}
	for name := range (contract.JSON{}).Members() {
		t.Errorf("the zero JSON has the member %q", name)
	}
}

// walked rebuilds a decoded value; objects and integers come from Members and Int.
func walked(value any, j contract.JSON) any {
	switch v := value.(type) {
	case map[string]any:
		object := map[string]any{}
		for name, member := range j.Members() {
			object[name] = walked(v[name], member)
		}
		return object
	case json.Number:
		if n, err := v.Int64(); err == nil && n != j.Int() {
			return j.Int()
		}
	}
	return value
}

// TestMembersAgreeWithDecoding compares Members and Int with encoding/json, for texts that Check accepts.
func TestMembersAgreeWithDecoding(t *testing.T) {
	t.Parallel()
	schema := specOf(t, contract.BuiltIn()).Components.Schemas["OrgEntitlementsRequest"].Value
	good := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := &writer{t: rt}
		w.value(schema)
		text := w.text.String()
		value, ok := accepted(t, text)
		if !ok {
			return
		}
		good++
		if diff := cmp.Diff(decoded(t, []byte(text)), walked(decoded(t, []byte(text)), value)); diff != "" {
			rt.Fatalf("%s (-decoded +walked):\n%s", text, diff)
		}
	})
	if good < 10 {
		t.Errorf("only %d texts were accepted, too few to prove anything", good)
	}
}

// FuzzMembers proves that Members and Int agree with encoding/json on every accepted text.
func FuzzMembers(f *testing.F) {
	f.Add(good)
	f.Add(`{"a":[{"]":"}\\\""}, 1e3 ],"maxUsers" : 0,"entitlements":{"\u00e9":{"num":1,"x":-1.5}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		value, ok := accepted(t, text)
		if !ok || !utf8.ValidString(text) {
			return
		}
		want := decoded(t, []byte(text))
		if got := walked(want, value); !equal(want, got) {
			t.Errorf("%q is decoded as %v and walked as %v", text, want, got)
		}
	})
}
