package report_test

import (
	"strings"

	"pgregory.net/rapid"
)

// pieces are what shells, forms, JSON and XML treat specially.
var pieces = []string{
	"'", `"`, "$", "`", `\`, "\n", "\r\n", "\t", "=", "@", "&", "%", "%41", "+", " ", "#", "!", "~", "*", "?", "[a]", "{b,c}",
	";", "|", "<", ">", "(", ")",
	"$(exit 9)", "${HOME}", "`exit 9`", "-", "--", "/",
	"/../", "/./", "\x00", "\x01", "\x1b[31m", "\x7f", "]]>", "&amp;", "é", "日", "𝄞", "\u2028", "\ufeff", "a", "B", "0",
}

// nasty makes texts of such pieces; some are no UTF-8.
func nasty() *rapid.Generator[string] {
	return joined(rapid.OneOf(rapid.SampledFrom(append([]string{"\xff", "\xc3", "\xed\xa0\x80"}, pieces...)), rapid.String()))
}

// nastyText makes texts that are UTF-8.
func nastyText() *rapid.Generator[string] { return joined(rapid.SampledFrom(pieces)) }

func joined(piece *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(piece, 0, 6), func(p []string) string { return strings.Join(p, "") })
}
