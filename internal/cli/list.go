package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/openapi"
)

type listCmd struct {
	packFlags

	What string `arg:"" optional:"" default:"scenarios" enum:"scenarios,fixtures,operations" help:"scenarios, fixtures or operations."`
	JSON bool   `name:"json" help:"Print JSON instead of a table."`
}

// row is one line of a list.
type row struct {
	Name     string        `json:"name"`
	Evidence openapi.Level `json:"evidence"`
	From     string        `json:"from"` // a scenario's pack, a fixture's source, an operation's source
	About    string        `json:"about"`
	Hides    []string      `json:"hides,omitempty"` // the packs with a scenario of the same name, which this one hides
}

// Run prints a table, or JSON.
func (l *listCmd) Run(p Process) error {
	library, err := l.open(p)
	if err != nil {
		return err
	}
	rows, heads, err := l.rows(library)
	if err != nil {
		return err
	}
	if l.JSON {
		encoder := json.NewEncoder(p.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	}
	return table(p.Stdout, heads, rows)
}

func (l *listCmd) rows(library *scenario.Library) (rows []row, heads [4]string, err error) {
	switch l.What {
	case "fixtures":
		for _, id := range library.Fixtures().IDs() {
			f, _ := library.Fixtures().Get(id)
			rows = append(rows, row{Name: f.ID, Evidence: f.Evidence.Level, From: f.Evidence.Source, About: f.Evidence.Note})
		}
		return rows, [4]string{"FIXTURE", "EVIDENCE", "SOURCE", "NOTE"}, nil
	case "operations":
		for _, o := range library.Contract().Operations() {
			call := o.Routes[0].Method + " " + o.Routes[0].Path
			rows = append(rows, row{Name: o.ID, Evidence: o.Evidence.Level, From: o.Evidence.Source, About: call})
		}
		return rows, [4]string{"OPERATION", "EVIDENCE", "SOURCE", "CALL"}, nil
	}
	for _, name := range library.Names() {
		s, err := library.Scenario(name)
		if err != nil {
			return nil, heads, err
		}
		rows = append(rows, row{s.Name, s.Evidence(), s.Pack, s.Summary, s.Hides})
	}
	return rows, [4]string{"SCENARIO", "EVIDENCE", "PACK", "SUMMARY"}, nil
}

func table(w io.Writer, heads [4]string, rows []row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, strings.Join(heads[:], "\t")) // Flush has the error
	for _, r := range rows {
		from := r.From
		if len(r.Hides) > 0 {
			from += " (hides that of " + strings.Join(r.Hides, ", ") + ")"
		}
		_, _ = fmt.Fprintln(t, strings.Join([]string{
			tree.Printable(r.Name), string(r.Evidence), tree.Printable(from), tree.Printable(r.About),
		}, "\t"))
	}
	return t.Flush()
}
