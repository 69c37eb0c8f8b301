package wire_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

// TestSecretsAreMasked holds that what the contract marks as secret is masked by its name alone.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	for _, r := range contract.BuiltIn().Routes() {
		for _, p := range r.Parameters {
			if secret, exact := secret.IsName(p.Name); secret != p.Secret || exact != p.Secret {
				t.Errorf("%s: the contract says %t, its name %t", p.Name, p.Secret, secret)
			}
		}
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	masks := wire.Masks{World: secret.NewKnown("viewer-token", "1234567"), Server: secret.NewKnown("control-token"), Token: "admin-token"}
	for _, tt := range []struct{ name, in, want string }{
		{"nothing secret", `{"f":"json","n":[1,2.5,true,null,"x"],"o":{}}`, `{"f":"json","n":[1,2.5,true,null,"x"],"o":{}}`},
		{"every name", `{"token":"a","auth_token":"b","access_token":"c","refresh_token":"d","password":"e","client_secret":"f","code":"g","code_verifier":"h"}`, `{"token":"***","auth_token":"***","access_token":"***","refresh_token":"***","password":"***","client_secret":"***","code":"***","code_verifier":"***"}`},
		{"letter case, and a letter off", `{"Token":"a","PASSWORD":"b","tokn":"c","client_secrets":"d"}`, `{"Token":"***","PASSWORD":"***","tokn":"***","client_secrets":"***"}`},
		{"deep", `{"a":[{"b":{"token":"x","c":"y"}}]}`, `{"a":[{"b":{"token":"***","c":"y"}}]}`},
		{"the code of an error is a number", `{"error":{"code":498,"message":"Invalid token.","details":[]}}`, `{"error":{"code":498,"message":"Invalid token.","details":[]}}`},
		{"what tells nothing", `{"token":null,"password":true,"code":0,"client_secret":""}`, `{"token":null,"password":true,"code":0,"client_secret":""}`},
		{"objects and lists under a secret's name", `{"token":{"a":"b"},"password":["a"],"code":[]}`, `{"token":"***","password":"***","code":"***"}`},
		{"objects and lists under a name that is close", `{"tokens":{"issued":2,"password":"a"},"node":[{"a":"b"}]}`, `{"tokens":{"issued":2,"password":"***"},"node":[{"a":"b"}]}`},
		{"the caller's token anywhere", `{"a":"admin-token","b":["x admin-token y admin-token"],"c":"admin-toke"}`, `{"a":"***","b":["x *** y ***"],"c":"admin-toke"}`},
		{"texts in a list under a name that is close", `{"tokn":["a",[{"x":"y"},"b"],1]}`, `{"tokn":["***",[{"x":"y"},"***"],1]}`},
		{"the caller's token as a name", `{"admin-token":1,"o":{"admin-token":"x"}}`, `{"***":1,"o":{"***":"***"}}`},
		{"a text", `"the admin-token"`, `"the ***"`},
		{"an address with a token", `"https://a/?f=json&token=x&g=1"`, `"https://a/?f=json&token=***&g=1"`},
		{"JSON that is broken", `"{\"maxUsers\":1,\"Password\": \"x y\",}"`, `"{\"maxUsers\":1,\"Password\": ***\",}"`},
		{"a whole form", `"username=a&password=x"`, `"username=a&password=***"`},
		{"names that assign nothing", `"'password' must be specified."`, `"'password' must be specified."`},
		{"a number", `5`, `5`},
		{"what the world and the server know", `{"viewer-token":["x"],"a":["a viewer-token control-token","%61dmin-token"],"n":[1234567,12345678]}`, `{"***":"***","a":["a *** ***","***"],"n":["***",12345678]}`},
		{"numbers under a secret's name", `{"password":123456,"user":{"pin-password":-2000,"tokens":123456,"code":123456,"token":999}}`, `{"password":"***","user":{"pin-password":"***","tokens":123456,"code":123456,"token":999}}`},
		{"names of several words", `{"userPassword":"a","user":{"api-key":["b"]},"password[]":{"c":"d"},"errorCode":"e","tokenExpires":"f"}`, `{"userPassword":"***","user":{"api-key":"***"},"password[]":"***","errorCode":"e","tokenExpires":"f"}`},
	} {
		var in, want any
		for text, into := range map[string]*any{tt.in: &in, tt.want: &want} {
			if err := json.Unmarshal([]byte(text), into); err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		if tt.in == tt.want {
			want = in
		}
		before := fmt.Sprint(in)
		if diff := cmp.Diff(want, masks.Value(in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if fmt.Sprint(in) != before {
			t.Errorf("%s: the value that was given has changed", tt.name)
		}
	}
}

// TestShortTokensAreNotSearchedFor: a team's token "a" would mask every letter a, and one that is a word of the contract that word.
func TestShortTokensAreNotSearchedFor(t *testing.T) {
	t.Parallel()
	for known, want := range map[string]string{"": "abcdef/sharing", "a": "abcdef/sharing", "abcde": "abcdef/sharing", "abcdef": "***/sharing", "sharing": "abcdef/sharing"} {
		if got := (wire.Masks{Token: known}).Text("abcdef/sharing"); got != want {
			t.Errorf("known %q: got %v, want %q", known, got, want)
		}
	}
}

func TestMaskedUnder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   any
		want any
	}{
		{"token", "x", "***"},
		{"token", "", ""},
		{"token", 5.0, 5.0},
		{"tokn", "x", "***"},
		{"f", "json", "json"},
		{"f", "known-token", "***"},
		{"f", map[string]any{"token": "x"}, map[string]any{"token": "***"}},
	} {
		if diff := cmp.Diff(tt.want, wire.Masks{Token: "known-token"}.Under(tt.name, tt.in)); diff != "" {
			t.Errorf("%s=%v (-want +got):\n%s", tt.name, tt.in, diff)
		}
	}
}

func TestMaskedPath(t *testing.T) {
	t.Parallel()
	masks := wire.Masks{World: secret.NewKnown("with/slash")}
	for in, want := range map[string]string{
		"":        "",
		"/":       "/",
		"a/token": "a/token", "token/a/b": "token/***/b", "no scenario \"token/a\"": "no scenario \"token/***\"", "a token/password": "a token/password", "https://a/token/x?y=z": "https://a/token/***?y=z",
		"/a/token/x/y":                         "/a/token/***/y",
		"/a/Tokn/x":                            "/a/Tokn/***",
		"/a/userPassword/x":                    "/a/userPassword/***",
		"/a/token/":                            "/a/token/",
		"/a/token//x":                          "/a/token//x",
		"/a/with/slash/b":                      "/a/***/b",
		"/a;token=x/b":                         "/a;token=***",
		"/sharing/rest/oauth2/token":           "/sharing/rest/oauth2/token",
		"/sharing/rest/generateToken/x":        "/sharing/rest/generateToken/***",
		"/sharing/rest/oauth2/token/rest/info": "/sharing/rest/oauth2/token/rest/info",
		"/sharing/rest/community/users/admin":  "/sharing/rest/community/users/admin",
	} {
		if got := masks.Text(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestMaskedViolations(t *testing.T) {
	t.Parallel()
	violations := []openapi.Violation{{Name: "a-known-token", Pointer: "/a/token=x", Message: "the a-known-token", Hint: `"token":"x"`, Allowed: "password=x"}}
	wire.Masks{Token: "a-known-token"}.Violations(violations)
	want := []openapi.Violation{{Name: "***", Pointer: "/a/token=***", Message: "the ***", Hint: `"token":***"`, Allowed: "password=***"}}
	if diff := cmp.Diff(want, violations); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
