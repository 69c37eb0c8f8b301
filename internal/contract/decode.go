package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/openapi"
)

// maxDepth bounds how deeply a JSON value may be nested.
const maxDepth = 64

// decodeJSON reads one JSON value strictly: unlike encoding/json, it refuses duplicate keys and trailing text. Numbers
// are json.Number. Duplicate keys come with the value, in which the first one counts.
func decodeJSON(data []byte) (any, []openapi.Violation) {
	d := &strictDecoder{json: json.NewDecoder(bytes.NewReader(data)), data: data}
	d.json.UseNumber()
	value, err := d.value(nil)
	if err == nil {
		rest := bytes.TrimLeft(data[d.json.InputOffset():], " \t\r\n")
		if len(rest) == 0 {
			return value, d.duplicates
		}
		d.offset = len(data) - len(rest) + 1
		err = fmt.Errorf("text after the JSON value, at byte %d", d.offset)
	}
	return nil, append(d.duplicates, openapi.Violation{
		Kind: openapi.Malformed, Message: "is not valid JSON: " + err.Error(), Hint: jsonHint(data),
		Allowed: "valid JSON", Offset: d.offset,
	})
}

type strictDecoder struct {
	json       *json.Decoder
	data       []byte
	duplicates []openapi.Violation
	offset     int // of the byte where the text stops being JSON, from 1
}

func (d *strictDecoder) value(path []string) (any, error) {
	token, err := d.json.Token()
	if err != nil {
		return nil, d.syntax(err)
	}
	open, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if len(path) >= maxDepth {
		return nil, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	if open == '{' {
		return d.object(path)
	}
	return d.array(path)
}

func (d *strictDecoder) object(path []string) (any, error) {
	object := map[string]any{}
	for d.json.More() {
		token, err := d.json.Token()
		if err != nil {
			return nil, d.syntax(err)
		}
		key := token.(string)
		inner := append(path, key)
		value, err := d.value(inner)
		if err != nil {
			return nil, err
		}
		if _, duplicate := object[key]; duplicate {
			d.duplicates = append(d.duplicates, openapi.Violation{
				Kind: openapi.Malformed, Pointer: pointer(inner), Message: "is a duplicate key",
				Hint: "remove one of the two", Allowed: "given only once",
			})
			continue
		}
		object[key] = value
	}
	_, err := d.json.Token()
	return object, d.syntax(err)
}

func (d *strictDecoder) array(path []string) (any, error) {
	array := []any{}
	for d.json.More() {
		value, err := d.value(append(path, strconv.Itoa(len(array))))
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := d.json.Token()
	return array, d.syntax(err)
}

// syntax says where the text stops being JSON, without quoting it.
func (d *strictDecoder) syntax(err error) error {
	if err == nil {
		return nil
	}
	d.offset = int(d.json.InputOffset()) + 1
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || d.offset > len(d.data) {
		d.offset = len(d.data)
		return errors.New("it ends too early")
	}
	return fmt.Errorf("syntax error at byte %d", d.offset)
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
	if len(path) == 0 {
		return ""
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, part := range path {
		b.WriteByte('/')
		b.WriteString(escape.Replace(part))
	}
	return b.String()
}
