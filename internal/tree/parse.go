package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const (
	// MaxBytes is the largest document that is read.
	MaxBytes = 1 << 20
	maxDepth = 100
)

// yaml12 finds the directive of a document in YAML 1.2.
var yaml12 = regexp.MustCompile(`\A((?:#[^\n]*\n|\s*\n)*%YAML[ \t]+)1\.2`)

// Parse reads one document, YAML or JSON, and returns all of its mistakes. The value is nil if nothing could be read.
func Parse(file string, source []byte) (*Value, Mistakes) {
	whole := Position{File: file}
	message := "not UTF-8"
	source = bytes.TrimPrefix(source, []byte("\ufeff"))
	switch {
	case len(source) > MaxBytes:
		message = fmt.Sprintf("larger than %d bytes", MaxBytes)
	case !utf8.Valid(source):
	case json.Valid(source):
		return parseJSON(file, source)
	default:
		return parseYAML(file, source)
	}
	return nil, Mistakes{whole.Mistake(message)}
}

func parseYAML(file string, source []byte) (*Value, Mistakes) {
	whole := Position{File: file}
	// The library refuses the newer version, which what we read does not differ in.
	reader := bytes.NewReader(yaml12.ReplaceAll(source, []byte("${1}1.1")))
	loader, err := yaml.NewLoader(reader)
	if err != nil {
		return nil, Mistakes{whole.Mistake(err.Error())}
	}
	var document, second yaml.Node
	if err := loader.Load(&document); errors.Is(err, io.EOF) {
		return nil, Mistakes{whole.Mistake("the document is empty")}
	} else if err != nil {
		return nil, Mistakes{syntaxMistake(file, source, err)}
	}
	c := converter{file: file}
	root := c.value(document.Content[0], 0)
	if err := loader.Load(&second); err == nil {
		c.mistake(&second, "a second document: a file must hold one only")
	} else if !errors.Is(err, io.EOF) {
		c.mistakes = append(c.mistakes, syntaxMistake(file, source, err))
	}
	return root, c.mistakes
}

// syntaxMistake never quotes the source, which may be a token.
func syntaxMistake(file string, source []byte, err error) Mistake {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return Position{File: file}.Mistake("not YAML")
	}
	at := Position{File: file, Line: load.Mark.Line, Column: load.Mark.Column}
	if at.Line == 0 && load.Mark.Index > 0 {
		at = Locate(file, source, min(load.Mark.Index, len(source)))
	}
	if load.Stage == yaml.ComposerStage {
		return at.Mistake(noAlias)
	}
	if message := inOurWords(load.Message, source, at); message != "" {
		return at.Mistake(message)
	}
	return at.Mistake(strings.TrimSuffix("not YAML: "+load.Message+", "+load.ContextMsg, ", "))
}

// inOurWords says what to do about the commonest mistakes of indenting and quoting; "" for others.
func inOurWords(message string, source []byte, at Position) string {
	before, behind := lineAt(source, at)
	first, second := strings.TrimSpace(before) == "", strings.HasPrefix(behind, ":") && strings.Contains(before, ": ")
	noToken := message == "found character that cannot start any token"
	switch {
	case strings.HasPrefix(message, "found a tab character"), noToken && strings.HasPrefix(strings.TrimLeft(behind, " "), "\t"):
		return "a tab: indent with spaces"
	case noToken:
		return "no text begins with this character: quote the text"
	case second:
		return "a second colon: quote a text that contains a colon"
	case message == "mapping values are not allowed in this context":
		return "indented too far: the line above it is complete"
	case message == "did not find expected key" && first:
		return "indented differently: the keys of an object begin in one column"
	case message == "did not find expected key":
		return "more text behind a quoted one: quote the whole text"
	case message == "did not find expected '-' indicator" && first:
		return "no list item: begin it with -, or indent it like the keys of the item above"
	}
	return ""
}

// lineAt returns what stands before a position in its line, and what stands at it and behind.
func lineAt(source []byte, at Position) (before, behind string) {
	lines := strings.Split(string(source), "\n")
	if at.Line < 1 || at.Line > len(lines) {
		return "", ""
	}
	line := []rune(lines[at.Line-1])
	column := min(max(at.Column-1, 0), len(line))
	return string(line[:column]), string(line[column:])
}

// converter turns YAML nodes into values, and reports what JSON does not have.
type converter struct {
	file     string
	mistakes Mistakes
}

const (
	noAlias = "anchors and aliases are not supported: write the value out, or quote the text"
	noTag   = "tags are not supported: quote the text"
	noValue = `no value: indent what belongs to it, or write null, "", [] or {}`
	noWord  = "YAML readers disagree on this value: write true or false, or quote it as text"
	noJSON  = "YAML readers disagree on this value and JSON does not have it: quote it"
	tooDeep = "nested deeper than %d levels"
)

func (c *converter) at(n *yaml.Node) Position {
	return Position{File: c.file, Line: n.Line, Column: n.Column}
}

func (c *converter) mistake(n *yaml.Node, message string) {
	c.mistakes = append(c.mistakes, c.at(n).Mistake(message))
}

func (c *converter) value(n *yaml.Node, depth int) *Value {
	v := &Value{Kind: Unreadable, At: c.at(n)}
	switch {
	case depth > maxDepth:
		c.mistake(n, fmt.Sprintf(tooDeep, maxDepth))
		return v
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		c.mistake(n, noAlias)
		return v
	case n.Style&yaml.TaggedStyle != 0:
		c.mistake(n, noTag)
		return v
	}
	switch n.Kind {
	case yaml.MappingNode:
		v.Kind = Object
		v.Entries = c.entries(n, depth)
	case yaml.SequenceNode:
		v.Kind = List
		for _, item := range n.Content {
			v.Items = append(v.Items, c.value(item, depth+1))
		}
	default:
		v.Kind, v.Text = c.scalar(n)
	}
	return v
}

func (c *converter) entries(n *yaml.Node, depth int) []Entry {
	var entries []Entry
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i], c.value(n.Content[i+1], depth+1)
		if c.key(name) {
			entries = append(entries, Entry{Key: name.Value, At: c.at(name), Value: value})
		}
	}
	return unique(entries, &c.mistakes)
}

// unique removes the entries whose key came before, and reports them.
func unique(entries []Entry, mistakes *Mistakes) []Entry {
	first := map[string]Position{}
	return slices.DeleteFunc(entries, func(e Entry) bool {
		at, twice := first[e.Key]
		if twice {
			*mistakes = append(*mistakes, e.At.Mistake(fmt.Sprintf("duplicate key %q (first in line %d)", e.Key, at.Line)))
		} else {
			first[e.Key] = e.At
		}
		return twice
	})
}

func (c *converter) key(n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		c.mistake(n, noAlias)
	case n.Kind != yaml.ScalarNode:
		c.mistake(n, "a key must be text")
	case n.Style&yaml.TaggedStyle != 0:
		c.mistake(n, noTag)
	case n.Value == "<<" && n.Style == 0:
		c.mistake(n, "merge keys are not supported: write the entries out")
	default:
		return true
	}
	return false
}

func (c *converter) scalar(n *yaml.Node) (Kind, string) {
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return Text, n.Value
	}
	if n.Value == "" {
		c.mistake(n, noValue)
		return Unreadable, ""
	}
	kind, certain := plain(n.Value)
	if !certain || kind == Text && n.ShortTag() != "!!str" {
		message := noJSON
		if isWord(n.Value) {
			message = noWord
		}
		c.mistake(n, message)
		return Unreadable, ""
	}
	if kind == Null {
		return Null, ""
	}
	return kind, n.Value
}
