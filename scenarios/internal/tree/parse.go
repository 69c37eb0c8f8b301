package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/mockportal/mockportal/fixtures"
)

const (
	// MaxBytes is the largest document that is read.
	MaxBytes = 1 << 20
	maxDepth = 100
)

// Parse reads one document, YAML or JSON, and returns all that is wrong with it. The value is nil when nothing could be read.
func Parse(file string, source []byte) (*Value, fixtures.Faults) {
	whole := fixtures.Fault{File: file}
	source = bytes.TrimPrefix(source, []byte("\ufeff"))
	switch {
	case len(source) > MaxBytes:
		whole.Message = fmt.Sprintf("larger than %d bytes", MaxBytes)
	case !utf8.Valid(source):
		whole.Message = "not UTF-8"
	case json.Valid(source):
		return parseJSON(file, source)
	default:
		return parseYAML(file, source)
	}
	return nil, fixtures.Faults{whole}
}

func parseYAML(file string, source []byte) (*Value, fixtures.Faults) {
	loader, err := yaml.NewLoader(bytes.NewReader(source))
	if err != nil {
		return nil, fixtures.Faults{{File: file, Message: err.Error()}}
	}
	var document, second yaml.Node
	if err := loader.Load(&document); errors.Is(err, io.EOF) {
		return nil, fixtures.Faults{{File: file, Message: "empty: a document is wanted"}}
	} else if err != nil {
		return nil, fixtures.Faults{syntaxFault(file, source, err)}
	}
	c := converter{file: file}
	root := c.value(document.Content[0], 0)
	if err := loader.Load(&second); err == nil {
		c.fault(&second, "a second document: a file holds one")
	} else if !errors.Is(err, io.EOF) {
		c.faults = append(c.faults, syntaxFault(file, source, err))
	}
	return root, c.faults
}

// syntaxFault never quotes the source: what stands there may be a token.
func syntaxFault(file string, source []byte, err error) fixtures.Fault {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return fixtures.Fault{File: file, Message: "not YAML"}
	}
	at := Position{File: file, Line: load.Mark.Line, Column: load.Mark.Column}
	if at.Line == 0 && load.Mark.Index > 0 {
		at = locate(file, source, min(load.Mark.Index, len(source)))
	}
	if load.Stage == yaml.ComposerStage {
		return at.Fault(noAlias)
	}
	if load.ContextMsg == "" {
		return at.Fault("not YAML: " + load.Message)
	}
	return at.Fault("not YAML: " + load.Message + ", " + load.ContextMsg)
}

// converter turns YAML nodes into values and gathers what JSON does not have.
type converter struct {
	file   string
	faults fixtures.Faults
}

const noAlias = "anchors and aliases are not read here: write the value out, or quote the text"

func (c *converter) at(n *yaml.Node) Position {
	return Position{File: c.file, Line: n.Line, Column: n.Column}
}

func (c *converter) fault(n *yaml.Node, message string) {
	c.faults = append(c.faults, c.at(n).Fault(message))
}

func (c *converter) value(n *yaml.Node, depth int) *Value {
	v := &Value{Kind: Unreadable, At: c.at(n)}
	switch {
	case depth > maxDepth:
		c.fault(n, fmt.Sprintf("nested deeper than %d", maxDepth))
		return v
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		c.fault(n, noAlias)
		return v
	case n.Style&yaml.TaggedStyle != 0:
		c.fault(n, "tags are not read here: quote the text")
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
	seen := map[string]Position{}
	var entries []Entry
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i], c.value(n.Content[i+1], depth+1)
		if !c.key(name) {
			continue
		}
		if first, twice := seen[name.Value]; twice {
			c.fault(name, fmt.Sprintf("duplicate key %q (first in line %d)", name.Value, first.Line))
			continue
		}
		seen[name.Value] = c.at(name)
		entries = append(entries, Entry{Key: name.Value, At: c.at(name), Value: value})
	}
	return entries
}

func (c *converter) key(n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		c.fault(n, noAlias)
	case n.Kind != yaml.ScalarNode:
		c.fault(n, "a key must be text")
	case n.Style&yaml.TaggedStyle != 0:
		c.fault(n, "tags are not read here: quote the text")
	case n.Value == "<<" && n.Style == 0:
		c.fault(n, "merge keys are not read here: write the entries out")
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
		c.fault(n, `no value: write null, "", [] or {}`)
		return Unreadable, ""
	}
	kind, certain := plain(n.Value)
	if !certain || kind == Text && n.ShortTag() != "!!str" {
		c.fault(n, "YAML readers differ on this value, and JSON does not know it: quote it")
		return Unreadable, ""
	}
	if kind == Null {
		return Null, ""
	}
	return kind, n.Value
}
