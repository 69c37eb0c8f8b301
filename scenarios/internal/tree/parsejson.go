package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/mockportal/mockportal/fixtures"
)

// parseJSON reads a text that is valid JSON. YAML readers stumble over some of it: surrogate pairs, tabs, very long keys.
func parseJSON(file string, source []byte) (*Value, fixtures.Faults) {
	p := jsonParser{file: file, source: source, tokens: json.NewDecoder(bytes.NewReader(source)), line: 1, column: 1}
	p.tokens.UseNumber()
	root := p.value(0)
	return root, p.faults
}

type jsonParser struct {
	file   string
	source []byte
	tokens *json.Decoder
	faults fixtures.Faults

	offset, line, column int // how far next has counted
}

// next returns the place of the token that comes.
func (p *jsonParser) next() Position {
	start := int(p.tokens.InputOffset())
	for start < len(p.source) && bytes.IndexByte([]byte(" \t\r\n,:"), p.source[start]) >= 0 {
		start++
	}
	for p.offset < start {
		r, size := utf8.DecodeRune(p.source[p.offset:])
		p.offset += size
		p.column++
		if r == '\n' {
			p.line, p.column = p.line+1, 1
		}
	}
	return Position{File: p.file, Line: p.line, Column: p.column}
}

func (p *jsonParser) token() json.Token {
	token, _ := p.tokens.Token() // the text is valid
	return token
}

func (p *jsonParser) value(depth int) *Value {
	v := &Value{At: p.next()}
	if depth == maxDepth+1 {
		p.faults = append(p.faults, v.At.Fault(fmt.Sprintf("nested deeper than %d", maxDepth)))
	}
	switch token := p.token().(type) {
	case bool:
		v.Kind, v.Text = Bool, fmt.Sprint(token)
	case json.Number:
		v.Kind, v.Text = Number, token.String()
	case string:
		v.Kind, v.Text = Text, token
	case json.Delim:
		if token == '[' {
			v.Kind = List
			for p.tokens.More() {
				v.Items = append(v.Items, p.value(depth+1))
			}
		} else {
			v.Kind = Object
			v.Entries = p.entries(depth)
		}
		p.token()
	}
	return v
}

func (p *jsonParser) entries(depth int) []Entry {
	seen := map[string]Position{}
	var entries []Entry
	for p.tokens.More() {
		at := p.next()
		name, _ := p.token().(string)
		value := p.value(depth + 1)
		if first, twice := seen[name]; twice {
			p.faults = append(p.faults, at.Fault(fmt.Sprintf("duplicate key %q (first in line %d)", name, first.Line)))
			continue
		}
		seen[name] = at
		entries = append(entries, Entry{Key: name, At: at, Value: value})
	}
	return entries
}

func locate(file string, source []byte, offset int) Position {
	before := source[:offset]
	return Position{
		File:   file,
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: 1 + utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):]),
	}
}
