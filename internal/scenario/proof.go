package scenario

import (
	"errors"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/scenario/tree"
)

// proof is a body that is held against the contract.
type proof struct {
	field  tree.Field  // what wrote it
	body   *tree.Value // its values know whether the scenario or the fixture wrote them
	file   string      // of the fixture; empty when there is none
	what   string      // as a fault names it
	advice string      // what to do beside mending it; may be empty
}

// report turns a departure from the contract into mistakes, each at the value that the scenario wrote, else at the field.
func (p proof) report(err error) {
	if p.body != nil && !p.body.Readable() {
		return // what could not be read is reported already
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
		p.field.MistakeAt(p.place(v.Pointer), "%s is off-spec: %s%s", p.what, message, p.advice)
	}
}

// place finds a JSON pointer in the body, or the nearest value around it.
func (p proof) place(pointer string) tree.Position {
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
