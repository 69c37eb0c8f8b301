package record

import (
	"fmt"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// outOfOrder returns for each expectation nil, or how its calls came before those that it should follow. The calls that
// are required are taken one after the other, as early as they can be; what comes beside them does not matter.
func outOfOrder(expect []scenario.Expectation, counted [][]*Record, lost tally) []*journal.Unmet {
	late := make([]*journal.Unmet, len(expect))
	place := followed{}
	for i, e := range expect {
		if e.AtLeast == 0 {
			continue
		}
		place.lost = place.lost || lost.concerning(e) > 0
		following := after(counted[i], place.number)
		switch {
		case len(counted[i]) < e.AtLeast: // that says it all
		case len(following) < e.AtLeast:
			late[i] = place.tooEarly(i+1, e, counted[i], len(following))
		default:
			place.number, place.expectation = following[e.AtLeast-1].Call.Number, i+1
		}
	}
	return late
}

// followed is the last of the calls that were found in order.
type followed struct {
	number      int
	expectation int  // the place of the one that counts it
	lost        bool // calls are no longer held that may have come before it, or in its place
}

func (f followed) tooEarly(place int, e scenario.Expectation, counted []*Record, following int) *journal.Unmet {
	early := counted[len(counted)-following-1].Read()
	u := &journal.Unmet{
		Expectation: place, Seen: len(counted), AtLeast: e.AtLeast, AtMost: e.AtMost,
		Message: fmt.Sprintf("%s, after call %d; %s, %d after it", e, f.number, cameWords(len(counted)), following),
	}
	if f.lost {
		u.Message += ", but calls are no longer held that may have come in order, so nobody can tell"
	}
	hint := fmt.Sprintf("it came before call %d, which expectation %d counts", f.number, f.expectation)
	if early.Number == f.number {
		hint = fmt.Sprintf("expectation %d counts it already", f.expectation)
	}
	u.Nearest = []journal.Near{{Call: early, Differences: []journal.Difference{}, Hint: hint}}
	return u
}
