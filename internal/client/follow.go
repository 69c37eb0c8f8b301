package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/mockportal/mockportal/mock/journal"
)

// News is what a journal passes to a follower.
type News struct {
	Calls     []journal.Call
	Missed    int  // how many calls the journal dropped before they could be read
	Restarted bool // the journal was cleared, or its sandbox reset, before these calls
}

// Follow passes the calls that match to f: first those in the journal with a number above q.After, then new ones as they
// come. It returns nil when the sandbox ends, and an error if ctx is done, f fails or the stream breaks off.
func (c *Client) Follow(ctx context.Context, q journal.Query, f func(News) error) error {
	resp, err := c.send(ctx, http.MethodGet, "/events?"+values(q).Encode(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
		if err == nil {
			_, err = c.refusal(resp, text)
		}
		return err
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxAnswer)
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
		news.Calls = make([]journal.Call, 1)
		err = json.Unmarshal([]byte(data), &news.Calls[0])
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
