package page

import "slices"

// tabulate turns entries into a table if all are flat objects with few columns together.
func (n *node) tabulate() {
	objects, more := n.Items, n.More
	// The page may have ended within the last row. Then the whole row is left out.
	if last := objects[len(objects)-1]; len(objects) > 1 && last.More > 0 && last.flat() {
		objects, more = objects[:len(objects)-1], more+1
	}
	var columns []string
	for _, item := range objects {
		if item.Kind != "object" || item.More > 0 || !item.flat() {
			return
		}
		for _, m := range item.Members {
			if !slices.Contains(columns, m.Key) {
				columns = append(columns, m.Key)
			}
		}
		if len(columns) > maxColumns {
			return
		}
	}
	n.Kind, n.Columns, n.More, n.Items = "table", columns, more, nil
	for _, item := range objects {
		n.Rows = append(n.Rows, row(item, columns))
	}
}

// flat reports whether an object fits into one row: no duplicate keys, and only scalars and lists of scalars.
func (n *node) flat() bool {
	if len(n.Members) > maxColumns {
		return false
	}
	for i, m := range n.Members {
		duplicate := slices.ContainsFunc(n.Members[:i], func(before member) bool { return before.Key == m.Key })
		if duplicate || !m.Value.scalar() && m.Value.Kind != "list" {
			return false
		}
	}
	return true
}

func row(object *node, columns []string) []cell {
	cells := make([]cell, len(columns))
	for i, column := range columns {
		cells[i].Column = column
		for _, m := range object.Members {
			if m.Key == column {
				cells[i].Value = m.Value
			}
		}
	}
	return cells
}
