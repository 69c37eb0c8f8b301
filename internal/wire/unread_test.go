package wire_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/wire"
)

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// TestUnreadBodies proves what is kept of a body that is not read, and which header its one violation names.
func TestUnreadBodies(t *testing.T) {
	t.Parallel()
	whole := func(text string) []contract.Value { return []contract.Value{{In: "body", Text: text}} }
	const limit = 1000
	large := gzipped(strings.Repeat(" ", limit+1))
	for _, tt := range []struct {
		name, contentType, coding, body string
		want                            []contract.Value
	}{
		{"JSON", "application/json", "", `{"a":1}`, whole(`{"a":1}`)},
		{"text", "text/plain", "", "a = b, c", whole("a = b, c")},
		{"a form without its type", "", "", "f=json&a=%7B+%7D", []contract.Value{
			{In: "body", Name: "f", Text: "json"}, {In: "body", Name: "a", Text: "{ }"},
		}},
		{"an object with the type of a form", urlencoded, "", " {\"a\":1}\n", whole(" {\"a\":1}\n")},
		{"a list with the type of a form", urlencoded + "; charset=utf-8", "", "[]", whole("[]")},
		{"one name", "text/plain", "", "f", whole("f")},
		{"bytes", "application/octet-stream", "", "\xff\xfe", whole("(2 bytes that are not text)")},
		{"a form in gzip", urlencoded, "gzip", gzipped("f=json"), []contract.Value{{In: "body", Name: "f", Text: "json"}}},
		{"JSON in gzip", "application/json", "GZIP", gzipped(`[1]`), whole("[1]")},
		{"as large as a body may be", "text/plain", "gzip", gzipped(strings.Repeat(" ", limit)), whole(strings.Repeat(" ", limit))},
		{"larger, once inflated", "text/plain", "gzip", large, whole(fmt.Sprintf("(%d bytes that are not text)", len(large)))},
		{"gzip that is cut off", "text/plain", "gzip", gzipped("text")[:20], whole("(20 bytes that are not text)")},
		{"text that says gzip", "text/plain", "gzip", "some text", whole("some text")},
		{"another coding", "text/plain", "br", "\x8b\x01", whole("(2 bytes that are not text)")},
	} {
		r := post(tt.contentType, tt.body)
		header := "malformed header Content-Type"
		switch {
		case tt.coding == "" && strings.HasPrefix(tt.contentType, urlencoded):
			header = "malformed body *"
		case tt.coding != "":
			r.Header.Set("Content-Encoding", tt.coding)
			header = "malformed header Content-Encoding"
		}
		got, violations, err := wire.Form(nil, r, limit)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff([]string{header}, kinds(violations)); diff != "" {
			t.Errorf("%s: violations (-want +got):\n%s", tt.name, diff)
		}
	}
}
