package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mockportal/mockportal/openapi"
)

// decodeJSON reads one JSON value. Numbers are json.Number. Unlike encoding/json, it reports duplicate keys, of which the
// value has the first one, and texts that are not UTF-8.
func decodeJSON(data []byte) (any, []openapi.Violation) {
	var raw json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, []openapi.Violation{notJSON(data, err)}
	}
	d := &strictDecoder{source: data, json: json.NewDecoder(bytes.NewReader(data))}
	d.json.UseNumber()
	return d.value(nil), d.violations
}

// notJSON says where the text stops being JSON, without quoting it.
func notJSON(data []byte, err error) openapi.Violation {
	v := openapi.Violation{Kind: openapi.Malformed, Hint: jsonHint(data), Allowed: "valid JSON", Offset: len(data)}
	v.Message = "is not valid JSON: it ends too early"
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && !strings.Contains(syntax.Error(), "unexpected end") {
		v.Offset = int(syntax.Offset)
		v.Message = fmt.Sprintf("is not valid JSON: syntax error at byte %d", v.Offset)
		if strings.Contains(syntax.Error(), "after top-level value") {
			v.Message = fmt.Sprintf("is not valid JSON: text after the JSON value, at byte %d", v.Offset)
		}
	}
	return v
}

// strictDecoder reads a text that is valid JSON.
type strictDecoder struct {
	source     []byte
	json       *json.Decoder
	last       int64 // where the last token begins, or white space before it
	violations []openapi.Violation
}

func (d *strictDecoder) token() json.Token {
	d.last = d.json.InputOffset()
	token, _ := d.json.Token() // the text is valid
	return token
}

// checkText reports the last token if it is not UTF-8. path leads to what it stands for.
func (d *strictDecoder) checkText(path []string) {
	if at := notUTF8(string(d.source[d.last:d.json.InputOffset()])); at > 0 {
		d.violations = append(d.violations, encoding(path, int(d.last)+at))
	}
}

func (d *strictDecoder) value(path []string) any {
	switch token := d.token(); token {
	case json.Delim('{'):
		object := map[string]any{}
		for d.json.More() {
			d.member(object, path)
		}
		d.token()
		return object
	case json.Delim('['):
		array := []any{}
		for d.json.More() {
			array = append(array, d.value(append(path, strconv.Itoa(len(array)))))
		}
		d.token()
		return array
	default:
		d.checkText(path)
		return token
	}
}

func (d *strictDecoder) member(object map[string]any, path []string) {
	key, _ := d.token().(string)
	inner := append(path, key)
	d.checkText(inner)
	value := d.value(inner)
	if _, duplicate := object[key]; !duplicate {
		object[key] = value
		return
	}
	d.violations = append(d.violations, openapi.Violation{
		Kind: openapi.Malformed, Pointer: pointer(inner), Message: "is a duplicate key",
		Hint: "remove one of the two", Allowed: "given only once",
	})
}

// notUTF8 returns the byte, from 1, where a text stops being UTF-8; 0 if it is UTF-8.
func notUTF8(text string) int {
	if utf8.ValidString(text) {
		return 0
	}
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			return i + 1
		}
	}
	return 0
}

// encoding is the violation of a text that is not UTF-8. It does not quote the byte, which may be one of a password.
func encoding(path []string, at int) openapi.Violation {
	return openapi.Violation{
		Kind: openapi.Malformed, Pointer: pointer(path), Message: fmt.Sprintf("is not UTF-8 from byte %d of the value on", at),
		Hint: "encode the text as UTF-8", Allowed: "UTF-8",
	}
}

// jsonHint names the usual mistakes. The example in Esri's documentation has a comment, and Python 2 scripts send
// single quotes.
func jsonHint(data []byte) string {
	text := strings.TrimSpace(string(data))
	switch {
	case strings.Contains(text, "//") || strings.Contains(text, "/*"):
		return "JSON has no comments"
	case strings.Contains(text, "{'") || strings.Contains(text, "u'") || strings.Contains(text, "':"):
		return "JSON strings take double quotes"
	case strings.HasPrefix(text, "%7B") || strings.HasPrefix(text, "%7b"):
		return "the value is percent-encoded twice"
	case strings.HasPrefix(text, "[object"):
		return "serialise the object first, with JSON.stringify"
	}
	return ""
}

// pointer writes a path as an RFC 6901 JSON pointer.
func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, part := range path {
		b.WriteString("/" + escape.Replace(part))
	}
	return b.String()
}
