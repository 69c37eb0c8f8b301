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

// The bytes of a value that is searched for: the password "a" would mask every letter a, and a search for much more
// could take very long.
const MinLength, MaxLength = 6, 4096

// IssuedPrefix is how every token begins that a portal of this program issues: it is {"n": in base64. All such tokens
// are known.
const IssuedPrefix = "eyJuIjo"

// tokenLetters are those of an issued token and of the sandbox's id behind it.
const tokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// Known finds values that are secret wherever they stand. It is never changed and safe for concurrent use; nil knows none.
type Known struct {
	texts []string       // the longest first
	parts [1 << 10]uint8 // for three bytes in a row: bit n is set when they stand at place n of any text
}

// NewKnown returns a finder of values and of issued tokens. A value that IsName is left out: the name of a field must
// stay readable.
func NewKnown(values ...string) *Known {
	k := &Known{texts: []string{IssuedPrefix}}
	for _, value := range values {
		if MinLength <= len(value) && len(value) <= MaxLength && !IsName(value) {
			k.texts = append(k.texts, value, strings.ReplaceAll(value, " ", "+")) // the second as a form writes it
		}
	}
	slices.SortFunc(k.texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	k.texts = slices.Compact(k.texts)
	for _, text := range k.texts {
		for at := range stride {
			k.parts[three(text, at)] |= 1 << at
		}
	}
	return k
}

// stride is at how many places three bytes in a row stand among the first MinLength of a text. Where a text stands, find
// meets one of them, though it looks only at every fourth place.
const stride = MinLength - 2

// three returns the entry in parts of the three bytes at a place. Others may share it.
func three(text string, at int) int {
	return (int(text[at])*31*31 + int(text[at+1])*31 + int(text[at+2])) % (1 << 10)
}

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
		var b strings.Builder
		done := 0 // how much of the text is written
		for at, size := k.find(text, 0); size > 0; at, size = k.find(text, done) {
			b.WriteString(text[done:at] + Mask)
			done = at + size
		}
		if done > 0 {
			text = b.String() + text[done:]
		}
	}
	return text
}

// find returns where the next value begins in a text, from a place on, and its size; 0 when there is none.
func (k *Known) find(text string, from int) (at, size int) {
	for i := from; k != nil && i+2 < len(text); i += stride {
		places := k.parts[three(text, i)]
		for at := max(from, i-stride+1); places != 0 && at <= i; at++ {
			if places>>(i-at)&1 == 0 || k.parts[three(text, at)]&1 == 0 {
				continue
			}
			if size := k.sizeAt(text[at:]); size > 0 {
				return at, size
			}
		}
	}
	return 0, 0
}

// sizeAt returns the size of the value that a text begins with; 0 when it begins with none.
func (k *Known) sizeAt(text string) int {
	for _, known := range k.texts {
		switch {
		case !strings.HasPrefix(text, known):
		case known == IssuedPrefix:
			return len(text) - len(strings.TrimLeft(text, tokenLetters))
		default:
			return len(known)
		}
	}
	return 0
}
