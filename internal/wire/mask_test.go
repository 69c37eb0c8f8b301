package wire_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/openapi"
)

func TestIsSecret(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]bool{
		"token": {true, true}, "TOKEN": {true, true}, "Token": {true, true},
		"auth_token": {true, true}, "access_token": {true, true}, "refresh_token": {true, true},
		"password": {true, true}, "client_secret": {true, true}, "code": {true, true}, "code_verifier": {true, true},
		"tokn": {true, false}, "tokne": {true, false}, "tokens": {true, false}, "otken": {true, false}, "tokin": {true, false},
		"Passwort": {true, false}, "passwrod": {true, false}, "client-secret": {true, false}, "accesstoken": {true, false},
		"cod": {true, false}, "code_verifer": {true, false},
		"tkn": {}, "username": {}, "f": {}, "": {}, "purchaserOrgId": {}, "mytoken": {}, "client_id": {}, "errorCode": {}, "pass": {},
	} {
		secret, exact := wire.IsSecret(name)
		if got := [2]bool{secret, exact}; got != want {
			t.Errorf("IsSecret(%q) is %t, exactly %t", name, secret, exact)
		}
	}
}

// TestSecretsAreMasked holds that what the contract marks as secret is masked by its name alone.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	for _, r := range openapi.Portal().Routes() {
		for _, p := range r.Parameters {
			if secret, exact := wire.IsSecret(p.Name); secret != p.Secret || exact != p.Secret {
				t.Errorf("%s: the contract says %t, its name %t", p.Name, p.Secret, secret)
			}
		}
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	const known = "admin-token"
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
		{"the caller's token as a name", `{"admin-token":1,"o":{"admin-token":"x"}}`, `{"***":1,"o":{"***":"x"}}`},
		{"a text", `"the admin-token"`, `"the ***"`},
		{"an address with a token", `"https://a/?f=json&token=x&g=1"`, `"https://a/?f=json&token=***&g=1"`},
		{"JSON that is broken", `"{\"maxUsers\":1,\"Password\": \"x y\",}"`, `"{\"maxUsers\":1,\"Password\": ***\",}"`},
		{"a whole form", `"username=a&password=x"`, `"username=a&password=***"`},
		{"names that assign nothing", `"'password' must be specified."`, `"'password' must be specified."`},
		{"a number", `5`, `5`},
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
		if diff := cmp.Diff(want, wire.Masked(in, known)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if fmt.Sprint(in) != before {
			t.Errorf("%s: the value that was given has changed", tt.name)
		}
	}
}

// TestShortTokensAreNotSearchedFor: a team's token "a" would mask every letter a.
func TestShortTokensAreNotSearchedFor(t *testing.T) {
	t.Parallel()
	for known, want := range map[string]string{"": "abcd", "a": "abcd", "abc": "abcd", "abcd": "***"} {
		if got := wire.Masked("abcd", known); got != want {
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
		if diff := cmp.Diff(tt.want, wire.MaskedUnder(tt.name, tt.in, "known-token")); diff != "" {
			t.Errorf("%s=%v (-want +got):\n%s", tt.name, tt.in, diff)
		}
	}
}
