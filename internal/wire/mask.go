package wire

import (
	"regexp"
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

// Masked returns a copy of a decoded JSON value in which secrets are masked: what stands under a secret's name or is assigned to one within
// a text, and the text known to be the caller's token wherever it stands. Numbers, booleans and null tell nothing and stay; under a name
// that is only close to a secret's, objects stay too and are looked into.
func Masked(value any, known string) any {
	switch v := value.(type) {
	case string:
		return MaskedText(v, known)
	case []any:
		masked := make([]any, len(v))
		for i, inner := range v {
			masked[i] = Masked(inner, known)
		}
		return masked
	case map[string]any:
		masked := make(map[string]any, len(v))
		for name, inner := range v {
			masked[MaskedText(name, known)] = MaskedUnder(name, inner, known)
		}
		return masked
	}
	return value
}

// MaskedUnder returns Masked for a value that stands under a name.
func MaskedUnder(name string, value any, known string) any {
	secret, exact := IsSecret(name)
	if !secret {
		return Masked(value, known)
	}
	switch v := value.(type) {
	case string:
		if v != "" {
			return Mask
		}
	case map[string]any:
		if exact {
			return Mask
		}
	case []any:
		if exact {
			return Mask
		}
		masked := make([]any, len(v))
		for i, inner := range v {
			masked[i] = MaskedUnder(name, inner, known)
		}
		return masked
	}
	return Masked(value, known)
}

// inText finds what is assigned to a secret's name in a text that could not be read as parameters or JSON: token=…, "password": "…".
var inText = regexp.MustCompile(`(?i)((?:token|password|client_secret|code|code_verifier)[\\"'\]]*\s*[=:]\s*)([\\"]+[^"\\]+|[^\s&;,"\\]+)`)

// MaskedText takes the caller's token out of a text, and what the text itself assigns to a secret's name.
// Very short tokens are left: they would tear other words apart.
func MaskedText(text, known string) string {
	if len(known) >= 4 {
		text = strings.ReplaceAll(text, known, Mask)
	}
	if !strings.ContainsAny(text, "=:") {
		return text
	}
	return inText.ReplaceAllString(text, "${1}"+Mask)
}
