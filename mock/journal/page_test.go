package journal_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockportal/mockportal/mock/journal"
)

// TestNotesAreShown proves that the table and the line of a call show its note beside how it ended.
func TestNotesAreShown(t *testing.T) {
	t.Parallel()
	const note = "answered as html: f was not sent"
	page := journal.Page{Calls: []journal.Call{
		{Number: 1, Operation: "getFutureLicense", Member: "admin", Outcome: journal.OK},
		{Number: 2, Operation: "getFutureLicense", Outcome: journal.Error, ErrorCode: 499, Note: note, Method: "GET", Path: "/x"},
	}}
	const want = `call  operation         member  outcome                                       violations  rule
1     getFutureLicense  admin   ok                                            0           -
2     getFutureLicense  -       error 499 (answered as html: f was not sent)  0           -`
	if diff := cmp.Diff(want, page.Table()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	const line = "2: GET /x by nobody, error 499 (answered as html: f was not sent)"
	if diff := cmp.Diff(line, page.Calls[1].String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
