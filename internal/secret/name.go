package secret

import (
	"slices"
	"strings"
	"unicode"
)

// names are the names whose values are never shown, without what separates their words.
var names = [...]string{
	"token", "authtoken", "accesstoken", "refreshtoken", "password", "clientsecret", "code", "codeverifier", // of the contract
	"apikey", "authcode", "authorization", "authorizationcode", "bearer", "cookie", "credential", "credentials", "jwt", "passcode",
	"passphrase", "passwd", "privatekey", "pwd", "secret",
}

// code is a secret where it stands alone, and in most names that end so.
const code = "code"

// ends are secret also as the end of a word, as in usertoken.
var ends = [...]string{"token", "password", "passwd", "secret", "apikey"}

// about are words behind a secret's name that make it a name for something that is told of the secret: tokenExpires, tokenServicesUrl.
var about = [...]string{"challenge", "expiration", "expires", "expiry", "lifetime", "type", "uri", "url"}

// codes are words before "code" that make it none: errorCode, messageCode.
var codes = [...]string{
	"area", "country", "culture", "currency", "error", "exit", "http", "item", "language", "message", "postal", "product", "reason",
	"region", "response", "result", "source", "status", "zip",
}

// others are names in their own right, though a letter away from a secret's.
var others = [...]string{"core", "mode", "node", "taken"}

// Names returns the names whose values are never shown, without what separates their words.
func Names() []string { return slices.Clone(names[:]) }

// nearFrom is how long a secret's name must be for one that is a letter away to count as a word of a longer name.
const nearFrom = 5

// IsName reports whether a name stands for a secret, in any letter case, and whether it is spelt as one. A name is split into words at
// everything that is no letter or digit, and at humps; it is secret when the whole, one of its words, or two neighbouring words are one of
// the names or a letter away from it.
func IsName(name string) (secret, exact bool) {
	words := split(name)
	if len(words) == 0 {
		return false, false
	}
	whole := strings.Join(words, "")
	if slices.Contains(names[:], whole) {
		return true, true
	}
	if len(words) == 1 {
		return alone(whole), false
	}
	for i := lastAbout(words) + 1; i < len(words); i++ {
		if is, spelt := endsAt(words[:i+1]); is {
			secret, exact = true, spelt && i == len(words)-1
		}
	}
	return secret || isNear(whole, nearFrom), exact
}

// endsAt reports whether the last of some words, or the last two, stand for a secret.
func endsAt(words []string) (is, exact bool) {
	i := len(words) - 1
	word, before := words[i], ""
	if i > 0 {
		before = words[i-1]
	}
	if word != code || !slices.Contains(codes[:], before) {
		is, exact = within(word)
	}
	joined, spelt := within(before + word)
	return is || joined, exact || spelt
}

// IsNumber reports whether a number under a name is a secret too. The code of an error is none.
func IsNumber(name string) bool {
	is, exact := IsName(name)
	words := split(name)
	return is && exact && words[len(words)-1] != code
}

func alone(word string) bool {
	return !slices.Contains(others[:], word) && (isNear(word, 0) || endsSo(word))
}

// within reports whether a word of a longer name, or two of them, stands for a secret.
func within(part string) (is, exact bool) {
	if slices.Contains(names[:], part) {
		return true, true
	}
	return !slices.Contains(others[:], part) && (isNear(part, nearFrom) || endsSo(part)), false
}

func endsSo(word string) bool {
	return slices.ContainsFunc(ends[:], func(end string) bool { return strings.HasSuffix(word, end) })
}

// isNear reports whether a word is a letter away from a name of at least so many letters. Three letters are too few for that.
func isNear(word string, from int) bool {
	return slices.ContainsFunc(names[:], func(name string) bool {
		return len(name) > 3 && len(name) >= from && oneOff(word, name)
	})
}

// oneOff reports whether two texts are equal but for one byte too many, too few or another, or two neighbours swapped. Every name of every
// journaled reply is asked this, so it says so without working out how far apart they are.
func oneOff(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	for len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) <= 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}

// lastAbout returns the place of the last word that makes what stands before it something told of a secret; -1 when there is none. Such a word
// is itself no secret, nor is it with the word before it.
func lastAbout(words []string) int {
	for i, word := range slices.Backward(words) {
		if slices.Contains(about[:], word) {
			return i
		}
	}
	return -1
}

// split returns the words of a name in lower case: clientSecret, client-secret and client[secret] have two, APIKey too.
func split(name string) (words []string) {
	var word []rune
	end := func() {
		if len(word) > 0 {
			words, word = append(words, strings.ToLower(string(word))), nil
		}
	}
	if strings.Contains(name, "%") {
		name, _ = unescape(name, nil) // brackets, in an address
	}
	all := []rune(name)
	for i, r := range all {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			end()
			continue
		}
		before, after := unicode.Is(unicode.Lower, at(all, i-1)), unicode.Is(unicode.Lower, at(all, i+1))
		if unicode.IsUpper(r) && (before || after && unicode.IsUpper(at(all, i-1))) {
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}

func at(runes []rune, i int) rune {
	if i < 0 || i >= len(runes) {
		return 0
	}
	return runes[i]
}
