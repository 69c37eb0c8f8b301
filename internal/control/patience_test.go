package control_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
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

// TestDeadlines proves that each write of an answer has a deadline, so that a client that has stopped reading holds nothing for ever, and
// that the next request on the connection has none. A short answer of the portal needs none: the connection takes it.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err == nil {
		err = p.AddRule(mock.Rule{
			When:  mock.When{Operation: mock.GetFutureLicense},
			Reply: mock.Reply{Status: http.StatusOK, Body: strings.Repeat("x", 1<<19), OffSpec: true},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	const sandbox = "/__admin/sandboxes/default"
	for _, target := range []string{
		"/portaladmin/license/getFutureLicense?f=json&token=admin-token",
		sandbox + "/events", sandbox + "/calls", sandbox + "/calls/1", sandbox + "/world", "/__admin/portal.yaml", "/__admin/nothing", "/livez",
	} {
		ctx, leave := context.WithCancel(t.Context())
		w := &deadlined{ResponseRecorder: httptest.NewRecorder(), leave: leave}
		p.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+target, nil))
		if w.unbounded > 0 || len(w.deadlines) < 2 {
			t.Errorf("%s: %d writes had no deadline; the deadlines are %v", target, w.unbounded, w.deadlines)
			continue
		}
		if last := w.deadlines[len(w.deadlines)-1]; !last.IsZero() {
			t.Errorf("%s: in the end the deadline is %v", target, last)
		}
	}
}

// TestPagesAreWrittenCallByCall proves that a page of large calls is never whole in memory.
func TestPagesAreWrittenCallByCall(t *testing.T) {
	t.Parallel()
	p, err := mock.New()
	if err != nil {
		t.Fatal(err)
	}
	const calls, size = 8, 500_000
	for range calls {
		form := url.Values{"f": {"json"}, "orgEntitlements": {strings.Repeat("x", size)}}
		r := httptest.NewRequest(http.MethodPost, "http://localhost/sharing/rest/content/listings/x/provisionOrgEntitlements",
			strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		p.ServeHTTP(httptest.NewRecorder(), r)
	}
	w := &largest{ResponseRecorder: httptest.NewRecorder()}
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/__admin/sandboxes/default/calls?limit=5", nil))
	var page journal.Page
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Calls) != 5 || page.Total != calls || page.Next != 5 || !page.Complete {
		t.Errorf("%d calls, total %d, next %d, complete %t", len(page.Calls), page.Total, page.Next, page.Complete)
	}
	if w.most > 3*size || w.Body.Len() < 10*size {
		t.Errorf("of %d bytes %d are written at once", w.Body.Len(), w.most)
	}
}

// largest notes the largest write.
type largest struct {
	*httptest.ResponseRecorder

	most int
}

func (l *largest) Write(b []byte) (int, error) {
	l.most = max(l.most, len(b))
	return l.ResponseRecorder.Write(b)
}
