package page

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxText is how many bytes of a text a page shows.
const maxText = 8 << 10

// The years 1 to 9999 in epoch milliseconds. Other numbers are not shown as dates.
const (
	firstMilli = -62135596800000
	lastMilli  = 253402300799999
)

// number returns a date if the portal documents epoch milliseconds under this key, otherwise a literal.
func number(key, text string) *node {
	literal, cut := clip(text)
	n := &node{Kind: "literal", Text: literal, Cut: cut}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !dateKey(key) || ms < firstMilli || ms > lastMilli {
		return n
	}
	n.Kind = "date"
	if ms == -1 { // documented for an endDate: the purchase never ends
		n.When = "no date"
		return n
	}
	at := time.UnixMilli(ms).UTC()
	fraction := ""
	if at.Nanosecond() != 0 {
		fraction = ".000"
	}
	n.When, n.Stamp = at.Format("2006-01-02 15:04:05"+fraction+" UTC"), at.Format("2006-01-02T15:04:05"+fraction+"Z")
	return n
}

func dateKey(key string) bool {
	return strings.HasSuffix(key, "Date") || slices.Contains([]string{"created", "modified", "entitlementsModified", "expires"}, key)
}

// clip makes a text printable. If it cuts the text, it also returns the length in bytes before.
func clip(text string) (shown string, cut int) {
	if len(text) > maxText {
		cut = len(text)
		end := maxText
		for end > maxText-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	return strings.Map(visible, text), cut
}

// visible replaces control characters, which HTML forbids, by their pictures, and non-characters by U+FFFD.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r < 0x20:
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	case r >= 0x80 && r < 0xa0, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return utf8.RuneError
	}
	return r
}
