package scenario

import (
	"errors"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/scenario/tree"
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
		message := strings.TrimSpace(v.Pointer + " " + v.Message)
		if v.Hint != "" {
			message += " (" + v.Hint + ")"
		}
		p.field.MistakeAt(p.position(v.Pointer), "%s is off-spec: %s%s", p.what, message, p.advice)
	}
}

// position returns the position of the value that a JSON pointer leads to, or of the nearest value around it.
func (p proof) position(pointer string) tree.Position {
	value, unescape := p.body, strings.NewReplacer("~1", "/", "~0", "~")
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		next := value.Get(unescape.Replace(part))
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(value.Items) {
			next = value.Items[i]
		}
		if next == nil {
			break
		}
		value = next
	}
	if value == p.body || p.file != "" && value.At.File == p.file {
		return p.field.At()
	}
	return value.At
}
