package scenario_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/internal/scenario"
)

// matcher reads the `when` of a rule.
func matcher(t *testing.T, when string) scenario.Matcher {
	t.Helper()
	library := scenario.BuiltIn()
	rules, err := library.Rules(find(t, library, "trial"), []byte("when: "+when+"\ndelay: 1s\n"))
	if err != nil {
		t.Fatal(err)
	}
	return rules[0].When
}

// params reads a call's parameters, with numbers as json.Number.
func params(t *testing.T, source string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := exact.Unmarshal([]byte(source), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestMatches(t *testing.T) {
	t.Parallel()
	const sent = `{"f": "json", "purchaserOrgId": "12", "callback": "", "expiration": "60", "itemId": "true",
		"orgEntitlements": {"maxUsers": 10, "list": [1, 2], "flag": true, "none": null, "text": "5", "objects": [{"id": "a", "num": 1}],
			"nulls": [{"id": "a", "x": null}],
			"half": 0.50, "entitlements": {"a": {"num": 5}, "b": {"num": 7}}}}`
	for _, tt := range []struct {
		reason, when string
		want         bool
	}{
		{"nothing is asked for", "{}", true},
		{"the operation", "{ operation: provisionOrgEntitlements }", true},
		{"another operation", "{ operation: user }", false},
		{"the member", "{ member: admin }", true},
		{"another member", "{ member: viewer }", false},
		{"the member of another operation", "{ operation: user, member: admin }", false},
		{"another member of the operation", "{ operation: provisionOrgEntitlements, member: viewer }", false},

		{"a text", "{ params: { f: json } }", true},
		{"another text", "{ params: { f: pjson } }", false},
		{"a text in another letter case", "{ params: { f: JSON } }", false},
		{"a text that is not there", "{ params: { token: json } }", false},
		{"one of two", "{ params: { f: json, token: x } }", false},
		{"both", "{ params: { f: json, purchaserOrgId: \"12\" } }", true},
		{"a number sent as text", "{ params: { expiration: 60 } }", true},
		{"another number sent as text", "{ params: { expiration: 6 } }", false},
		{"a literal sent as text", "{ params: { itemId: true } }", true},
		{"an empty text", "{ params: { callback: \"\" } }", true},

		{"an object, in part", "{ params: { orgEntitlements: { maxUsers: 10 } } }", true},
		{"an object, in part, deep inside", "{ params: { orgEntitlements: { entitlements: { b: { num: 7 } } } } }", true},
		{"an object, another value deep inside", "{ params: { orgEntitlements: { entitlements: { b: { num: 5 } } } } }", false},
		{"an object, a key that is not there", "{ params: { orgEntitlements: { entitlements: { c: {} } } } }", false},
		{"an object, one of two keys", "{ params: { orgEntitlements: { maxUsers: 10, min: 1 } } }", false},
		{"an empty object", "{ params: { orgEntitlements: {} } }", true},
		{"an object as text, in part", "{ params: { orgEntitlements: '{\"maxUsers\": 10}' } }", true},
		{"an object as text, another value", "{ params: { orgEntitlements: '{\"maxUsers\": 1}' } }", false},
		{"an empty text where there is an object", "{ params: { orgEntitlements: \"\" } }", false},
		{"an object where there is a text", "{ params: { f: {} } }", false},
		{"a text where there is an object", "{ params: { orgEntitlements: '\"x\"' } }", false},
		{"a number where there is an object", "{ params: { orgEntitlements: 1 } }", false},
		{"a number of JSON", "{ params: { orgEntitlements: { maxUsers: 1 } } }", false},
		{"a text where there is a number of JSON", "{ params: { orgEntitlements: { maxUsers: \"10\" } } }", false},
		{"a number where there is a text in JSON", "{ params: { orgEntitlements: { text: 5 } } }", false},
		{"a number that is written otherwise", "{ params: { orgEntitlements: { half: 0.5 } } }", true},
		{"nothing where there is null", "{ params: { orgEntitlements: { none: null } } }", true},
		{"a literal of JSON", "{ params: { orgEntitlements: { flag: true } } }", true},
		{"another literal of JSON", "{ params: { orgEntitlements: { flag: false } } }", false},
		{"a whole list", "{ params: { orgEntitlements: { list: [1, 2] } } }", true},
		{"the beginning of a list", "{ params: { orgEntitlements: { list: [1] } } }", false},
		{"a list in another order", "{ params: { orgEntitlements: { list: [2, 1] } } }", false},
		{"a list of objects with a key more", "{ params: { orgEntitlements: { objects: [{ id: a }] } } }", false},
		{"a list of objects with a null more", "{ params: { orgEntitlements: { nulls: [{ id: a }] } } }", false},
		{"a list of whole objects", "{ params: { orgEntitlements: { objects: [{ id: a, num: 1 }] } } }", true},
		{"an empty list", "{ params: { orgEntitlements: { list: [] } } }", false},

		{"there", "{ present: [f, callback] }", true},
		{"one of two there", "{ present: [f, token] }", false},
		{"not there", "{ absent: [token] }", true},
		{"one of two not there", "{ absent: [token, f] }", false},
		{"empty, but there", "{ absent: [callback] }", false},
		{"all at once", "{ operation: provisionOrgEntitlements, member: admin, params: { f: json }, present: [itemId], " +
			"absent: [token] }", true},
	} {
		asked := 0
		subject := &scenario.Subject{
			Operation: "provisionOrgEntitlements", Member: "admin",
			Params: func() map[string]any { asked++; return params(t, sent) },
		}
		if got := matcher(t, tt.when).Matches(subject); got != tt.want {
			t.Errorf("%s: %s matches: %t", tt.reason, tt.when, got)
		}
		if needs := strings.ContainsAny(tt.when, "[") || strings.Contains(tt.when, "params"); asked > 1 || asked == 1 && !needs {
			t.Errorf("%s: the parameters were asked for %d times", tt.reason, asked)
		}
	}
}

// TestMatchesIsCompare holds Matches, which is fast, against Compare, which says where.
func TestMatchesIsCompare(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c"}
	values := []string{`1`, `"1"`, `1.0`, `null`, `"x"`, `{}`, `{"a":1}`, `{"a":1,"b":{"c":[1,2]}}`, `{"b":{}}`, `[1]`, `[1.0]`}
	rapid.Check(t, func(t *rapid.T) {
		drawn := func(what string) (all map[string]string) {
			return rapid.MapOfN(rapid.SampledFrom(names), rapid.SampledFrom(values), 0, 3).Draw(t, what)
		}
		m := scenario.Matcher{Params: map[string]scenario.Param{}}
		for name, text := range drawn("wanted") {
			m.Params[name] = scenario.NewParam([]byte(text))
		}
		m.Present = rapid.SliceOfN(rapid.SampledFrom(names), 0, 1).Draw(t, "present")
		m.Absent = rapid.SliceOfN(rapid.SampledFrom(names), 0, 1).Draw(t, "absent")
		m.Member = rapid.SampledFrom([]string{"", "admin", "viewer"}).Draw(t, "member")
		sent := map[string]any{}
		for name, text := range drawn("sent") {
			sent[name] = scenario.NewParam([]byte(text)).Value
		}
		s := &scenario.Subject{Member: "admin", Params: func() map[string]any { return sent }}
		want := m.Compare(s, func([]string, any, any, map[string]any) bool { return false })
		if got := m.Matches(s); got != want {
			t.Fatalf("%v matches %v: %t, and compares %t", m, sent, got, want)
		}
	})
}
