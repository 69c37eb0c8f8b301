package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/mockportal/mockportal/internal/client"
	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/mock/journal"
)

type callsCmd struct {
	remoteFlags

	Number     int    `arg:"" optional:"" help:"Only the call with this number."`
	As         string `placeholder:"FORMAT" enum:"table,json,curl," default:"" help:"table, json or curl, a command that repeats the call with the token in $$MOCKPORTAL_TOKEN; a table of all calls, JSON of one, when left out."`
	Follow     bool   `short:"f" help:"Go on with calls as they come, until interrupted."`
	Operation  string `placeholder:"ID" help:"Only calls of this operation."`
	Member     string `placeholder:"NAME" help:"Only calls by this member."`
	Outcome    string `placeholder:"OUTCOME" enum:"ok,error,fault," default:"" help:"Only calls that ended so: ok, error or fault."`
	Violations bool   `help:"Only calls that violated the contract."`
	After      int    `placeholder:"N" help:"Only calls with a higher number."`
}

// Run prints calls as the journal of the server holds them, secrets masked.
func (c *callsCmd) Run(ctx context.Context, std streams) error {
	remote, err := c.client()
	if err != nil {
		return err
	}
	switch {
	case c.Number < 0 || c.Number > 0 && c.Follow:
		return usageError{errors.New("a number is from 1, and stands without --follow")}
	case c.Number > 0:
		return c.one(ctx, std.out, remote)
	case c.Follow:
		return c.follow(ctx, std.out, remote)
	}
	page, err := remote.Calls(ctx, c.query())
	if err != nil {
		return err
	}
	return c.print(ctx, std, remote, page)
}

func (c *callsCmd) query() journal.Query {
	q := journal.Query{Member: c.Member, Outcome: journal.Outcome(c.Outcome), After: c.After}
	if c.Operation != "" {
		q.Operations = []string{c.Operation}
	}
	if c.Violations {
		q.Violations = &c.Violations
	}
	return q
}

func (c *callsCmd) one(ctx context.Context, w io.Writer, remote *client.Client) error {
	call, err := remote.Call(ctx, c.Number)
	switch {
	case err != nil:
		return err
	case c.As == "curl":
		return curl(ctx, w, remote, call)
	case c.As == "table":
		say(w, journal.Page{Calls: []journal.Call{call}}.Table())
		return nil
	}
	text, err := json.Marshal(call)
	if err != nil {
		return err
	}
	return indented(w, text)
}

// print writes calls in the format that was asked for, and says when some are gone.
func (c *callsCmd) print(ctx context.Context, std streams, remote *client.Client, page journal.Page) error {
	if !page.Complete {
		say(std.err, fmt.Sprintf("not complete: the journal has dropped its oldest calls, %d of them", page.Dropped))
	}
	switch c.As {
	case "json":
		for _, call := range page.Calls {
			if err := json.NewEncoder(std.out).Encode(call); err != nil {
				return err
			}
		}
	case "curl":
		for _, call := range page.Calls {
			if err := curl(ctx, std.out, remote, call); err != nil {
				return err
			}
		}
	default:
		if len(page.Calls) > 0 {
			say(std.out, page.Table())
		}
	}
	return nil
}

// curl prints the command that repeats a call.
func curl(ctx context.Context, w io.Writer, remote *client.Client, call journal.Call) error {
	root, err := remote.Root(ctx)
	if err != nil {
		return err
	}
	command, err := report.Curl(call, root)
	if err == nil {
		_, err = io.WriteString(w, command)
	}
	return err
}

// follow prints a line for each call, and one for each of its violations. An interruption is its proper end.
func (c *callsCmd) follow(ctx context.Context, w io.Writer, remote *client.Client) error {
	err := remote.Follow(ctx, c.query(), func(news journal.News) error {
		if news.Restarted {
			say(w, "(the calls so far were forgotten)")
		}
		if news.Missed > 0 {
			say(w, fmt.Sprintf("(%d calls were dropped before they could be shown)", news.Missed))
		}
		for _, call := range news.Calls {
			if err := c.line(ctx, w, remote, call); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (c *callsCmd) line(ctx context.Context, w io.Writer, remote *client.Client, call journal.Call) error {
	switch c.As {
	case "json":
		return json.NewEncoder(w).Encode(call)
	case "curl":
		return curl(ctx, w, remote, call)
	}
	say(w, call.Time.Local().Format("15:04:05.000")+"  "+call.String())
	for _, v := range call.Violations {
		say(w, "                  "+v.String())
	}
	return nil
}
