package record_test

import (
	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/mock/journal"
)

// recordOf is a call with nothing to make readable.
func recordOf(c journal.Call) *record.Record {
	return &record.Record{Call: c}
}

// sent is a call of an operation a with these values.
func sent(values ...contract.Value) *record.Record {
	return &record.Record{Call: journal.Call{Operation: "a"}, Sent: record.Sent{Values: values}}
}

// filled returns a journal with n calls, the first of which are dropped as far as they do not fit.
func filled(maxCalls, n int) *record.Journal {
	j := record.New(maxCalls, 0)
	for range n {
		j.Append(recordOf(journal.Call{}))
	}
	return j
}

func numbers(calls []journal.Call) []int {
	all := []int{}
	for _, c := range calls {
		all = append(all, c.Number)
	}
	return all
}
