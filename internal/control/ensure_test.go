package control_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

const ours = boxes + "/ours"

// TestEnsure proves that a sandbox is made once and then found, with the same answer, by whoever wants the same.
func TestEnsure(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	const wish = `{"scenario":"trial","clock":"running","seed":7,"rules":{"when":{"operation":"getFutureLicense"},"times":1,"delay":"1ms"}}`
	made, found := ask(t, s, "ensureSandbox", ours, wish), ask(t, s, "ensureSandbox", ours, wish)
	diff(t, "status when it is made", http.StatusCreated, made.status)
	diff(t, "status when it is found", http.StatusOK, found.status)
	diff(t, "answer", made.body, found.body)
	if !strings.Contains(made.body, `"id":"ours","scenario":"trial","seed":7,`) || !strings.Contains(made.body, `"token":"admin-token.ours"`) {
		t.Error(made.body)
	}
	diff(t, "rules", 1, strings.Count(ask(t, s, "listRules", ours+"/rules", "").body, `"delay"`))
	for _, same := range []string{
		`{"scenario":"trial","seed":7,"clock":"running"}`, `{"scenario":"trial","clock":"running","seed":7,"rules":[]}`,
	} {
		diff(t, same, http.StatusOK, ask(t, s, "ensureSandbox", ours, same).status)
	}
	// What a test has done in the sandbox since does not count, but for another scenario.
	good[any](t, s, "changeClock", ours+"/clock", `{"advance":"40d"}`)
	diff(t, "after 40 days", http.StatusOK, ask(t, s, "ensureSandbox", ours, wish).status)
	// The defaults are the scenario's, said or not.
	diff(t, "default sandbox", http.StatusOK, ask(t, s, "ensureSandbox", boxes+"/default", `{"scenario":"trial"}`).status)
	for _, same := range []string{`{"scenario":"trial","seed":0}`, `{"scenario":"trial","clock":"frozen"}`} {
		diff(t, same, http.StatusOK, ask(t, s, "ensureSandbox", boxes+"/default", same).status)
	}
}

// TestEnsureAnother proves that a sandbox which was made of something else is left alone, and that the answer says what differs.
func TestEnsureAnother(t *testing.T) {
	t.Parallel()
	document := func(summary string) string {
		return `{"scenario":{"format":1,"extends":"trial","summary":"` + summary + `"}}`
	}
	for _, row := range []struct{ is, wish, detail string }{
		{`{"scenario":"trial"}`, `{"scenario":"purchased"}`, `its scenario is "trial", not "purchased"`},
		{document("One."), document("Two."), "its scenario of that name has another text"},
		{document("One."), document("One."), ""},
		{`{"scenario":"trial","seed":1}`, `{"scenario":"trial"}`, "its seed is 1, not 0"},
		{
			`{"scenario":"trial","clock":"running"}`, `{"scenario":"trial","clock":"2020-01-01T00:00:00Z","seed":2}`,
			"its clock is running from 2016-07-22T16:48:37Z, not frozen from 2020-01-01T00:00:00Z, its seed is 0, not 2",
		},
	} {
		s := mock.NewServer(t)
		good[any](t, s, "ensureSandbox", ours, row.is)
		if row.detail == "" {
			diff(t, row.wish, http.StatusOK, ask(t, s, "ensureSandbox", ours, row.wish).status)
			continue
		}
		want := `the sandbox "ours" is there, and ` + row.detail + "; delete it, or choose another id"
		diff(t, row.wish, want, bad(t, s, http.StatusConflict, "ensureSandbox", ours, row.wish).Detail)
	}
}

// TestEnsureRefused proves what is not made.
func TestEnsureRefused(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t, mock.WithSandboxes(1, time.Hour))
	for _, row := range []struct {
		path, body string
		status     int
		detail     string
	}{
		{
			boxes + "/Ours", `{"scenario":"trial"}`, 400,
			"path id: must be 1 to 40 characters of a-z, 0-9 and -, got text of 4 characters",
		},
		{ours, `{"scenario":"trial","id":"ours"}`, 400, "body /id: is not in the contract"},
		{ours, `{"scenario":"trail"}`, 404, `no scenario "trail" (did you mean "trial"?)`},
		{boxes + "/admin-token", `{"scenario":"trial"}`, 400, "everybody sees an id: choose one without a token or a password in it"},
	} {
		diff(t, "detail", row.detail, bad(t, s, row.status, "ensureSandbox", row.path, row.body).Detail)
	}
	diff(t, "all", []string{"default"}, ids(t, s))
	good[any](t, s, "ensureSandbox", ours, `{"scenario":"trial"}`)
	diff(t, "one more", http.StatusTooManyRequests, ask(t, s, "ensureSandbox", boxes+"/more", `{"scenario":"trial"}`).status)
}

// TestEnsureAtOnce proves that of many clients that want one sandbox, one makes it and all get it.
func TestEnsureAtOnce(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	answers := make([]answer, 16)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = ask(t, s, "ensureSandbox", ours, `{"scenario":"trial"}`) })
	}
	all.Wait()
	made := 0
	for _, a := range answers {
		if a.status == http.StatusCreated {
			made++
		}
		diff(t, "answer", answers[0].body, a.body)
	}
	diff(t, "made", 1, made)
}
