package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
)

// TestVerdictIsBounded proves that a verdict does not grow with the calls that it points at, nor with the number of what is unmet: it tells
// calls by number with their differences, and cuts what is long.
func TestVerdictIsBounded(t *testing.T) {
	t.Parallel()
	var entries []string
	for i := range 5_000 {
		entries = append(entries, fmt.Sprintf(`"n%d":{"num":%d}`, i, i))
	}
	wanted := `{"maxUsers":2,"entitlements":{` + strings.Join(entries, ",") + `}}`
	large := strings.Replace(wanted, `"maxUsers":2`, `"maxUsers":1,"password":"opensesame"`, 1)
	j := record.New(0, 0)
	for range 3 {
		r := sent(
			contract.Value{In: "form", Name: "orgEntitlements", Text: large}, contract.Value{In: "form", Name: strings.Repeat("x", 1<<20)},
			contract.Value{In: "form", Name: "last", Text: "1"},
		)
		r.Sent.Route = provisionRoute(t)
		j.Append(r)
	}
	var expect []scenario.Expectation
	for n := range 200 {
		want := scenario.NewParam(json.RawMessage(`[]`))
		if n == 0 {
			want = scenario.NewParam(json.RawMessage(wanted))
		}
		when := scenario.Matcher{Operation: "a", Params: map[string]scenario.Param{"orgEntitlements": want}}
		expect = append(expect, scenario.Expectation{When: when, AtLeast: 1, AtMost: 1})
	}
	v := j.Judge(scenario.Expectations{Expect: expect})
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	messages := 0
	for _, u := range v.Unmet {
		messages += len(u.Message)
	}
	const near = 3 * 40_000 // bytes of what stands about the calls near to one expectation
	if most := messages + 20*near; len(v.Unmet) != 200 || len(text) > most {
		t.Errorf("a verdict of %d unmet expectations has %d bytes, and %d at most are right", len(v.Unmet), len(text), most)
	}
	same(t, "nearest of the first and the last", []int{3, 0}, []int{len(v.Unmet[0].Nearest), len(v.Unmet[199].Nearest)})
	first := v.Unmet[0].Nearest[0]
	shown := first.Call.ParamsIn[0].Value
	if !strings.HasPrefix(shown, `{"entitlements":{"n0":`) || !strings.HasSuffix(shown, "bytes)") || len(first.Call.ParamsIn) != 1 {
		t.Errorf("the call is shown as %d values, the first %.40s … %s", len(first.Call.ParamsIn), shown, shown[len(shown)-20:])
	}
	if calls, err := json.Marshal(v.Unmet[0].Nearest); err != nil || strings.Contains(string(calls), "opensesame") {
		t.Error("a value that is cut shows what stands under a secret name", err)
	}
	same(t, "difference", "/params/orgEntitlements/maxUsers: expected 2, got 1", first.Differences[0].String())
}

// TestVerifyOfAClientThatHasGone: nothing is explained to nobody.
func TestVerifyOfAClientThatHasGone(t *testing.T) {
	t.Parallel()
	j := journalOf(0, "a b c")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v := j.Verify(ctx, scenario.Expectations{Expect: []scenario.Expectation{exactly(1, "d")}})
	same(t, "unmet", []int{1}, unmetOf(v))
	same(t, "nearest", 0, len(v.Unmet[0].Nearest))
}
