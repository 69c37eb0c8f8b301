package contract

import "github.com/getkin/kin-openapi/openapi3"

// Names are the names that the objects in a place of a JSON value may have. The zero Names allows all.
type Names struct{ schema *openapi3.Schema }

// JSONNames returns the names in a JSON parameter of an operation, or of any operation if the id is empty. isJSON is
// false if there is no such parameter. Where operations differ in what the parameter is, all names are allowed.
func (c *Contract) JSONNames(operation, parameter string) (names Names, isJSON bool) {
	for _, r := range c.Routes() {
		p := r.Parameter(parameter)
		if p == nil || !p.JSON || operation != "" && operation != r.Operation.ID {
			continue
		}
		if isJSON && names.schema != p.Judge.schema() {
			return Names{}, true
		}
		names, isJSON = Names{p.Judge.schema()}, true
	}
	return names, isJSON
}

// Declared returns the names that the contract declares, sorted, and whether it tolerates others. Where names are free,
// it declares none.
func (n Names) Declared() (names []string, open bool) {
	if n.schema == nil {
		return nil, true
	}
	others := n.schema.AdditionalProperties
	return keys(n.schema.Properties), others.Has == nil || *others.Has || others.Schema != nil
}

// Inside returns the names in the value under a name.
func (n Names) Inside(name string) Names {
	if n.schema == nil {
		return n
	}
	return Names{member(n.schema, name)}
}

// Items returns the names in the items of a list.
func (n Names) Items() Names {
	if n.schema == nil || n.schema.Items == nil {
		return Names{}
	}
	return Names{n.schema.Items.Value}
}
