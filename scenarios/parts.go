package scenarios

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/mockportal/mockportal/fixtures"
	"github.com/mockportal/mockportal/scenarios/internal/tree"
)

// ParseDuration reads a duration as scenario files have it: Go's, with d for 24 hours in front, such as 31d or 1d12h. It is not negative.
func ParseDuration(text string) (time.Duration, error) {
	d, ok := tree.ParseDuration(text)
	if !ok {
		return 0, fmt.Errorf("%q must be a duration such as 50ms, 1m30s or 31d", text)
	}
	return d, nil
}

// Rules reads a list of rules, or one rule, YAML or JSON, as it would stand in the scenario. The error is of type fixtures.Faults.
func (l *Library) Rules(s *Scenario, source []byte) ([]Rule, error) {
	root, faults := tree.Parse("rules", source)
	if root == nil {
		return nil, faults.Err()
	}
	reader := tree.NewReader()
	d := decoder{surroundings: l.surroundings, members: slices.Sorted(maps.Keys(s.World.Members))}
	f := reader.Field("rules", root)
	var rules []Rule
	if f.Is(tree.List) {
		rules = d.rules(f)
	} else {
		rule, _ := d.rule(f)
		rules = []Rule{rule}
	}
	if err := masked(append(faults, reader.Faults()...), s.secrets).Err(); err != nil {
		return nil, err
	}
	return rules, nil
}

// Expectations reads what should be seen of a sandbox's calls, YAML or JSON: an object with expect, inOrder and within as they would stand in the
// scenario. The name stands for the document in faults. The error is of type fixtures.Faults.
func (l *Library) Expectations(s *Scenario, name string, source []byte) (Expectations, error) {
	d := decoder{surroundings: l.surroundings, members: slices.Sorted(maps.Keys(s.World.Members)), secrets: s.secrets}
	expectations, _, faults := d.verification(name, source)
	return expectations, masked(faults, s.secrets).Err()
}

// Verification checks the same document where the scenario, and so its members, are not known, and returns it as JSON.
func (l *Library) Verification(name string, source []byte) (json.RawMessage, error) {
	d := decoder{surroundings: l.surroundings, anybody: true}
	_, root, faults := d.verification(name, source)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return root.JSON(), nil
}

func (d *decoder) verification(name string, source []byte) (Expectations, *tree.Value, fixtures.Faults) {
	root, faults := tree.Parse(name, source)
	if root == nil {
		return Expectations{}, nil, faults
	}
	reader := tree.NewReader()
	o := reader.Field("a verification", root).Object()
	list := o.Need("expect")
	expectations := d.expectations(o, list)
	if list.Is(tree.List) && len(expectations.Expect) == 0 {
		list.Fault("expect must have an expectation at least: with none everything would pass")
	}
	o.Close()
	return expectations, root, append(faults, reader.Faults()...)
}
