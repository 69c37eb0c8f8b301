package secret

import (
	"encoding/hex"
	"html"
	"strings"
)

// escapes are what an escape begins with.
const escapes = `%\&~`

// unescape takes one layer of percent signs, backslashes, html entities and the escapes of JSON pointers off a text. The places say where each byte, and the end, of the
// result stood before the first layer was taken off; at has the places of text, nil when this is the first.
func unescape(text string, at []int) (plain string, places []int) {
	var b strings.Builder
	place := func(i int) int {
		if at == nil {
			return i
		}
		return at[i]
	}
	for i := 0; i < len(text); {
		written, taken := escaped(text[i:])
		if taken == 0 {
			written, taken = text[i:i+1], 1
		}
		for range len(written) {
			places = append(places, place(i))
		}
		b.WriteString(written)
		i += taken
	}
	return b.String(), append(places, place(len(text)))
}

// escaped reads the escape that a text begins with, and says how many bytes it takes; 0 when there is none.
func escaped(text string) (written string, taken int) {
	switch text[0] {
	case '%':
		return hexadecimal(text, 1, 2)
	case '\\':
		switch {
		case len(text) > 1 && strings.IndexByte(`"\/'`, text[1]) >= 0:
			return text[1:2], 2
		case strings.HasPrefix(text, `\u`):
			return hexadecimal(text, 2, 4)
		case strings.HasPrefix(text, `\x`): // as %q writes it
			return hexadecimal(text, 2, 2)
		}
	case '~':
		switch {
		case strings.HasPrefix(text, "~0"):
			return "~", 2
		case strings.HasPrefix(text, "~1"):
			return "/", 2
		}
	case '&':
		if end := strings.IndexByte(text[:min(len(text), 10)], ';'); end > 0 {
			if plain := html.UnescapeString(text[:end+1]); plain != text[:end+1] {
				return plain, end + 1
			}
		}
	}
	return "", 0
}

// hexadecimal reads the digits of an escape: two are a byte, four a character.
func hexadecimal(text string, from, digits int) (written string, taken int) {
	if len(text) < from+digits {
		return "", 0
	}
	b, err := hex.DecodeString(text[from : from+digits])
	switch {
	case err != nil:
		return "", 0
	case digits == 2:
		return string(b), from + digits
	}
	return string(rune(b[0])<<8 | rune(b[1])), from + digits
}
