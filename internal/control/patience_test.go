package control_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
)

// deadlined is a connection that notes the deadlines that it is given, and whose client leaves once it has read something.
type deadlined struct {
	*httptest.ResponseRecorder

	leave     func()
	deadlines []time.Time
	unbounded int // writes without a deadline
}

func (d *deadlined) SetWriteDeadline(t time.Time) error {
	d.deadlines = append(d.deadlines, t)
	return nil
}

func (d *deadlined) Write(b []byte) (int, error) {
	if len(d.deadlines) == 0 || time.Until(d.deadlines[len(d.deadlines)-1]) <= 0 {
		d.unbounded++
	}
	d.leave()
	return d.ResponseRecorder.Write(b)
}

// TestStreamDeadlines proves that each write of a stream has a deadline, so that a client that has stopped reading holds nothing for ever,
// and that the next request on the connection has none.
func TestStreamDeadlines(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	w := &deadlined{ResponseRecorder: httptest.NewRecorder(), leave: leave}
	p.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "http://localhost/__admin/sandboxes/default/events", nil))
	if w.unbounded > 0 || len(w.deadlines) < 2 {
		t.Errorf("%d writes had no deadline; the deadlines are %v", w.unbounded, w.deadlines)
	}
	if last := w.deadlines[len(w.deadlines)-1]; !last.IsZero() {
		t.Errorf("in the end the deadline is %v", last)
	}
}
