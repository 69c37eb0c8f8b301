package journal

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/mockportal/mockportal/openapi"
)

// Query says which calls are wanted. The zero Query wants all.
type Query struct {
	Operations []string     // any of them; none: every operation
	Kind       openapi.Kind // "": every kind
	Member     string       // "": everybody and nobody
	Outcome    Outcome      // "": every outcome
	Violations *bool        // nil: with and without
	After      int          // only calls with a higher number
	Limit      int          // at most so many; 0: no limit
}

// Page is some calls, oldest first, and what is to be known of the others.
type Page struct {
	Calls    []Call `json:"calls"`
	Total    int    `json:"total"`    // how many of the calls that are held match, those before After and beyond Limit too
	Next     int    `json:"next"`     // the After of the next page; 0 when this is the last one
	Dropped  int    `json:"dropped"`  // how many calls are no longer held
	Complete bool   `json:"complete"` // nothing was dropped
}

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
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%s\n",
			c.Number, c.asked(), cmp.Or(c.Member, "-"), c.ended(), len(c.Violations), cmp.Or(c.Rule, "-"))
	}
	_ = w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
