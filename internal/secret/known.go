package secret

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// MinLength is how many bytes a known secret must have to be searched for in texts: a password "a" would mask every letter a, and "admin"
// half of the paths. A shorter one is masked by the name that it stands under, and only so.
const MinLength = 6

// Known is texts that are secret wherever they stand. It is never changed and safe for concurrent use; nil knows none.
type Known struct {
	texts  []string       // the longest first
	least  int            // bytes of the shortest
	shape  *regexp.Regexp // of others; may be nil
	prefix string         // every text of the shape begins so
}

// NewKnown returns a finder of texts; those shorter than MinLength are left out.
func NewKnown(texts ...string) *Known {
	k := &Known{}
	for _, text := range texts {
		if len(text) >= MinLength {
			k.texts = append(k.texts, text)
		}
		if plus := strings.ReplaceAll(text, " ", "+"); plus != text && len(text) >= MinLength {
			k.texts = append(k.texts, plus) // as a form writes it
		}
	}
	slices.SortFunc(k.texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	k.texts = slices.Compact(k.texts)
	if len(k.texts) > 0 {
		k.least = len(k.texts[len(k.texts)-1])
	}
	return k
}

// WithShape returns a finder that also finds whatever has a shape, which always begins with prefix.
func (k *Known) WithShape(prefix string, shape *regexp.Regexp) *Known {
	shaped := *k
	shaped.shape, shaped.prefix = shape, prefix
	if len(k.texts) == 0 || len(prefix) < k.least {
		shaped.least = len(prefix)
	}
	return &shaped
}

// Hide masks what is known in a text, also where it is written with percent signs, the escapes of JSON or of JSON pointers, or html entities, up to three layers of them.
func (k *Known) Hide(text string) string {
	if k.tooShort(text) {
		return text
	}
	return Hide(text, k)
}

// tooShort reports whether a text is too short to hold anything that is known.
func (k *Known) tooShort(text string) bool { return k == nil || k.least == 0 || len(text) < k.least }

// Hide masks what any of the finders knows: so nothing is left of a secret in which another one stands, and the text is taken out of its escapes
// once for all of them.
func Hide(text string, all ...*Known) string {
	spans := findAll(all, text, nil, nil)
	plain, at := text, []int(nil)
	for range maxLayers {
		if !MayBeEscaped(plain) {
			break
		}
		var shorter string
		if shorter, at = unescape(plain, at); shorter == plain {
			break
		}
		plain = shorter
		spans = findAll(all, plain, at, spans)
	}
	return cover(text, spans)
}

func findAll(all []*Known, plain string, at []int, spans []span) []span {
	for _, k := range all {
		if !k.tooShort(plain) {
			spans = k.find(plain, at, spans)
		}
	}
	return spans
}

// MayBeEscaped reports whether a text has anything that may be an escape, so that a secret may stand in it in other letters.
func MayBeEscaped(text string) bool { return strings.ContainsAny(text, escapes) }

// maxLayers bounds how many times a text is taken out of its escapes: JSON in a form in an address has three layers.
const maxLayers = 3

// span is a part of a text.
type span struct{ from, to int }

// find appends the parts of the original text that are secret; at says where in it each byte of plain stands, nil that they are one.
func (k *Known) find(plain string, at []int, spans []span) []span {
	original := func(i int) int {
		if at == nil {
			return i
		}
		return at[i]
	}
	for _, text := range k.texts {
		last := span{-1, -1} // in plain
		for from := 0; ; {
			i := strings.Index(plain[from:], text)
			if i < 0 {
				break
			}
			from += i
			if from >= last.to {
				spans, last.from = append(spans, span{}), from
			}
			last.to = from + len(text)
			spans[len(spans)-1] = span{original(last.from), original(last.to)}
			from++ // a text may begin again within itself
		}
	}
	if k.shape != nil && strings.Contains(plain, k.prefix) {
		for _, found := range k.shape.FindAllStringIndex(plain, -1) {
			spans = append(spans, span{original(found[0]), original(found[1])})
		}
	}
	return spans
}

// cover writes the mask over parts of a text, once over parts that overlap.
func cover(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	end := 0
	for _, s := range spans {
		if s.from >= end {
			b.WriteString(text[end:s.from])
			b.WriteString(Mask)
		}
		end = max(end, s.to)
	}
	b.WriteString(text[end:])
	return b.String()
}
