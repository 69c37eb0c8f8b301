package wire

import (
	"fmt"
	"strings"

	"github.com/mockportal/mockportal/openapi"
)

// Shorten cuts a text that is too long to read, and says how long it was.
func Shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(text[:most], ""), len(text))
}

// most is how many violations of one request are told.
const most = 100

// Most returns the violations that are told: all, or of very many the first ones, and how many there are more.
func Most(violations []openapi.Violation) []openapi.Violation {
	if len(violations) <= most {
		return violations
	}
	more := openapi.Violation{
		Kind: openapi.Unknown, In: violations[most].In, Name: "*", Message: fmt.Sprintf("and %d more violations", len(violations)-most+1),
	}
	return append(violations[:most-1:most-1], more)
}
