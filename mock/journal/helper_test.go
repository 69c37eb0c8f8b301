package journal_test

import (
	"github.com/mockportal/mockportal/mock/journal"
)

// record is a call with nothing to make readable.
func record(c journal.Call) journal.Record {
	return journal.Record{Call: c, Detail: func(*journal.Call) {}}
}

// filled returns a journal with n calls, the first of which are dropped as far as they do not fit.
func filled(maxCalls, n int) *journal.Journal {
	j := journal.New(maxCalls, 0)
	for range n {
		j.Append(record(journal.Call{}))
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
