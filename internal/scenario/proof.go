package scenario

import (
	"errors"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/tree"
)

// proof is a body that was checked against the contract.
type proof struct {
	field  tree.Field  // the field that the body comes from
	body   *tree.Value // nil: the scenario has not changed the fixture
	file   string      // the fixture's file; empty without a fixture
	what   string      // the name of the body in mistakes
	advice string      // the end of each message; may be empty
}

// report records a mistake for each violation, at the value if the scenario wrote it, else at the field.
func (p proof) report(err error) {
	if p.body != nil && !p.body.Readable() {
		return // a mistake is recorded already
	}
	var off *contract.OffSpecError
	if !errors.As(err, &off) {
		p.field.Mistake("%s: %s", p.what, err)
		return
	}
	for _, v := range off.Violations {
		p.field.MistakeAt(p.position(v.Pointer), "%s is off-spec: %s%s", p.what, contract.Describe(v), p.advice)
	}
}

// position returns the position of the value that a JSON pointer leads to, or of the field if the scenario did not write the value.
func (p proof) position(pointer string) tree.Position {
	if p.body == nil {
		return p.field.At()
	}
	value := p.body.Find(pointer)
	if value == p.body || p.file != "" && value.At.File == p.file {
		return p.field.At()
	}
	return value.At
}
