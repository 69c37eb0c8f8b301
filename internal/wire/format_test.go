package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/wire"
)

func TestFormatOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		values  []contract.Value
		leftOut wire.Format
		want    wire.Format
	}{
		{"left out", nil, wire.HTML, wire.HTML},
		{"empty", query("f", ""), wire.HTML, wire.HTML},
		{"left out where the default is JSON", nil, wire.JSON, wire.JSON},
		{"empty where the default is JSON", form("f", ""), wire.JSON, wire.JSON},
		{"html where the default is JSON", form("f", "html"), wire.JSON, wire.HTML},
		{"html", query("f", "html"), wire.HTML, wire.HTML},
		{"json", query("f", "json"), wire.HTML, wire.JSON},
		{"pjson", form("f", "pjson"), wire.HTML, wire.PJSON},
		{"query before form", append(query("f", "pjson"), form("f", "json")...), wire.HTML, wire.PJSON},
		{"letter case: it is unknown, and a program will read the answer", query("f", "HTML"), wire.HTML, wire.JSON},
		{"unknown", query("f", "geojson"), wire.HTML, wire.JSON},
		{"another name", query("format", "json"), wire.HTML, wire.HTML},
	} {
		if got := wire.FormatOf(tt.values, tt.leftOut); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	const body = `{"b":1,"a":[],"c":"<é>","d":{"e":null}}`
	const indented = "{\n  \"b\": 1,\n  \"a\": [],\n  \"c\": \"<é>\",\n  \"d\": {\n    \"e\": null\n  }\n}"
	for _, tt := range []struct {
		name             string
		format           wire.Format
		body, callback   string
		contentType, out string
	}{
		{"json", wire.JSON, body, "", "application/json;charset=utf-8", body},
		{"pjson", wire.PJSON, body, "", "text/plain;charset=utf-8", indented},
		{"json with callback", wire.JSON, body, "cb", "text/javascript;charset=utf-8", "cb(" + body + ");"},
		{"pjson with callback", wire.PJSON, body, "dojo.cb_1", "text/javascript;charset=utf-8", "dojo.cb_1(" + indented + ");"},
		{"pjson of what is no JSON", wire.PJSON, "<html>", "", "application/json;charset=utf-8", "<html>"},
	} {
		contentType, out := tt.format.Encode(tt.body, tt.callback)
		if contentType != tt.contentType {
			t.Errorf("%s: type %q, want %q", tt.name, contentType, tt.contentType)
		}
		if diff := cmp.Diff(tt.out, out); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
