package secret_test

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/secret"
)

func TestIsName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]bool{
		"token": {true, true}, "TOKEN": {true, true}, "Token": {true, true},
		"auth_token": {true, true}, "access_token": {true, true}, "refresh_token": {true, true},
		"password": {true, true}, "client_secret": {true, true}, "code": {true, true}, "code_verifier": {true, true},
		"tokn": {true, false}, "tokne": {true, false}, "tokens": {true, false}, "otken": {true, false}, "tokin": {true, false},
		"Passwort": {true, false}, "passwrod": {true, false}, "cod": {true, false}, "code_verifer": {true, false},
		"client-secret": {true, true}, "accesstoken": {true, true}, "clientSecret": {true, true}, "CLIENT.SECRET": {true, true},
		"password[]": {true, true}, "user%5Bpassword%5D": {true, true}, "user[password]": {true, true}, "user.password": {true, true}, "userPassword": {true, true},
		"userPasswrod": {true, false}, "X-Esri-Authorization": {true, true}, "Authorization": {true, true}, "authorisation": {true, false},
		"Cookie": {true, true}, "Set-Cookie": {true, true}, "apiKey": {true, true}, "api_key": {true, true}, "x-api-key": {true, true},
		"APIKey": {true, true}, "portalAPIKeys": {true, false}, "pass word": {true, true}, "newPass-word": {true, true},
		"mytoken": {true, false}, "USERPASSWORD": {true, false}, "oauth.code": {true, true}, "authCode": {true, true}, "pwd": {true, true}, "old_pwd": {true, true},
		"passwordHash": {true, false}, "tokenFor": {true, false},

		"tkn": {}, "username": {}, "f": {}, "": {}, "[]": {}, "purchaserOrgId": {}, "orgEntitlements": {}, "itemId": {}, "client_id": {}, "redirect_uri": {},
		"grant_type": {}, "pass": {}, "expiration": {}, "mode": {}, "node": {}, "errorCode": {}, "error.code": {}, "messageCode": {}, "country_code": {},
		"tokenExpires": {}, "tokenServicesUrl": {}, "token_type": {}, "refresh_token_expires_in": {}, "maxTokenExpirationMinutes": {}, "isTokenBasedSecurity": {true, false},
		"maxUsers": {}, "pwds": {}, "owd": {}, "encoded": {}, "product": {},
	} {
		is, exact := secret.IsName(name)
		if got := [2]bool{is, exact}; got != want {
			t.Errorf("IsName(%q) is %t, exactly %t", name, is, exact)
		}
	}
	for name, want := range map[string]bool{"password": true, "userPassword": true, "token": true, "passwords": false, "code": false, "oauth.code": false, "num": false, "": false} {
		if got := secret.IsNumber(name); got != want {
			t.Errorf("IsNumber(%q) is %t", name, got)
		}
	}
}

// TestOneOff holds the quick answer against the distance, over all short texts of a few letters.
func TestOneOff(t *testing.T) {
	t.Parallel()
	texts := []string{""}
	for from := 0; len(texts[from]) < 5; from++ {
		texts = append(texts, texts[from]+"a", texts[from]+"b", texts[from]+"c")
	}
	for _, a := range texts {
		for _, b := range texts {
			if got, want := secret.OneOff(a, b), nearest.Distance(a, b) <= 1; got != want {
				t.Fatalf("OneOff(%q, %q) is %t", a, b, got)
			}
		}
	}
}

