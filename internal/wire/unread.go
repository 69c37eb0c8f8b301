package wire

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/mockportal/mockportal/internal/contract"
)

// InBody is the place of a value in a body that the portal does not read. Only the journal shows it.
const InBody = "body"

// fields is text that was meant for a form: pairs of a name and a value, without spaces.
var fields = regexp.MustCompile(`^[\w.%+-]+=[^&\s]*(&[\w.%+-]+=[^&\s]*)*$`)

// inBody returns what stands in a body that is not read: the fields of a form, so that secrets are found by their names, else the whole
// text under no name.
func inBody(text string) []contract.Value {
	if fields.MatchString(text) {
		values, _ := pairs(nil, InBody, text)
		return values
	}
	if !utf8.ValidString(text) {
		text = fmt.Sprintf("(%d bytes that are not text)", len(text))
	}
	return []contract.Value{{In: InBody, Text: text}}
}

// isJSON reports whether a body is a JSON object or list, which is no form whatever its type says: curl -d sends it as one.
func isJSON(body string) bool {
	text := strings.TrimSpace(body)
	return (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")) && json.Valid([]byte(text))
}

// inflated undoes gzip. It returns a body in another coding as it is, and one that is broken or becomes larger than the limit.
func inflated(body, coding string, limit int64) string {
	if !strings.EqualFold(coding, "gzip") {
		return body
	}
	r, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		return body
	}
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil || int64(len(text)) > limit {
		return body
	}
	return string(text)
}
