package journal

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
)

// Table writes the calls as a table, a line each, for a log or a terminal; "" without calls.
func (p Page) Table() string {
	if len(p.Calls) == 0 {
		return ""
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	// Nothing can go wrong in writing to a Builder.
	_, _ = fmt.Fprintln(w, "call\toperation\tmember\toutcome\tviolations\trule")
	for i := range p.Calls {
		c := &p.Calls[i]
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%s\n", c.Number, c.asked(), cmp.Or(c.Member, "-"), c.ended(), len(c.Violations), cmp.Or(c.Rule, "-"))
	}
	_ = w.Flush()
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// asked is the operation, or method and path of a call that reached none.
func (c *Call) asked() string {
	return cmp.Or(c.Operation, c.Method+" "+c.Path)
}