func TestInText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                 "",
		"nothing":                          "nothing",
		"'password' must be specified.":    "'password' must be specified.",
		"f=json&tokn=x&g=1":                "f=json&tokn=***&g=1",
		"userPassword=x y":                 "userPassword=*** y",
		"/self&token=x":                    "/self&token=***",
		"https://a/?f=json&token=x#y":      "https://a/?f=json&token=***",
		"referer=https://a/?token=x":       "referer=https://a/?token=***",
		`{"a":1,"Password": "x y",}`:       `{"a":1,"Password": ***",}`,
		`{"password":"x\"y","b":"z"}`:      `{"password":***","b":"z"}`,
		`{\"password\":\"x\\\"y\",\"b\":2`: `{\"password\":***\",\"b\":2`,
		`{\"password\":\"x y\"}`:           `{\"password\":***\"}`,
		"{'token': 'x y', 'b': 'c'}":       "{'token': ***', 'b': 'c'}",
		"%7B%22token%22%3A%22x%20y%22%7D":  "%7B%22token%22%3A***%22%7D",
		"%22code%22%3A%22x%22":             "%22code%22%3A***%22",
		"token%3Dx%26f%3Djson":             "token%3D***",
		"user%5Bpassword%5D=x":             "user%5Bpassword%5D=***",
		"user[password]=x":                 "user[password]=***",
		"Authorization: Bearer x.y":        "Authorization: *** ***",
		"Bearer x.y, then":                 "Bearer ***, then",
		"Basic YTpiCg==":                   "Basic ***",
		"a basic licence":                  "a basic licence",
		"https://u:p@a/b":                  "https://***@a/b",
		"https://a:80/b@c":                 "https://a:80/b@c",
		"must be one of: a, b":             "must be one of: a, b",
		"token=":                           "token=",
		"token=***":                        "token=***",
		"password CANARY":                  "password CANARY",
	} {
		if got := secret.InText(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestInKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "token": "token", "token:a b": "token:***", "password=a,b": "password=***", "a: b": "a: b"} {
		if got := secret.InKey(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	issued := regexp.MustCompile(`abc[0-9]+`)
	known := secret.NewKnown("admin-token", "admin-token-2", "short", `qu"o & te`, "kr-/~x", "").WithShape("abc", issued)
	for in, want := range map[string]string{
		"":                            "",
		"abc":                         "abc",
		"abc1":                        "***",
		"a abc123 abc":                "a *** abc",
		"admin-toke":                  "admin-toke",
		"admin-token":                 "***",
		"xadmin-tokenadmin-token-2y":  "x******y",
		"a short text":                "a short text",
		"/a/%61dmin%2Dtoken/b":        "/a/***/b",
		"/a/%2561dmin%252Dtoken/b%zz": "/a/***/b%zz",
		`{"a":"\u0061dmin-token\n"}`:  `{"a":"***\n"}`,
		`a qu\"o &amp; te b`:          "a *** b",
		"qu%22o+%26+te":               "***",
		"/a/kr-~1~0x/b":               "/a/***/b",
		"é admin-token é%C3%A9":       "é *** é%C3%A9",
		`\`:                           `\`, "%": "%", `\u12`: `\u12`, "&amp": "&amp", "&#97;dmin-token": "***",
	} {
		if got := known.Hide(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	var none *secret.Known
	for _, k := range []*secret.Known{none, secret.NewKnown(), secret.NewKnown("a", "abcde")} {
		if got := k.Hide("abcdef"); got != "abcdef" {
			t.Errorf("got %s", got)
		}
	}
}

// TestHideOfSeveral: what one finder knows may stand in what another one knows, and nothing is left of either.
func TestHideOfSeveral(t *testing.T) {
	t.Parallel()
	short, long := secret.NewKnown("abcdef"), secret.NewKnown("abcdefghij", "000abcdef")
	for _, all := range [][]*secret.Known{{short, long}, {long, nil, short}} {
		if got, want := secret.Hide("/abcdefghij/000%61bcdef?abcdef", all...), "/***/***?***"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestLargeTexts: whoever sends much makes reading it long, and not longer than that: no text takes time by the square of its length.
func TestLargeTexts(t *testing.T) {
	t.Parallel()
	known := secret.NewKnown("a-secret-text")
	for _, part := range []string{"token.", "a", "&", "%26", `\`, "/token", "token=x ", "bearer ", "://a", "token='", "token_type", "%5B", `"'`} {
		text := strings.Repeat(part, (512<<10)/len(part))
		began := time.Now()
		secret.IsName(text)
		secret.InText(text)
		known.Hide(text)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q over and over took %s", part, took)
		}
	}
}

// FuzzHide proves that a secret is found in whatever it was encoded, at most twice, and that nothing around it is changed.
// TestHideOfOverlapping: a secret that begins again within itself may stand at either place, so all of both is masked.
func TestHideOfOverlapping(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"abcabcabc":                    secret.Mask,
		"x abcabcabcabc y abcabc":      "x " + secret.Mask + " y " + secret.Mask,
		"abc%61bc%61bc":                secret.Mask,
		"abcab abcabc":                 "abcab " + secret.Mask,
		strings.Repeat("abc", 100_000): secret.Mask,
		strings.Repeat("abcabc ", 3):   strings.Repeat(secret.Mask+" ", 3),
	} {
		if got := secret.NewKnown("abcabc").Hide(text); got != want {
			t.Errorf("%.40q: got %.60q, want %.60q", text, got, want)
		}
	}
}

func FuzzHide(f *testing.F) {
	f.Add("secret-1", uint8(0))
	f.Add("a\"b'c d+<e>", uint8(5))
	f.Add("geheimnisvoll/\u00fc", uint8(9))
	f.Fuzz(func(t *testing.T, text string, layers uint8) {
		if len(text) < secret.MinLength || strings.ToValidUTF8(text, "") != text ||
			secret.MayBeEscaped(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
			return // it may read as an escape that nobody wrote
		}
		written := text
		for range 2 {
			switch layers % 4 {
			case 1:
				written = url.QueryEscape(written)
			case 2:
				quoted, err := json.Marshal(written)
				if err != nil {
					t.Fatal(err)
				}
				written = string(quoted[1 : len(quoted)-1])
			case 3:
				written = html.EscapeString(written)
			}
			layers /= 4
		}
		// What stands around it is in no text, so that nothing of it and of the secret makes the secret once more.
		if got, want := secret.NewKnown(text).Hide("\x01"+written+"\x01"), "\x01"+secret.Mask+"\x01"; got != want {
			t.Errorf("%q as %q: got %q", text, written, got)
		}
	})
}
