package secret_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/secret"
)

func TestIsName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"token", "auth_token", "access_token", "refresh_token", "id_token", "password", "secret", "client_secret", "code", "code_verifier",
		"api_key", "Authorization", "TOKEN", "clientSecret", "Client-Secret", "client secret", "CLIENT.SECRET", "accesstoken", "-token-",
	} {
		if !secret.IsName(name) {
			t.Errorf("%q is not a secret name", name)
		}
	}
	for _, name := range []string{
		"", "f", "tokn", "tokens", "my.token", "userPassword", "user[password]", "password[]", "errorCode", "tokenExpires", "passwords",
		"a name that is much longer than any name that says that a value is secret", "tøken",
	} {
		if secret.IsName(name) {
			t.Errorf("%q is a secret name", name)
		}
	}
}

func TestHide(t *testing.T) {
	t.Parallel()
	tooLong := strings.Repeat("x", secret.MaxLength+1)
	known := secret.NewKnown("admin-token", "admin-token-2", "short", "password", `qu"o\te`, "kr-/é x", "", tooLong)
	for in, want := range map[string]string{
		"":                                 "",
		"nothing":                          "nothing",
		"admin-toke":                       "admin-toke",
		"admin-token":                      "***",
		"xadmin-tokenadmin-token-2y":       "x******y",
		"x admin-token y admin-token z":    "x *** y *** z",
		"a short password":                 "a short password",
		strings.Repeat("x", 5000):          strings.Repeat("x", 5000),
		"/a/%61dmin%2Dtoken/b":             "/a/***/b",
		"/a/%61dmin%2dtoken/b%zz%":         "/a/***/b%zz%",
		"/a/kr-%2F%C3%A9%20x/b":            "/a/***/b",
		"a=kr-%2F%C3%A9+x&b":               "a=***&b",
		"a=kr-/é+x&b":                      "a=***&b",
		"/a/kr-~1é x is missing":           "/a/*** is missing",
		"/a%20b/c%2Fd":                     "/a%20b/c%2Fd",
		`{"a":"\u0061dmin-token\n"}`:       "{\"a\":\"***\n\"}",
		`a qu\"o\\te b \ \u12`:             `a *** b \ \u12`,
		`{"a":"kr-\/\u00e9 x"}`:            `{"a":"***"}`,
		`a\nb`:                             `a\nb`,
		"/kr-~1é x is not":                 "/*** is not",
		"/a~1b~0c":                         "/a~1b~0c",
		`\u0061d%6Din-token`:               `\u0061d%6Din-token`,
		"/a/%2561dmin%252Dtoken/b":         "/a/%2561dmin%252Dtoken/b",
		"token=eyJuIjox.abc-_9.s1, then":   "token=***, then",
		"eyJuIjox.admin-token.s1 eyJuIjo!": "*** ***!",
		"eyJuIj":                           "eyJuIj",
		"é admin-token é":                  "é *** é",
	} {
		if got := secret.Hide(in, known); got != want {
			t.Errorf("%.80s: got %.80s, want %.80s", in, got, want)
		}
	}
}

// TestHideAtEachPlace proves that a value is found wherever it stands.
func TestHideAtEachPlace(t *testing.T) {
	t.Parallel()
	known := secret.NewKnown("abcabd", "viewer-token", "a-much-longer-token")
	for _, value := range []string{"abcabd", "viewer-token", "a-much-longer-token"} {
		for before := range 20 {
			for after := range 6 {
				left, right := strings.Repeat("abcab", 4)[:before], strings.Repeat("token", 2)[:after]
				if got, want := secret.Hide(left+" "+value+right, known), left+" "+secret.Mask+right; got != want {
					t.Fatalf("got %s, want %s", got, want)
				}
			}
		}
	}
}

// TestHideIssuedAtEachPlace proves the same for a token that the portal has issued, however short.
func TestHideIssuedAtEachPlace(t *testing.T) {
	t.Parallel()
	for before := range 20 {
		left := strings.Repeat("eyJuI ", 4)[:before] + " "
		if got, want := secret.Hide(left+secret.IssuedPrefix, secret.NewKnown()), left+secret.Mask; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestHideOfSeveral(t *testing.T) {
	t.Parallel()
	one, other := secret.NewKnown("abcdef"), secret.NewKnown("uvwxyz", "a/b/c/d")
	if got, want := secret.Hide("abcdef uvwxyz", one, nil, other), "*** ***"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := secret.Hide("abcdef a%2Fb%2Fc%2Fd", one, nil, other), "*** ***"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, none := range [][]*secret.Known{nil, {nil}, {secret.NewKnown()}, {secret.NewKnown("", "abcde")}} {
		if got := secret.Hide("abcdef %61", none...); got != "abcdef %61" {
			t.Errorf("got %s", got)
		}
	}
}

// TestLargeTexts proves that no text takes time by the square of its length, whoever sent it.
func TestLargeTexts(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"a", "%", "%61", `\`, `\\`, `\u0061`, "eyJuIjo", "eyJuIj", "a-secret-text", "a-secret-tex"} {
		text := strings.Repeat(part, (512<<10)/len(part))
		known := secret.NewKnown("a-secret-text", text[:secret.MaxLength-1]+"~", text+"~")
		began := time.Now()
		secret.IsName(text)
		secret.Hide(text, known)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q over and over took %s", part, took)
		}
	}
}

// FuzzHide proves that a value is found as it is, with percent escapes and with the escapes of JSON, and that nothing
// around it is masked.
func FuzzHide(f *testing.F) {
	f.Add("secret-1", uint8(0))
	f.Add("a\"b'c d+<e>", uint8(1))
	f.Add("\"00000", uint8(3))
	f.Add("geheimnisvoll/\u00fc\U0001f600", uint8(3))
	f.Fuzz(func(t *testing.T, value string, as uint8) {
		if len(value) < secret.MinLength || len(value) > secret.MaxLength || secret.IsName(value) || strings.ToValidUTF8(value, "") != value ||
			strings.Contains(value, secret.IssuedPrefix) || strings.ContainsAny(value, "\x01%\\") {
			return // it may read as an escape that nobody wrote
		}
		written := value
		switch as % 5 {
		case 1:
			written = url.QueryEscape(value)
		case 2:
			written = url.PathEscape(value)
		case 3:
			quoted, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			written = string(quoted[1 : len(quoted)-1])
		case 4:
			written = ""
			for i := range len(value) {
				written += fmt.Sprintf("%%%02x", value[i])
			}
		}
		got, want := secret.Hide("\x01"+written+"\x01", secret.NewKnown(value)), "\x01"+secret.Mask+"\x01"
		// Of a value that begins with a quotation mark, the backslash of its JSON form stays: the value itself is found behind it.
		if strings.Replace(got, `\`+secret.Mask, secret.Mask, 1) != want {
			t.Errorf("%q as %q: got %q", value, written, got)
		}
	})
}
