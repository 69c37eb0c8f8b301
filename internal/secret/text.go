package secret

import (
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
)

// Mask is what is shown in place of a secret.
const Mask = "***"

// patterns find what a text says to be secret otherwise than by assigning it to a name.
type patterns struct {
	scheme   *regexp.Regexp // what stands behind the scheme of an Authorization header
	userinfo *regexp.Regexp // the user and password of an address
}

var inText = sync.OnceValue(func() patterns {
	return patterns{
		scheme:   regexp.MustCompile(`(?i)\b(basic|bearer)((?:\s|\+|%20)+)([^\s&;,"\\]+)`),
		userinfo: regexp.MustCompile(`(?i)((?::|%3a)(?://|%2f%2f))[^\s/?#@"]+(?:@|%40)`),
	}
})

// InText masks what a text assigns to a secret's name, as a form, JSON or a header would, what it sends as Basic or Bearer, and who an
// address signs in as.
func InText(text string) string {
	if !strings.ContainsAny(text, "=: %+") {
		return text
	}
	if strings.Contains(text, "@") || strings.Contains(text, "%40") {
		text = inText().userinfo.ReplaceAllString(text, "${1}"+Mask+"@")
	}
	if lower := strings.ToLower(text); strings.Contains(lower, "basic") || strings.Contains(lower, "bearer") {
		text = maskScheme(text)
	}
	return maskAssigned(text)
}

// InKey masks a key or a name in which somebody forgot a space, such as token:abc, from the sign on.
func InKey(key string) string {
	masked := InText(key)
	if masked == key {
		return key
	}
	return masked[:strings.Index(masked, Mask)+len(Mask)]
}

func maskScheme(text string) string {
	scheme := inText().scheme
	return scheme.ReplaceAllStringFunc(text, func(found string) string {
		part := scheme.FindStringSubmatch(found)
		if strings.EqualFold(part[1], "basic") && !isPair(part[3]) {
			return found
		}
		return part[1] + part[2] + Mask
	})
}

// isPair reports whether a text is a user and a password as Basic sends them; Basic is a word in other texts too.
func isPair(text string) bool {
	pair, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.ReplaceAll(text, "%3D", "="), "="))
	return err == nil && strings.Contains(string(pair), ":")
}

// maskAssigned goes on right behind each sign that assigns to another name, since what is assigned may assign too: referer=https://a/?token=x.
func maskAssigned(text string) string {
	var b strings.Builder
	done := 0 // what of the text is written
	for i := 0; i < len(text); {
		size := assigns(text[i:])
		if size == 0 {
			i++
			continue
		}
		value := i + size
		value += len(text[value:]) - len(strings.TrimLeft(text[value:], space))
		length := 0
		if isNameBefore(text[done:i]) {
			length = valueLength(text[value:])
		}
		if length > 0 {
			b.WriteString(text[done:value])
			b.WriteString(Mask)
			done = value + length
		}
		i = value + length
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}

const space = " \t\r\n"

// assigns returns how long the sign is that a text begins with, if it is one that assigns: =, :, and both as they stand in an address.
func assigns(text string) int {
	switch {
	case text[0] == '=' || text[0] == ':':
		return 1
	case len(text) > 2 && text[0] == '%' && text[1] == '3' && strings.IndexByte("dDaA", text[2]) >= 0:
		return 3
	}
	return 0
}

// isNameBefore reports whether a text ends with a secret's name, and what may stand between that and the sign behind it.
func isNameBefore(text string) bool {
	text = strings.TrimRight(text, space)
	for cut := ""; cut != text; {
		cut = text
		text = strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(text, "%22"), "%27"), `"'\`)
	}
	from := len(text)
	for n := nameEnd(text); n > 0; n = nameEnd(text[:from]) {
		from -= n
	}
	if from > 0 && text[from-1] == '%' && len(text)-from > 2 {
		from += 2 // of the escape before it: %22token
	}
	is, _ := IsName(text[from:])
	return is
}

// nameEnd returns how many bytes at the end of a text are a letter of a name, or a bracket in an address; 0 when none are.
func nameEnd(text string) int {
	if n := len(text); n > 2 && (strings.EqualFold(text[n-3:], "%5B") || strings.EqualFold(text[n-3:], "%5D")) {
		return 3
	}
	if text == "" {
		return 0
	}
	b := text[len(text)-1]
	if b >= 0x80 || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || strings.IndexByte("_.[]$-", b) >= 0 {
		return 1
	}
	return 0
}

// valueLength returns how long the value is that a text begins with: up to the quote that closes it, which stays, else up to what may
// separate it from the next. JSON within JSON has backslashes before its quotes; one with more of them belongs to the value.
func valueLength(text string) int {
	slashes := len(text) - len(strings.TrimLeft(text, `\`))
	switch rest := text[slashes:]; {
	case strings.HasPrefix(rest, `"`):
		return slashes + 1 + quotedLength(rest[1:], slashes)
	case strings.HasPrefix(rest, `'`):
		return slashes + 1 + indexOr(rest[1:], "'")
	case strings.HasPrefix(strings.ToLower(rest[:min(3, len(rest))]), "%22"):
		return slashes + 3 + min(indexOr(rest[3:], "%22"), indexOr(rest[3:], "&"))
	}
	if i := strings.IndexAny(text, " \t\r\n&;,\"\\"); i >= 0 {
		return i
	}
	return len(text)
}

// quotedLength returns how much of a text stands before the quote with at most so many backslashes before it, and those.
func quotedLength(text string, slashes int) int {
	run := 0
	for i := range len(text) {
		switch {
		case text[i] == '\\':
			run++
			continue
		case text[i] == '"' && run <= slashes:
			return i - run
		}
		run = 0
	}
	return len(text)
}

// indexOr returns where part stands in a text, its end when it does not.
func indexOr(text, part string) int {
	if i := strings.Index(text, part); i >= 0 {
		return i
	}
	return len(text)
}
