package tree

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// ambiguous matches a number, a date or a time of day in YAML 1.1 or 1.2.
var ambiguous = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[-+]?(0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+` +
		`|(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?` +
		`|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)$` +
		`|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$`)
})

// plain returns what a scalar without quotes is in JSON. It is not certain if some YAML readers read it as something else.
func plain(s string) (kind Kind, certain bool) {
	switch {
	case s == "null":
		return Null, true
	case s == "true" || s == "false":
		return Bool, true
	case json.Valid([]byte(s)):
		return Number, true
	}
	switch strings.ToLower(s) {
	case "~", "null", "=", ".inf", "+.inf", "-.inf", ".nan":
		return Text, false
	}
	return Text, !isWord(s) && !ambiguous().MatchString(s)
}

// isWord reports whether a scalar is true or false in YAML 1.1.
func isWord(s string) bool {
	return slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(s))
}
