package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/mock/journal"
)

// keepAlive is after how much silence a stream says that it is still there, so that nobody between takes it for dead.
const keepAlive = 15 * time.Second

// streamCalls answers calls as server-sent events, as they come. Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
func (a *API) streamCalls(r request, box *sandbox.Sandbox) (response, *Problem) {
	q, wrong := a.queryOf(r)
	if wrong != nil {
		return response{}, wrong
	}
	after := record.Newest
	if _, given := r.params.Int("after"); given {
		after = q.After
	}
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil && last >= 0 {
		after = last // whoever comes back asks with the same address as before
	}
	tail := box.Journal.Tail(after)
	return response{contentType: "text/event-stream", stream: func(w io.Writer, flush func() error) {
		stream{w, flush}.follow(r.Context(), tail, q)
	}}, nil
}

// stream writes server-sent events. Once a write fails the client has gone, and there is nobody left to tell.
type stream struct {
	io.Writer

	flush func() error
}

// follow writes what comes until the client has gone or the journal is closed.
func (s stream) follow(ctx context.Context, tail *record.Tail, q journal.Query) {
	for err := s.comment("calls follow", tail); err == nil; {
		var news record.News
		if news, err = next(ctx, tail, q); err == nil {
			err = s.write(news)
		} else if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = s.comment("still here", tail)
		}
	}
}

// next waits for news, at most until a sign of life is due.
func next(ctx context.Context, tail *record.Tail, q journal.Query) (record.News, error) {
	ctx, cancel := context.WithTimeout(ctx, keepAlive)
	defer cancel()
	return tail.Next(ctx, q)
}

// comment says something that is no event, and how far the stream has come: the client asks from there on when it comes back.
func (s stream) comment(text string, tail *record.Tail) error {
	id := ""
	if after := tail.After(); after >= 0 {
		id = fmt.Sprintf("id: %d\n", after)
	}
	_, err := fmt.Fprintf(s, ": %s\n%s\n", text, id)
	return errors.Join(err, s.flush())
}

func (s stream) write(news record.News) error {
	var errs []error
	event := func(name, id string, data any) {
		_, err := fmt.Fprintf(s, "%sevent: %s\ndata: %s\n", id, name, encode(data))
		errs = append(errs, err)
	}
	if news.Restarted {
		event("restarted", "id: 0\n", struct{}{}) // numbers may start over; whoever comes back now wants all that came since
	}
	if news.Missed > 0 {
		event("missed", "", map[string]int{"missed": news.Missed})
	}
	for i := range news.Calls {
		event("call", fmt.Sprintf("id: %d\n", news.Calls[i].Number), news.Calls[i])
	}
	return errors.Join(append(errs, s.flush())...)
}

// serveStream writes a response that has no end of its own.
func serveStream(w http.ResponseWriter, r *http.Request, answer response) {
	w.Header().Set("Content-Type", answer.contentType)
	w.Header().Set("X-Accel-Buffering", "no") // a proxy in between must not hold events back
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		p := patient{w, http.NewResponseController(w)}
		answer.stream(p, p.flush)
		_ = p.controller.SetWriteDeadline(time.Time{}) // the connection may serve other requests
	}
}

// patience is how long a client may take to take what it is sent; one that has stopped reading is not waited for.
const patience = 30 * time.Second

// patient writes with patience. Where the writer knows no deadline there is none.
type patient struct {
	http.ResponseWriter

	controller *http.ResponseController
}

func (p patient) Write(b []byte) (int, error) {
	_ = p.controller.SetWriteDeadline(time.Now().Add(patience))
	return p.ResponseWriter.Write(b)
}

func (p patient) flush() error {
	_ = p.controller.SetWriteDeadline(time.Now().Add(patience))
	return p.controller.Flush()
}
