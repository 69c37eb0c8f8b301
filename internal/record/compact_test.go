package record_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// TestCompact proves that a compact record reads as it did before.
func TestCompact(t *testing.T) {
	t.Parallel()
	route := provisionRoute(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "f", "orgEntitlements", `{"maxUsers":1}`, string(make([]byte, 300))}))
		value := rapid.Custom(func(t *rapid.T) contract.Value {
			place := rapid.SampledFrom([]string{"path", "query", "form", "header", "cookie", "body"})
			return contract.Value{In: place.Draw(t, "in"), Name: text.Draw(t, "name"), Text: text.Draw(t, "text")}
		})
		r := record.Record{
			Call: journal.Call{
				Method: text.Draw(t, "method"), Path: text.Draw(t, "path"),
				Violations: []openapi.Violation{{Name: text.Draw(t, "violation")}, {Name: text.Draw(t, "another")}},
			},
			Sent: record.Sent{Values: rapid.SliceOf(value).Draw(t, "values"), Route: route},
		}
		plain := r
		plain.Sent.Values = slices.Clone(r.Sent.Values)
		want, brief := plain.Read(), plain.Brief()
		r.Compact()
		if diff := cmp.Diff(want, r.Read()); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(brief, r.Brief()); diff != "" {
			t.Errorf("in brief (-before +after):\n%s", diff)
		}
	})
}

// TestReplies proves that a call reads the same for whoever remembers replies, as JSON.
func TestReplies(t *testing.T) {
	t.Parallel()
	known := record.Replies{}
	for range 2 {
		for _, reply := range []string{"", "text", "null", `{"a":"<&>","n":1.50}`, `{"token":"t","b":[{"password":"p"}]}`, `{"a":`} {
			for _, truncated := range []bool{false, true} {
				r := &record.Record{Call: journal.Call{ReplyTruncated: truncated}, Reply: reply}
				want, err := json.Marshal(r.Read())
				if err != nil {
					t.Fatal(err)
				}
				got, err := json.Marshal(known.Read(r))
				if diff := cmp.Diff(string(want), string(got)); diff != "" || err != nil {
					t.Errorf("%s: %v (-read +remembered):\n%s", reply, err, diff)
				}
			}
		}
	}
}
