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

// The bytes of a value that is searched for: the password "a" would mask every letter a, and a search for much more could take very long.
const MinLength, MaxLength = 6, 4096

// IssuedPrefix is how every token begins that a portal of this program issues: it is {"n": in base64. All such tokens are known.
const IssuedPrefix = "eyJuIjo"

// tokenLetters are those of an issued token and of the sandbox's id behind it.
const tokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// Known finds values that are secret wherever they stand. It is never changed and safe for concurrent use; nil knows none.
type Known struct {
	texts []string // the longest first
	skip  [1 << 10]uint8
}

// NewKnown returns a finder of values and of issued tokens. A value that IsName is left out: the name of a field must stay readable.
func NewKnown(values ...string) *Known {
	k := &Known{texts: []string{IssuedPrefix}}
	for _, value := range values {
		if MinLength <= len(value) && len(value) <= MaxLength && !IsName(value) {
			k.texts = append(k.texts, value, strings.ReplaceAll(value, " ", "+")) // the second as a form writes it
		}
	}
	slices.SortFunc(k.texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	k.texts = slices.Compact(k.texts)
	for i := range k.skip {
		k.skip[i] = MinLength - 1
	}
	for _, text := range k.texts {
		for end := 2; end <= MinLength; end++ {
			skip := &k.skip[pair(text, end)]
			*skip = min(*skip, uint8(MinLength-end))
		}
	}
	return k
}

// pair returns where skip has an entry for the two bytes that end at a place in a text: how far the first MinLength bytes of any value go on
// behind them at least. Several pairs may share an entry.
func pair(text string, end int) int { return (int(text[end-2])<<5 ^ int(text[end-1])) & (1<<10 - 1) }

// Hide masks in a text every value that any of the finders knows: as it is, with percent escapes, and with the escapes of a JSON string. Where
// one has escapes, all of the text loses them.
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

// find returns where the next value begins in a text, from a place on, and its size; 0 when there is none. It searches as Wu and Manber do:
// where two bytes are in no value, or far from its end, the search skips what cannot begin one.
func (k *Known) find(text string, from int) (at, size int) {
	skip := 0
	for at = from; k != nil && at+MinLength <= len(text); at += max(skip, 1) {
		if skip = int(k.skip[pair(text, at+MinLength)]); skip > 0 {
			continue
		}
		for _, known := range k.texts {
			switch {
			case !strings.HasPrefix(text[at:], known):
			case known == IssuedPrefix:
				return at, len(text[at:]) - len(strings.TrimLeft(text[at:], tokenLetters))
			default:
				return at, len(known)
			}
		}
	}
	return 0, 0
}
