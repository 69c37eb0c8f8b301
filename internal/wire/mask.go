package wire

import (
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
)

// Mask is what is shown in place of a secret.
const Mask = "***"

// secrets are the names whose values are never shown, in any letter case and misspelt by a letter too.
var secrets = [...]string{"token", "auth_token", "access_token", "refresh_token", "password", "client_secret", "code", "code_verifier"}

// IsSecret reports whether a name stands for a secret, and whether it is spelt as one.
func IsSecret(name string) (secret, exact bool) {
	name = strings.ToLower(name)
	for _, s := range secrets {
		if name == s {
			return true, true
		}
		if far := len(name) - len(s); far >= -1 && far <= 1 && nearest.Distance(name, s) <= 1 {
			secret = true
		}
	}
	return secret, false
}

// Masked returns a copy of a decoded JSON value in which secrets are masked: what stands under a secret's name, and the text known to be
// the caller's token wherever it stands. Numbers, booleans and null tell nothing and stay; under a name that is only close to a secret's,
// objects and lists stay too and are looked into.
func Masked(value any, known string) any {
	switch v := value.(type) {
	case string:
		if len(known) >= 4 {
			return strings.ReplaceAll(v, known, Mask)
		}
	case []any:
		masked := make([]any, len(v))
		for i, inner := range v {
			masked[i] = Masked(inner, known)
		}
		return masked
	case map[string]any:
		masked := make(map[string]any, len(v))
		for name, inner := range v {
			masked[name] = MaskedUnder(name, inner, known)
		}
		return masked
	}
	return value
}

// MaskedUnder returns Masked for a value that stands under a name.
func MaskedUnder(name string, value any, known string) any {
	secret, exact := IsSecret(name)
	text, isText := value.(string)
	_, object := value.(map[string]any)
	_, list := value.([]any)
	if secret && (isText && text != "" || exact && (object || list)) {
		return Mask
	}
	return Masked(value, known)
}
