package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
)

// keepAlive is how long a stream may be silent. Then it sends a sign of life, so that no proxy takes it for dead.
const keepAlive = 15 * time.Second

// streamCalls answers calls as server-sent events, as they come. Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
func (a *API) streamCalls(r request) (any, error) {
	q, err := a.queryOf(r)
	if err != nil {
		return nil, err
	}
	after := record.Newest
	if _, given := r.params.Int("after"); given {
		after = q.After
	}
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil && last >= 0 {
		after = last // a client that comes back sends the same URL as before
	}
	release, err := a.hold(&a.streams)
	if err != nil {
		return nil, err
	}
	tail := r.box.Journal.Tail(after)
	done := r.box.Use()
	return response{contentType: "text/event-stream", stream: func(w http.ResponseWriter) {
		defer release()
		defer done()
		stream{w, &a.rendered}.serve(r.Request, tail, q)
	}}, nil
}

// rendered keeps the newest calls as JSON, so that many readers of events do not write each call anew. It is safe for concurrent use.
type rendered struct {
	mu    sync.Mutex // guards what follows
	calls map[*record.Record][]byte
	bytes int
}

// maxRendered is how many bytes are kept; then all of them go.
const maxRendered = 4 << 20

func (k *rendered) of(r *record.Record) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	if text, ok := k.calls[r]; ok {
		return text
	}
	text := encode(r.Read())
	if k.calls == nil || k.bytes+len(text) > maxRendered {
		k.calls, k.bytes = map[*record.Record][]byte{}, 0
	}
	k.calls[r], k.bytes = text, k.bytes+len(text)
	return text
}

// stream writes server-sent events. A write that fails means that the client has gone.
type stream struct {
	http.ResponseWriter

	rendered *rendered
}

// serve writes calls until the client or the sandbox ends.
func (s stream) serve(r *http.Request, tail *record.Tail, q journal.Query) {
	s.Header().Set("X-Accel-Buffering", "no") // keeps a proxy from holding events back
	s.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	for err := s.comment("calls follow", tail); err == nil; {
		var news record.News
		if news, err = next(r.Context(), tail, q); err == nil {
			err = s.write(news)
		} else if errors.Is(err, context.DeadlineExceeded) && r.Context().Err() == nil {
			err = s.comment("still here", tail)
		}
	}
}

// send writes a text and sends it at once.
func (s stream) send(format string, args ...any) error {
	_, err := fmt.Fprintf(wire.Patient{ResponseWriter: s.ResponseWriter}, format, args...)
	return err
}

// next waits for news, at most until a sign of life is due.
func next(ctx context.Context, tail *record.Tail, q journal.Query) (record.News, error) {
	ctx, cancel := context.WithTimeout(ctx, keepAlive)
	defer cancel()
	return tail.Next(ctx, q)
}

// comment writes a text that is not an event, and the number of the last call so far: a client that comes back asks for the calls after it.
func (s stream) comment(text string, tail *record.Tail) error {
	id := ""
	if after := tail.After(); after >= 0 {
		id = fmt.Sprintf("id: %d\n", after)
	}
	return s.send(": %s\n%s\n", text, id)
}

func (s stream) write(news record.News) (err error) {
	if news.Restarted { // numbers may start over: a client that comes back now wants every call since
		err = s.send("id: 0\nevent: restarted\ndata: {}\n\n")
	}
	if news.Missed > 0 && err == nil {
		err = s.send("event: missed\ndata: {\"missed\":%d}\n\n", news.Missed)
	}
	for _, r := range news.Calls {
		if err == nil {
			err = s.send("id: %d\nevent: call\ndata: %s\n", r.Call.Number, s.rendered.of(r))
		}
	}
	return err
}
