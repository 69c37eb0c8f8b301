package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mockportal/mockportal/mock/journal"
)

// News is what a journal passes to a follower: a call, or one of the others.
type News struct {
	Call      *journal.Call
	Missed    int  // how many calls the journal dropped before they could be read
	Restarted bool // the journal was cleared, or its sandbox reset
}

// maxEvent is the largest event, in bytes.
const maxEvent = 256 << 20

// Follow passes the calls that match a filter, as [Client.Calls] has it, to f: first those in the journal, if the filter has after, then
// new ones as they come. It returns nil when the sandbox ends, and an error if ctx is done, f fails or the stream breaks off.
func (c *Client) Follow(ctx context.Context, filter url.Values, f func(News) error) error {
	resp, err := c.send(ctx, http.MethodGet, "/events?"+filter.Encode(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxEvent)
	event := ""
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			event = value
		case "data":
			news, err := newsOf(event, value)
			if err == nil {
				err = f(news)
			}
			if err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("the stream of %s broke off: %w", c.ControlURL, err)
	}
	return nil
}

// newsOf reads one event.
func newsOf(event, data string) (news News, err error) {
	switch event {
	case "call":
		err = json.Unmarshal([]byte(data), &news.Call)
	case "missed":
		err = json.Unmarshal([]byte(data), &news)
	case "restarted":
		news.Restarted = true
	}
	if err != nil {
		return news, fmt.Errorf("event %s: %w", event, err)
	}
	return news, nil
}
