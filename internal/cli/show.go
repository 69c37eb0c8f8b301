package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/mockportal/mockportal/internal/scenario"
	"go.yaml.in/yaml/v4"
)

type showCmd struct {
	packFlags

	Name string `arg:"" help:"A scenario such as trial, or a fixture such as provisions/trial." example:"mockportal show trial"`
	JSON bool   `name:"json" help:"Print a scenario as JSON instead of YAML."`
}

// Run prints a scenario, merged with the one that it extends, or a fixture.
func (s *showCmd) Run(p Process) error {
	library, err := s.open(p)
	if err != nil {
		return err
	}
	if fixture, ok := library.Fixtures().Get(s.Name); ok {
		_, err := fmt.Fprintln(p.Stdout, string(bytes.TrimSpace(fixture.Body)))
		return err
	}
	found, err := library.Scenario(s.Name)
	if errors.Is(err, scenario.ErrUnknown) {
		return fmt.Errorf("%w; no fixture %q%s", err, s.Name, library.Fixtures().Nearest(s.Name))
	}
	if err != nil {
		return err
	}
	if s.JSON {
		return indented(p.Stdout, found.Document())
	}
	return asYAML(p.Stdout, found.Document())
}

func indented(w io.Writer, document []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, document, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}

// asYAML writes a JSON document as YAML, keys in their order. JSON is YAML, so only the style of the nodes changes.
func asYAML(w io.Writer, document []byte) error {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return err
	}
	plain(&root)
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(&root); err != nil {
		return err
	}
	return encoder.Close()
}

// plain removes the flow style from collections, and the quotes from strings that need none.
func plain(node *yaml.Node) {
	if node.Kind != yaml.ScalarNode {
		node.Style = 0
	} else if node.Style == yaml.DoubleQuotedStyle && node.Tag == "!!str" {
		node.Style = 0
	}
	for _, inner := range node.Content {
		plain(inner)
	}
}
