package wire

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
)

// Format says how an answer is written.
type Format string

// The formats of an answer.
const (
	HTML  Format = "html" // the default of nearly all operations, as on the real portal
	JSON  Format = "json"
	PJSON Format = "pjson" // indented
)

// FormatOf returns the format that a request asks for, or otherwise if it asks for none. For an unknown format it returns JSON, because a
// program will read the answer.
func FormatOf(values []contract.Value, otherwise Format) Format {
	switch f := Format(First(values, "f")); f {
	case "":
		return otherwise
	case HTML, PJSON:
		return f
	}
	return JSON
}

// AcceptsHTML reports whether a request asks for html by its Accept header, as browsers do.
func AcceptsHTML(r *http.Request) bool {
	return strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Accept"), ",")), "text/html")
}

// The content types of answers (assumed; no capture of /sharing/rest was found, and clients read all of them).
const (
	TypeJSON       = "application/json;charset=utf-8"
	TypePJSON      = "text/plain;charset=utf-8"
	TypeHTML       = "text/html;charset=utf-8"
	TypeJavaScript = "text/javascript;charset=utf-8"
)

// Encode writes a JSON text in a format other than HTML, and returns its content type. With a callback it wraps the text in a call of it.
func (f Format) Encode(body, callback string) (contentType, encoded string) {
	contentType = TypeJSON
	if f == PJSON {
		var b bytes.Buffer
		if json.Indent(&b, []byte(body), "", "  ") == nil {
			contentType, body = TypePJSON, b.String()
		}
	}
	if callback == "" {
		return contentType, body
	}
	return TypeJavaScript, callback + "(" + body + ");"
}
