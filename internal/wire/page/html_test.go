package page_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// element is a start tag with its attributes.
type element struct {
	name string
	attr map[string]string
}

// outline is a parsed page: its elements in order, and its texts between tags.
type outline struct {
	elements []element
	texts    []string
}

// known are all elements that a page may have, and their attributes. Nothing in it loads, runs or carries style: the only script
// is data, which no browser runs.
var known = map[string][]string{
	"html": {"lang"}, "head": nil, "meta": {"charset", "name", "content"}, "link": {"rel", "href"}, "title": nil,
	"style": nil, "body": nil, "header": nil, "main": {"id"}, "footer": nil, "nav": {"class", "aria-label"},
	"section": {"class", "id", "aria-label"}, "div": {"class", "id"}, "p": {"class"}, "span": {"class", "aria-current"},
	"a": {"class", "href", "target", "rel"}, "b": nil, "h1": nil, "h2": nil, "ul": {"class"}, "ol": {"class"}, "li": nil,
	"dl": {"class"}, "dt": nil, "dd": nil, "code": nil, "time": {"datetime"},
	"form": {"class", "action", "method", "aria-describedby"}, "label": {"for"}, "button": {"type", "name", "value", "formnovalidate"},
	"script": {"type"},
	"input": {
		"id", "type", "name", "value", "step", "required", "autofocus", "autocomplete", "autocapitalize", "spellcheck", "aria-describedby",
	},
	"textarea": {"id", "name", "rows", "required", "autocapitalize", "spellcheck", "aria-describedby"},
	"select":   {"id", "name", "required", "aria-describedby"},
	"option":   {"value", "selected"},
}

// read parses a page. It fails if tags do not match or an element is not known.
func read(tb testing.TB, html []byte) outline {
	tb.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(html))
	decoder.Strict = false // for attributes without a value
	decoder.AutoClose = []string{"meta", "link", "input"}
	var page outline
	var open []string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			tb.Fatalf("the page cannot be parsed: %v\n%s", err, html)
		}
		switch t := token.(type) {
		case xml.StartElement:
			page.elements = append(page.elements, checked(tb, t))
			open = append(open, t.Name.Local)
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != t.Name.Local {
				tb.Fatalf("</%s> closes nothing; open are %v\n%s", t.Name.Local, open, html)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			page.texts = append(page.texts, string(t))
		}
	}
	if len(open) > 0 {
		tb.Fatalf("never closed: %v\n%s", open, html)
	}
	return page
}

func checked(tb testing.TB, start xml.StartElement) element {
	tb.Helper()
	allowed, ok := known[start.Name.Local]
	if !ok {
		tb.Errorf("no page has an element <%s>", start.Name.Local)
	}
	e := element{start.Name.Local, map[string]string{}}
	if e.name == "script" && (len(start.Attr) != 1 || start.Attr[0].Value != "text/plain") {
		tb.Errorf("a script that a browser runs: %v", start.Attr)
	}
	for _, attr := range start.Attr {
		name := attr.Name.Local
		e.attr[name] = attr.Value
		if !slices.Contains(allowed, name) {
			tb.Errorf("<%s> has no attribute %q", e.name, name)
		}
		scheme, _, _ := strings.Cut(attr.Value, ":")
		if (name == "href" || name == "action") && strings.HasSuffix(strings.ToLower(scheme), "script") {
			tb.Errorf("<%s %s=%q> runs a script", e.name, name, attr.Value)
		}
	}
	return e
}

// TestPagesHaveNothingThatRuns covers the hostile cases too: their texts must not become tags or attributes.
func TestPagesHaveNothingThatRuns(t *testing.T) {
	t.Parallel()
	for _, tt := range cases(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := read(t, render(t, tt))
			if strings.HasSuffix(tt.name, "-hostile") && !slices.Contains(page.texts, hostile) {
				t.Error("the hostile text is not shown as text")
			}
		})
	}
}

func TestFieldsAreLabelled(t *testing.T) {
	t.Parallel()
	for _, tt := range cases(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkFields(t, read(t, render(t, tt)))
		})
	}
}

func checkFields(t *testing.T, page outline) {
	t.Helper()
	labels, ids := page.count("for"), page.count("id")
	for _, e := range page.elements {
		if id := e.attr["id"]; id != "" && ids[id] != 1 {
			t.Errorf("%d elements have the id %q", ids[id], id)
		}
		if hint := e.attr["aria-describedby"]; hint != "" && ids[hint] != 1 {
			t.Errorf("<%s> is described by %q, which is not there", e.name, hint)
		}
		if e.isField() && labels[e.attr["id"]] != 1 {
			t.Errorf("<%s name=%q> has %d labels, want 1", e.name, e.attr["name"], labels[e.attr["id"]])
		}
	}
}

// count counts each value of an attribute.
func (o outline) count(attr string) map[string]int {
	values := map[string]int{}
	for _, e := range o.elements {
		if value, ok := e.attr[attr]; ok {
			values[value]++
		}
	}
	return values
}

func (e element) isField() bool {
	return slices.Contains([]string{"input", "select", "textarea"}, e.name) && e.attr["type"] != "hidden"
}

func render(tb testing.TB, tt golden) []byte {
	tb.Helper()
	var html bytes.Buffer
	if err := tt.write(&html); err != nil {
		tb.Fatal(err)
	}
	return html.Bytes()
}
