package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/openapi"
)

// maxValues bounds how many parameters of a request are read.
const maxValues = 1000

// ErrTooLarge is returned for a body that is larger than allowed.
var ErrTooLarge = errors.New("the body is too large")

// Query reads the query of a URL. It appends the values in their order, and returns a violation for each value that it cannot read. Unlike
// net/url it keeps the order, and after a bad escape it reads on.
func Query(to []contract.Value, raw string) ([]contract.Value, []openapi.Violation) {
	return pairs(to, "query", raw)
}

// Form reads the body of a POST, urlencoded or multipart, and appends its values. Like the portal it does not read a body of another type,
// which is a violation, and so is a compressed one; the values are then what stands in the body, for the journal. It returns [ErrTooLarge]
// for a body of more than limit bytes.
func Form(to []contract.Value, r *http.Request, limit int64) ([]contract.Value, []openapi.Violation, error) {
	if r.Body == nil {
		return to, nil, nil
	}
	body, err := readAll(r, limit)
	if err != nil || body == "" {
		return to, nil, err
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		body = inflated(body, coding, limit)
		return append(to, inBody(body)...), unread("Content-Encoding", "in the coding", coding, "send the body as it is", "identity"), nil
	}
	header := r.Header.Get("Content-Type")
	kind, params := header, map[string]string(nil)
	if header != urlencoded {
		kind, params, err = mime.ParseMediaType(header)
	}
	switch {
	case err == nil && kind == urlencoded && isJSON(body):
		return append(to, inBody(body)...), []openapi.Violation{{
			Kind: openapi.Malformed, In: "body", Name: "*", Message: "is JSON, and the portal reads a form",
			Hint: "send pairs of a name and a value, such as f=json&token=…", Allowed: "a form",
		}}, nil
	case err == nil && kind == urlencoded:
		values, violations := pairs(to, "form", body)
		return values, violations, nil
	case err == nil && kind == "multipart/form-data":
		values, violations := parts(to, body, params["boundary"])
		return values, violations, nil
	}
	kind, _, _ = strings.Cut(header, ";")
	allowed := urlencoded + " or multipart/form-data"
	return append(to, inBody(body)...), unread("Content-Type", "of type", kind, "send "+allowed, allowed), nil
}

// unread is the violation of a body whose header says that the portal does not read it.
func unread(header, is, value, hint, allowed string) []openapi.Violation {
	switch {
	case value == "":
		is = "without " + header
	case len(value) > 100: // cutting it could leave half of a secret, which no mask would find
		is += ` "…"`
	default:
		is += ` "` + value + `"` // not %q, whose escapes would hide a secret from the masks
	}
	return []openapi.Violation{{
		Kind: openapi.Malformed, In: "header", Name: header, Message: "the portal does not read a body " + is, Hint: hint, Allowed: allowed,
	}}
}

const urlencoded = "application/x-www-form-urlencoded"

// buffers hold bodies while they are read.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readAll reads the body. It makes room for the announced length only if that is small, so that a request cannot take memory by announcing.
func readAll(r *http.Request, limit int64) (string, error) {
	if r.ContentLength > limit { // before the first read, which asks a client with Expect: 100-continue for the body
		return "", ErrTooLarge
	}
	if n := r.ContentLength; n >= 0 && n <= min(limit, 64<<10) {
		b, _ := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(b)
		b.Reset()
		b.Grow(int(n))
		body := b.AvailableBuffer()[:n]
		_, err := io.ReadFull(r.Body, body)
		return string(body), err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = ErrTooLarge
	}
	return string(body), err
}

// pairs reads urlencoded text.
func pairs(values []contract.Value, in, raw string) (_ []contract.Value, violations []openapi.Violation) {
	before := len(values)
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		if len(values)-before == maxValues {
			return detached(values, before), append(violations, tooMany(in))
		}
		name, text, _ := strings.Cut(pair, "=")
		name, badName := url.QueryUnescape(name)
		text, badText := url.QueryUnescape(text)
		if badName != nil || badText != nil {
			violations = append(violations, openapi.Violation{
				Kind: openapi.Malformed, In: in, Name: strings.Clone(name),
				Message: "has a percent sign that is not followed by two hexadecimal digits", Hint: "write % as %25", Allowed: "escaped as a URL is",
			})
			continue
		}
		values = append(values, contract.Value{In: in, Name: name, Text: text})
	}
	if len(violations) > 0 {
		values = detached(values, before)
	}
	return values, violations
}

// detached copies the values from the n-th on out of the text that they are parts of, so that they do not keep the rest of the text alive.
func detached(values []contract.Value, n int) []contract.Value {
	for i := n; i < len(values); i++ {
		values[i].Name, values[i].Text = strings.Clone(values[i].Name), strings.Clone(values[i].Text)
	}
	return values
}

func tooMany(in string) openapi.Violation {
	return openapi.Violation{
		Kind: openapi.Malformed, In: in, Name: "*", Message: fmt.Sprintf("more than %d parameters", maxValues),
		Hint: "the others were not read", Allowed: fmt.Sprintf("at most %d parameters", maxValues),
	}
}

// parts reads a multipart body; a file counts as its content.
func parts(values []contract.Value, body, boundary string) (_ []contract.Value, violations []openapi.Violation) {
	before := len(values)
	reader := multipart.NewReader(strings.NewReader(body), boundary)
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) && (len(values) > before || isEmpty(body, boundary)) {
			return values, violations
		}
		if err == nil && len(values)-before == maxValues {
			return values, append(violations, tooMany("form"))
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(part)
		}
		if err != nil {
			return values, append(violations, openapi.Violation{
				Kind: openapi.Malformed, In: "body", Name: "*", Message: "is not well-formed multipart/form-data",
				Hint: "check the boundary and the end of the body", Allowed: "well-formed multipart/form-data",
			})
		}
		values = append(values, contract.Value{In: "form", Name: part.FormName(), Text: string(text)})
	}
}

// isEmpty reports whether a body has only the end. Browsers send a form without fields so, although MIME wants a part.
func isEmpty(body, boundary string) bool {
	return boundary != "" && strings.TrimRight(body, " \t\r\n") == "--"+boundary+"--"
}

// First returns the value of a name that counts, which is the first; "" if the request does not have the name.
func First(values []contract.Value, name string) string {
	for i := range values {
		if values[i].Name == name && values[i].In != "path" {
			return values[i].Text
		}
	}
	return ""
}
