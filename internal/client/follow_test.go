package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/mockportal/mockportal/internal/client"
	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/mock/journal"
)

// follow runs Follow in the background. The first channel has the news, the second the error at the end.
func follow(ctx context.Context, c *client.Client, q url.Values) (<-chan string, <-chan error) {
	news, end := make(chan string, 100), make(chan error, 1)
	go func() {
		end <- c.Follow(ctx, q, func(n client.News) error {
			news <- fmt.Sprint(number(n.Call), n.Missed, n.Restarted)
			return nil
		})
	}()
	return news, end
}

// number is the number of a call, 0 without a call.
func number(c *journal.Call) int {
	if c == nil {
		return 0
	}
	return c.Number
}

// TestFollow proves that Follow passes on the calls so far, new ones and resets, and ends with the sandbox.
func TestFollow(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	get(t, s, info)
	get(t, s, license)
	all, allEnd := follow(t.Context(), of(s), url.Values{"after": {"0"}})
	licenses, licensesEnd := follow(t.Context(), of(s), url.Values{"operation": {"getFutureLicense"}, "after": {"2"}})
	diff(t, "held", []string{"1 0 false", "2 0 false"}, []string{<-all, <-all})
	get(t, s, license)
	diff(t, "to come", []string{"3 0 false", "3 0 false"}, []string{<-all, <-licenses})
	s.Reset()
	diff(t, "reset", []string{"0 0 true", "0 0 true"}, []string{<-all, <-licenses})
	get(t, s, info)
	get(t, s, license)
	diff(t, "from the beginning", []string{"1 0 false", "2 0 false", "2 0 false"}, []string{<-all, <-all, <-licenses})
	s.Close()
	diff(t, "end", []error{nil, nil}, []error{<-allEnd, <-licensesEnd})
}

// TestFollowEndsWithItsContext proves that Follow also ends when its function fails.
func TestFollowEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := mock.NewServer(t)
	get(t, s, info)
	ctx, cancel := context.WithCancel(t.Context())
	news, end := follow(ctx, of(s), url.Values{"after": {"0"}})
	<-news
	cancel()
	if err := <-end; !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	enough := errors.New("enough")
	if err := of(s).Follow(t.Context(), url.Values{"after": {"0"}}, func(client.News) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("it ends with %v", err)
	}
}

// TestFollowReadsEvents has the events of a small journal, comments of a proxy, and broken events.
func TestFollowReadsEvents(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ stream, want, err string }{
		"missed": {
			"event: missed\ndata: {\"missed\":3}\n\nid: 9\nevent: call\ndata: {\"number\":9}\n\n", "0 3 false, 9 0 false, ", "<nil>",
		},
		"comments":          {": calls follow\n\n: still here\n\nevent: call\ndata: {\"number\":1}\n\n", "1 0 false, ", "<nil>"},
		"no call":           {"event: call\ndata: oops\n\n", "", "event call: invalid character 'o' looking for beginning of value"},
		"cut off in a call": {"event: call\ndata: {\"numb", "", "event call: unexpected end of JSON input"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tt.stream) }))
		t.Cleanup(s.Close)
		got := ""
		err := (&client.Client{ControlURL: s.URL, Sandbox: "default"}).Follow(t.Context(), url.Values{"after": {"0"}}, func(n client.News) error {
			got += fmt.Sprint(number(n.Call), n.Missed, n.Restarted) + ", "
			return nil
		})
		diff(t, name, []string{tt.want, tt.err}, []string{got, fmt.Sprint(err)})
	}
}

// TestFollowBreaksOff proves that a connection that breaks off is an error.
func TestFollowBreaksOff(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(s.Close)
	c := client.Client{ControlURL: s.URL, Sandbox: "default"}
	err := c.Follow(t.Context(), url.Values{"after": {"0"}}, func(client.News) error { return nil })
	diff(t, "error", "the stream of "+s.URL+" broke off: unexpected EOF", fmt.Sprint(err))
}
