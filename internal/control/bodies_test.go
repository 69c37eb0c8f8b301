package control_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/openapi"
)

// TestBodies proves that every operation checks its body against the contract. An operation that takes a body takes JSON objects with the
// keys of the contract, and no others. An operation that takes no body refuses one.
func TestBodies(t *testing.T) {
	t.Parallel()
	s := prepared(t, mock.WithTLS())
	for id, row := range requests() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			if row.body == "" {
				p := bad(t, s, http.StatusBadRequest, id, row.path, `{"scenario":"trial"}`)
				diff(t, "violations", []openapi.Violation{{
					Kind: openapi.Unknown, In: "body", Name: "*", Message: "this operation takes no body", Hint: "send none, or an empty object",
				}}, p.Violations)
				return
			}
			for body, detail := range map[string]string{
				"scenario=x":   "body: is not valid JSON: syntax error at byte 1",
				row.body[1:]:   "body: is not valid JSON: ",
				row.body + "x": "body: is not valid JSON: ",
				"null":         "body: must be ",
				`"text"`:       "body: must be ",
				"12":           "body: must be ",
			} {
				p := bad(t, s, http.StatusBadRequest, id, row.path, body)
				if !strings.HasPrefix(p.Detail, detail) || len(p.Violations) == 0 {
					t.Errorf("%q: %s, %v", body, p.Detail, p.Violations)
				}
			}
		})
	}
}

// TestBodyFaults proves that all departures of a body are told at once, by pointer, and with what was meant.
func TestBodyFaults(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	for _, row := range []struct {
		name, body string
		want       []openapi.Violation
	}{
		{"a name that is not there", `{"scenario":"trial","sed":1}`, []openapi.Violation{
			{Kind: openapi.Unknown, In: "body", Name: "*", Pointer: "/sed", Message: "is not in the contract", Hint: `did you mean "seed"?`},
		}},
		{"a name in place of another", `{"scenaro":"trial"}`, []openapi.Violation{
			{Kind: openapi.Missing, In: "body", Name: "*", Pointer: "/scenario", Message: "is missing", Hint: `"scenaro" was sent`},
			{Kind: openapi.Unknown, In: "body", Name: "*", Pointer: "/scenaro", Message: "is not in the contract", Hint: `did you mean "scenario"?`},
		}},
		{"a name twice", `{"scenario":"trial","scenario":"purchased"}`, []openapi.Violation{
			{Kind: openapi.Malformed, In: "body", Name: "*", Pointer: "/scenario", Message: "is a duplicate key", Hint: "remove one of the two"},
		}},
		{"wrong types", `{"scenario":[],"id":7,"clock":"","seed":"7"}`, []openapi.Violation{
			{Kind: openapi.Malformed, In: "body", Name: "*", Pointer: "/clock", Message: "must be text that is not empty, got empty text"},
			{Kind: openapi.Malformed, In: "body", Name: "*", Pointer: "/id", Message: "must be 1 to 40 characters of a-z, 0-9 and -, got 7"},
			{
				Kind: openapi.Malformed, In: "body", Name: "*", Pointer: "/scenario",
				Message: "must be a scenario's name or a scenario document, got an empty array",
			},
			{
				Kind: openapi.Malformed, In: "body", Name: "*", Pointer: "/seed",
				Message: "must be an integer from 0 to 18446744073709551615, got text of 1 character",
				Hint:    "write the number without quotes",
			},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := bad(t, s, http.StatusBadRequest, "createSandbox", boxes, row.body)
			diff(t, "violations", row.want, p.Violations)
			diff(t, "detail", row.want[0].String(), p.Detail)
		})
	}
}

// TestLargeBody proves that 2 MiB are read and a byte more is refused.
func TestLargeBody(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	const body, limit = `{"scenario":"trial"}`, 2 << 20
	padded := body + strings.Repeat(" ", limit-len(body))
	create(t, s, padded)
	detail := bad(t, s, http.StatusRequestEntityTooLarge, "createSandbox", boxes, padded+" ").Detail
	diff(t, "detail", "a body has at most 2097152 bytes", detail)
	diff(t, "all", []string{"default", "s1"}, ids(t, s))
}

// TestBrokenBody proves that a body which breaks off is not told to be too large.
func TestBrokenBody(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(
		w,
		httptest.NewRequest(http.MethodPost, "http://mockportal"+boxes, io.MultiReader(strings.NewReader(`{"scenario":"trial"}`), broken{})),
	)
	diff(t, "status", http.StatusBadRequest, w.Code)
	if !strings.Contains(w.Body.String(), `"detail":"the body did not arrive whole"`) {
		t.Error(w.Body)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken off") }

// TestEmptyBody proves that an empty body counts as an empty object, and that a byte order mark counts as nothing.
func TestEmptyBody(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	for _, body := range []string{"", " \n", "\ufeff", "{}", "\ufeff{}"} {
		diff(t, "sandbox", "default", good[struct{ ID string }](t, s, "resetSandbox", boxes+"/default/reset", body).ID)
		diff(t, "detail", "body /scenario: is missing", bad(t, s, http.StatusBadRequest, "createSandbox", boxes, body).Detail)
		detail := bad(t, s, http.StatusBadRequest, "verifyCalls", boxes+"/default/verify", body).Detail
		if !strings.HasPrefix(detail, "nothing to check") {
			t.Errorf("%q: %s", body, detail)
		}
	}
	create(t, s, "\ufeff"+`{"scenario":"trial"}`)
}
