package mock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// TestNumbersToTheDigit proves that a number is journaled, expected and matched by rules as it was sent: by its value,
// however it is written, and with all its digits. A float64 holds neither 9007199254740993 nor 1e-400.
func TestNumbersToTheDigit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ sent, same, other string }{
		{"9007199254740993", "9007199254740993", "9007199254740992"},
		{"10", "10.0", "10.5"},
		{"10", "1e1", "1e2"},
		{"1e-400", "10e-401", "0"},
		{"0", "0e5", "1e-400"},
		{"18446744073709551617", "1.8446744073709551617e19", "18446744073709551616"},
	} {
		t.Run(row.sent+" and "+row.same, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, mock.AllowViolations())
			s.AddRules("[" + statusRule(row.other, http.StatusTeapot) + "," + statusRule(row.same, http.StatusConflict) + "]")
			text := `{"maxUsers":` + row.sent + `,"entitlements":{}}`
			diff(t, "status by rule", http.StatusConflict, ask(t, s, provision().with("orgEntitlements", text)).status)

			expect := func(n string, times int) mock.Expectation {
				return mock.Expect(mock.ProvisionOrgEntitlements).Param("orgEntitlements", json.RawMessage(`{"maxUsers":`+n+`}`)).Exactly(times)
			}
			s.Verify(t, expect(row.same, 1), expect(row.other, 0))
			body := `{"expect":[{"when":` + whenMaxUsers(row.same) + `,"exactly":1},{"when":` + whenMaxUsers(row.other) + `,"exactly":0}]}`
			if verdict := control(t, s, "sandboxes/default/verify", json.RawMessage(body)); !strings.Contains(verdict.body, `"unmet":[]`) {
				t.Errorf("over HTTP the verdict is %s", verdict.body)
			}

			sent := any(map[string]any{"maxUsers": json.Number(row.sent), "entitlements": map[string]any{}})
			diff(t, "the journal", sent, s.Calls()[0].Params["orgEntitlements"])
			call := pageOf(t, s).Calls[0]
			diff(t, "the journal over HTTP", sent, call.Params["orgEntitlements"])
			at := slices.IndexFunc(call.ParamsIn, func(p journal.ParamIn) bool { return p.Name == "orgEntitlements" })
			diff(t, "as it was sent", text, call.ParamsIn[at].Value)
			for _, v := range call.Violations {
				diff(t, "the number in "+v.Message, row.sent, v.Message[strings.LastIndex(v.Message, " ")+1:])
			}
		})
	}
}

// whenMaxUsers selects calls by a number.
func whenMaxUsers(n string) string {
	return `{"operation":"provisionOrgEntitlements","params":{"orgEntitlements":{"maxUsers":` + n + `}}}`
}

func statusRule(n string, status int) string {
	return fmt.Sprintf(`{"when":%s,"reply":{"status":%d,"offSpec":true}}`, whenMaxUsers(n), status)
}

// pageOf is the journal as it is read over HTTP.
func pageOf(t *testing.T, s *mock.Server) journal.Page {
	t.Helper()
	var page journal.Page
	if err := json.Unmarshal([]byte(ask(t, s, get("/__admin/sandboxes/default/calls")).body), &page); err != nil {
		t.Fatal(err)
	}
	return page
}

// TestNumbersSentAsText: a parameter that is no JSON comes as text; a number that is expected is compared by value.
func TestNumbersSentAsText(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	ask(t, s, provision().with("purchaserSubscriptionId", "10"))
	ask(t, s, provision().with("purchaserSubscriptionId", "010"))
	expect := mock.Expect(mock.ProvisionOrgEntitlements)
	s.Verify(t,
		expect.Param("purchaserSubscriptionId", 10).Exactly(1), expect.Param("purchaserSubscriptionId", json.RawMessage("1e1")).Exactly(1),
		expect.Param("purchaserSubscriptionId", "10").Exactly(1), expect.Param("purchaserSubscriptionId", "1e1").Exactly(0),
	)
}

// TestNotUTF8 proves that bytes that are no text are told, with their place, and that the journal has them, also as JSON.
func TestNotUTF8(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.AllowViolations())
	const text = "{\"maxUsers\":1,\"entitlements\":{\"a\xe9\":{\"num\":1}}}"
	ask(t, s, provision().with("orgEntitlements", text).with("purchaserOrgId", "\xff"))
	page := pageOf(t, s)
	var told []string
	for _, v := range page.Calls[0].Violations {
		told = append(told, v.String())
	}
	diff(t, "violations", []string{
		"form purchaserOrgId: is not UTF-8 from byte 1 of the value on (encode the text as UTF-8)",
		"form orgEntitlements/entitlements/a\ufffd: is not UTF-8 from byte 33 of the value on (encode the text as UTF-8)",
	}, told)
	sent := map[string]string{}
	for _, p := range page.Calls[0].ParamsIn {
		if p.Bytes != nil {
			sent[p.Name] = string(p.Bytes)
		}
	}
	diff(t, "bytes", map[string]string{"purchaserOrgId": "\xff", "orgEntitlements": text}, sent)
}
