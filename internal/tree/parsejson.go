package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// parseJSON reads a text that is valid JSON. The YAML reader rejects some JSON: surrogate pairs, tabs, very long keys.
func parseJSON(file string, source []byte) (*Value, Mistakes) {
	p := jsonParser{file: file, source: source, tokens: json.NewDecoder(bytes.NewReader(source)), line: 1, column: 1}
	p.tokens.UseNumber()
	root := p.value(0)
	return root, p.mistakes
}

type jsonParser struct {
	file     string
	source   []byte
	tokens   *json.Decoder
	mistakes Mistakes

	offset, line, column int // where next has stopped counting
}

// next returns the position of the next token.
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
		p.mistakes = append(p.mistakes, v.At.Mistake(fmt.Sprintf(tooDeep, maxDepth)))
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
	var entries []Entry
	for p.tokens.More() {
		at := p.next()
		name, _ := p.token().(string)
		entries = append(entries, Entry{Key: name, At: at, Value: p.value(depth + 1)})
	}
	return unique(entries, &p.mistakes)
}

// Locate returns the position of a byte, which is in the source or directly behind it.
func Locate(file string, source []byte, offset int) Position {
	before := source[:offset]
	return Position{
		File:   file,
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: 1 + utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):]),
	}
}
