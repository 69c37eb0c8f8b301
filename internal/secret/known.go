package secret

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Mask is what is shown in place of a secret.
const Mask = "***"

// The number of bytes that a value must have to be searched for.
const (
	MinLength = 6    // the password "a" would mask every letter a
	MaxLength = 4096 // the search for a much longer one could take very long
)

// IssuedPrefix is how every token begins that a portal of this program issues: it is {"n": in base64. All such tokens
// are known.
const IssuedPrefix = "eyJuIjo"

// tokenLetters are those of an issued token and of the sandbox's id behind it.
const tokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// Known finds values that are secret wherever they stand. It is never changed and safe for concurrent use; nil knows none.
type Known struct {
	texts []string          // the longest first
	grams [1 << 16 / 8]byte // a bit for each three bytes that begin at one of the first four bytes of a text
}

// NewKnown returns a finder of values and of issued tokens. A value that IsName is left out: the name of a field must
// stay readable.
func NewKnown(values ...string) *Known {
	k := &Known{}
	for _, value := range values {
		if MinLength <= len(value) && len(value) <= MaxLength && !IsName(value) {
			// The second as a form writes it, the third as a JSON pointer does.
			k.texts = append(k.texts, value, strings.ReplaceAll(value, " ", "+"), pointer.Replace(value))
		}
	}
	slices.SortFunc(k.texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	k.texts = slices.Compact(k.texts)
	for _, text := range append(k.texts, IssuedPrefix) {
		for i := range MinLength - 2 {
			bit := gram(text, i)
			k.grams[bit/8] |= 1 << (bit % 8)
		}
	}
	return k
}

// gram is a number for the three bytes of a text from i on.
func gram(text string, i int) uint16 {
	return uint16(text[i]) ^ uint16(text[i+1])<<5 ^ uint16(text[i+2])<<10
}

// mayBeIn reports whether a text may have a secret in it. Most texts have none, and this tells it several times as fast as a
// search for each secret. A secret has at least six bytes. So one of its first four bytes stands at a multiple of four, and
// the three bytes from there on are one of the grams.
func (k *Known) mayBeIn(text string) bool {
	for i := 0; i+2 < len(text); i += 4 {
		if bit := gram(text, i); k.grams[bit/8]&(1<<(bit%8)) != 0 {
			return true
		}
	}
	return false
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1")

// Hide masks in a text every value that any of the finders knows: as it is, with percent escapes, and with the escapes
// of a JSON string. Where one has escapes, all of the text loses them.
func Hide(text string, all ...*Known) string {
	text = hide(text, all)
	for i, sign := range [...]byte{'%', '\\'} {
		if len(all) > 0 && strings.IndexByte(text, sign) >= 0 {
			plain := escapes()[i].ReplaceAllStringFunc(text, unescape)
			if hidden := hide(plain, all); hidden != plain {
				text = hidden
			}
		}
	}
	return text
}

// escapes are what Hide decodes: percent escapes, and the escapes of JSON strings.
var escapes = sync.OnceValue(func() [2]*regexp.Regexp {
	return [...]*regexp.Regexp{regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+`), regexp.MustCompile(`(?:\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})+`)}
})

func unescape(escape string) (text string) {
	if escape[0] == '%' {
		text, _ = url.PathUnescape(escape)
	} else {
		_ = json.Unmarshal([]byte(`"`+escape+`"`), &text)
	}
	return text
}

func hide(text string, all []*Known) string {
	for _, k := range all {
		if k == nil || !k.mayBeIn(text) {
			continue
		}
		text = hideIssued(text) // first, because a value could be a part of a token
		for _, known := range k.texts {
			if strings.Contains(text, known) { // nearly always not, and then ReplaceAll takes twice as long
				text = strings.ReplaceAll(text, known, Mask)
			}
		}
	}
	return text
}

// hideIssued masks every issued token.
func hideIssued(text string) string {
	var b strings.Builder
	for {
		before, token, ok := strings.Cut(text, IssuedPrefix)
		if !ok {
			return b.String() + text
		}
		b.WriteString(before + Mask)
		text = strings.TrimLeft(token, tokenLetters)
	}
}
