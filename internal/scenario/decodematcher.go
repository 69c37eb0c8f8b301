package scenario

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/tree"
)

// matcher reads what the `when` of a rule and of an expectation have in common.
func (d *decoder) matcher(o *tree.ObjectField) (m Matcher) {
	m.Operation = d.operation(o.Key("operation"))
	m.Member = d.member(o.Key("member"))
	o.Key("params").Each(func(name string, at tree.Position, value tree.Field) {
		d.parameter(value, at, m.Operation, name)
		if m.Params == nil {
			m.Params = map[string]Param{}
		}
		if value.Present() {
			m.Params[name] = NewParam(d.paramValue(m.Operation, name, value).JSON())
		}
	})
	m.Present = d.parameters(o.Key("present"), m.Operation)
	absent := o.Key("absent")
	m.Absent = d.parameters(absent, m.Operation)
	for _, name := range m.Absent {
		if _, equal := m.Params[name]; equal || slices.Contains(m.Present, name) {
			absent.Mistake("%q cannot be present and absent at once", name)
		}
	}
	return m
}

func (d *decoder) operation(f tree.Field) string {
	id := f.Text()
	if id == "" {
		return ""
	}
	if err := d.contract.Known(id); err != nil {
		f.Mistake("%s", err)
		return ""
	}
	return id
}

// parameters reads a list of parameter names.
func (d *decoder) parameters(f tree.Field, operation string) []string {
	var names []string
	f.Items(func(item tree.Field) {
		name := item.Text()
		d.parameter(item, item.At(), operation, name)
		names = append(names, name)
	})
	return names
}

// parameter checks that the operation has a parameter, or that any operation has it if operation is empty.
func (d *decoder) parameter(f tree.Field, at tree.Position, operation, name string) {
	if name == "" {
		return // a mistake is recorded already
	}
	owner, ids := operation, []string{operation}
	if operation == "" {
		owner, ids = "any operation", d.contract.OperationIDs()
	}
	var known []string
	for _, id := range ids {
		if o, ok := d.contract.Operation(id); ok {
			known = append(known, o.ParameterNames()...)
		}
	}
	if slices.Contains(known, name) {
		return
	}
	slices.Sort(known)
	known = slices.Compact(known)
	hint := cmp.Or(nearest.Suggest(name, known), "; allowed are "+strings.Join(known, ", "))
	f.MistakeAt(at, "no parameter %q of %s%s", name, owner, hint)
}
