// Package record keeps the calls of a sandbox, bounded by entries and by bytes, and checks them against expectations.
//
//	j := record.New(0, 0)
//	number := j.Append(&record.Record{Call: journal.Call{Operation: "getFutureLicense"}, Reply: body})
//	page := j.Find(journal.Query{Operations: []string{"getFutureLicense"}})
//	verdict := j.Verify(ctx, expectations)
//
// Find, Wait, Verify and a Tail each answer by one moment of the journal. When the journal is full it drops the oldest
// calls, and every answer says how many. A Coverage counts what of the contract the calls exercise.
//
// Whoever appends a record has masked it. The package masks one thing more, when somebody reads: what stands under
// secret names in JSON.
package record
