package control

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
)

// defaultLimit is how many calls a page has at most, unless the request says otherwise.
const defaultLimit = 100

// writePage writes a page of the journal call by call: all of it may be much. err says why a wait has ended before
// enough calls had come; nil: it has not.
func writePage(found record.Selection, err error) response {
	ended := errors.Is(err, journal.ErrClosed)
	rest := encode(struct {
		journal.Page

		TimedOut bool `json:"timedOut,omitempty"` // the time was over
		Ended    bool `json:"ended,omitempty"`    // the sandbox ended
	}{found.Page, err != nil && !ended, ended})
	begin, end, _ := bytes.Cut(rest, []byte("[]")) // the calls come first
	return response{contentType: "application/json", stream: func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusOK)
		out := bufio.NewWriterSize(wire.Patient{ResponseWriter: w}, 64<<10) // it keeps its first error, which is that the client has gone
		_, _ = out.Write(append(begin, '['))
		replies := record.Replies{}
		for i, r := range found.Records {
			if i > 0 {
				_ = out.WriteByte(',')
			}
			if _, err := out.Write(bytes.TrimSpace(encode(replies.Read(r)))); err != nil {
				return
			}
		}
		_, _ = out.Write(append([]byte{']'}, end...))
		_ = out.Flush()
	}}
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
		return a.waitForCalls(r, q, max(int(count), 1))
	case counted:
		return nil, problem(http.StatusBadRequest, "count says how many calls wait waits for: send wait too")
	}
	found, err := r.box.Journal.Await(r.Context(), q, 0)
	return writePage(found, err), nil
}

func (a *API) waitForCalls(r request, q journal.Query, count int) (any, error) {
	wait, err := parseWait("wait", r.params.Text("wait"))
	if err != nil {
		return nil, err
	}
	release, err := a.hold(&a.waiters)
	if err != nil {
		return nil, err
	}
	defer release()
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	found, err := r.box.Journal.Await(ctx, q, count)
	return writePage(found, err), nil
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
