package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// TestNamesOfTheContracts proves that the parameters that the contracts mark as secret, and no others, have secret names.
func TestNamesOfTheContracts(t *testing.T) {
	t.Parallel()
	marked := 0
	for _, contract := range []*contract.Contract{contract.BuiltIn(), contract.Control()} {
		for _, r := range contract.Routes() {
			for _, p := range r.Parameters {
				if p.Secret {
					marked++
				}
				if secret.IsName(p.Name) != p.Secret {
					t.Errorf("%s %s: the contract says %t, its name %t", r.Path, p.Name, p.Secret, !p.Secret)
				}
			}
		}
	}
	if marked == 0 {
		t.Error("no parameter is marked as secret")
	}
}

func TestMaskedValues(t *testing.T) {
	t.Parallel()
	masks := wire.Masks{secret.NewKnown("viewer-token", "1234567"), nil, secret.NewKnown("control-token", `a"b\c d`)}
	for _, tt := range []struct{ name, in, want string }{
		{"nothing secret", `{"f":"json","n":[1,2.5,true,null,"x"],"o":{}}`, `{"f":"json","n":[1,2.5,true,null,"x"],"o":{}}`},
		{
			"names", `{"token":"a","client_secret":"b","Code-Verifier":"c","tokn":"d"}`,
			`{"token":"***","client_secret":"***","Code-Verifier":"***","tokn":"d"}`,
		},
		{"names with escapes", `{"p\u0061ssword":"a"}`, `{"password":"***"}`},
		{"names at any depth", `{"a":[{"b":{"token":"x","c":"y"}}]}`, `{"a":[{"b":{"token":"***","c":"y"}}]}`},
		{
			"objects and lists under a secret name", `{"token":{"a":"b"},"password":["a"],"code":[]}`,
			`{"token":"***","password":"***","code":"***"}`,
		},
		{
			"what stays under a secret name", `{"token":null,"password":true,"code":498,"client_secret":""}`,
			`{"token":null,"password":true,"code":498,"client_secret":""}`,
		},
		{"known values", `{"a":["a viewer-token control-token","%76iewer-token"],"b":"a\"b\\c d"}`, `{"a":["a *** ***","***"],"b":"***"}`},
		{"known values as names", `{"viewer-token":1}`, `{"***":1}`},
		{"known numbers", `[1234567,12345678,1.234567e6,1]`, `["***","***","***",1]`},
		{"a text", `"the viewer-token"`, `"the ***"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := decode(t, tt.want)
			if diff := cmp.Diff(want, masks.Value(decode(t, tt.in))); diff != "" {
				t.Errorf("Value (-want +got):\n%s", diff)
			}
			// JSON leaves names alone where no value is known; whoever decodes the text masks them then.
			if diff := cmp.Diff(want, wire.Masks(nil).Value(decode(t, masks.JSON(tt.in)))); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}
		})
	}
}

func decode(t *testing.T, text string) (value any) {
	t.Helper()
	if err := exact.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

func TestMaskedJSONTexts(t *testing.T) {
	t.Parallel()
	masks := wire.Masks{secret.NewKnown("viewer-token")}
	for in, want := range map[string]string{
		"":                                    "",
		`{ "b": 1, "a": 2, "token": "x" }`:    `{ "b": 1, "a": 2, "token": "x" }`,
		`{"b":"viewer-token","password":"x"}`: `{"b":"***","password":"***"}`,
		`{"b":"viewer-token","password":"x",`: `{"b":"***","password":"x",`,
		`viewer-token`:                        `***`,
	} {
		if got := masks.JSON(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestMaskedViolations(t *testing.T) {
	t.Parallel()
	masks := wire.Masks{secret.NewKnown("known/to~ken")}
	violations := []openapi.Violation{
		{Name: "known/to~ken", Pointer: "/a~1b/known~1to~0ken/c", Message: "the known/to~ken", Hint: "%6Bnown/to~ken", Allowed: "known/to~ken"},
		{Name: "a", Pointer: "/a~1b", Message: "b", Hint: "c", Allowed: "d"},
	}
	masks.Violations(violations)
	want := []openapi.Violation{
		{Name: "***", Pointer: "/a~1b/***/c", Message: "the ***", Hint: "***", Allowed: "***"},
		{Name: "a", Pointer: "/a~1b", Message: "b", Hint: "c", Allowed: "d"},
	}
	if diff := cmp.Diff(want, violations); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
