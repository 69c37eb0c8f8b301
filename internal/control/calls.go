package control

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// defaultLimit is how many calls a page has unless the request says otherwise.
const defaultLimit = 100

// calls is a page of the journal, and whether it is what was waited for.
type calls struct {
	journal.Page

	TimedOut bool `json:"timedOut,omitempty"`
}

func (a *API) listCalls(r request, box *sandbox.Sandbox) (response, *Problem) {
	q, wrong := a.queryOf(r)
	if wrong != nil {
		return response{}, wrong
	}
	q.Limit = defaultLimit
	if limit, ok := r.params.Int("limit"); ok {
		q.Limit = int(limit)
	}
	count, counted := r.params.Int("count")
	switch wait := r.params.Text("wait"); {
	case wait != "":
		return waitForCalls(r, box, q, max(int(count), 1))
	case counted:
		return response{}, problem(http.StatusBadRequest, "count says for how many calls to wait, and without wait nobody waits")
	}
	return response{value: calls{Page: box.Journal.Find(q)}}, nil
}

func waitForCalls(r request, box *sandbox.Sandbox, q journal.Query, count int) (response, *Problem) {
	wait, err := parseWait("wait", r.params.Text("wait"))
	if err != nil {
		return response{}, refused(err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	page, err := box.Journal.Wait(ctx, q, count)
	return response{value: calls{page, err != nil}}, nil
}

// maxWait bounds how long an answer is held back on request.
const maxWait = 10 * time.Minute

func parseWait(name, text string) (time.Duration, error) {
	wait, err := scenario.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s: %w", name, err)
	case wait > maxWait:
		return 0, fmt.Errorf("%s must be at most %s, not %s", name, maxWait, wait)
	}
	return wait, nil
}

// queryOf reads the filters that the list and the stream of calls have in common.
func (a *API) queryOf(r request) (journal.Query, *Problem) {
	q := journal.Query{Member: r.params.Text("member"), Outcome: journal.Outcome(r.params.Text("outcome"))}
	if operation := r.params.Text("operation"); operation != "" {
		if err := a.Library.Contract().Known(operation); err != nil {
			return q, refused(err)
		}
		q.Operations = []string{operation}
	}
	if violations := r.params.Text("violations"); violations != "" {
		with := violations == "true"
		q.Violations = &with
	}
	if after, ok := r.params.Int("after"); ok {
		q.After = int(after)
	}
	return q, nil
}

func (a *API) getCall(r request, box *sandbox.Sandbox) (response, *Problem) {
	number, _ := r.params.Int("number")
	call, dropped, ok := box.Journal.Get(int(number))
	switch {
	case dropped:
		return response{}, problem(http.StatusGone, "call %d is no longer held: it was cleared, or dropped by the journal, which is bounded", number)
	case !ok:
		return response{}, problem(http.StatusNotFound, "no call %d in sandbox %q yet", number, box.ID)
	}
	return response{value: call}, nil
}

func (a *API) clearCalls(_ request, box *sandbox.Sandbox) (response, *Problem) {
	return response{value: dropped{box.Journal.Clear()}}, nil
}
