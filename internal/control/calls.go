package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// defaultLimit is how many calls a page has at most, unless the request says otherwise.
const defaultLimit = 100

// calls is a page of the journal. TimedOut says that the time of a wait was over before enough calls had come, and Ended that the sandbox
// ended before that.
type calls struct {
	journal.Page

	TimedOut bool `json:"timedOut,omitempty"`
	Ended    bool `json:"ended,omitempty"`
}

func (a *API) listCalls(r request) (any, error) {
	q, err := a.queryOf(r)
	if err != nil {
		return nil, err
	}
	q.Limit = defaultLimit
	if limit, ok := r.params.Int("limit"); ok {
		q.Limit = int(limit)
	}
	count, counted := r.params.Int("count")
	switch wait := r.params.Text("wait"); {
	case wait != "":
		return waitForCalls(r, q, max(int(count), 1))
	case counted:
		return nil, problem(http.StatusBadRequest, "count says how many calls wait waits for: send wait too")
	}
	return calls{Page: r.box.Journal.Find(q)}, nil
}

func waitForCalls(r request, q journal.Query, count int) (any, error) {
	wait, err := parseWait("wait", r.params.Text("wait"))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	page, err := r.box.Journal.Wait(ctx, q, count)
	ended := errors.Is(err, journal.ErrClosed)
	return calls{page, err != nil && !ended, ended}, nil
}

// maxWait bounds how long a request may hold its answer back.
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

// queryOf reads the filters that both the list and the stream of calls have.
func (a *API) queryOf(r request) (journal.Query, error) {
	q := journal.Query{Member: r.params.Text("member"), Outcome: journal.Outcome(r.params.Text("outcome"))}
	if operation := r.params.Text("operation"); operation != "" {
		if err := a.Library.Contract().Known(operation); err != nil {
			return q, err
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

func (a *API) getCall(r request) (any, error) {
	number, _ := r.params.Int("number")
	call, dropped, ok := r.box.Journal.Get(int(number))
	switch {
	case dropped:
		return nil, problem(http.StatusGone, "call %d is no longer held: it was cleared, or dropped by the journal, which is bounded", number)
	case !ok:
		return nil, problem(http.StatusNotFound, "no call %d in sandbox %q yet", number, r.box.ID)
	}
	return call, nil
}
