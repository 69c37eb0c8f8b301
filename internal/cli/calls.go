package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mockportal/mockportal/internal/client"
	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/mock/journal"
)

type callsCmd struct {
	remoteFlags

	Number     *int   `arg:"" optional:"" help:"Only the call with this number."`
	As         string `placeholder:"FORMAT" enum:"table,json,curl," default:"" help:"table, json (a line each), or curl (a command that repeats the call; it takes the token from $$MOCKPORTAL_TOKEN). Calls are a table and a single one is JSON when left out."`
	Follow     bool   `short:"f" help:"Show the calls so far, and go on with those to come, until interrupted or the sandbox ends."`
	Operation  string `placeholder:"ID" help:"Only calls of this operation."`
	Member     string `placeholder:"NAME" help:"Only calls by this member."`
	Outcome    string `placeholder:"OUTCOME" enum:"ok,error,fault," default:"" help:"Only calls that ended so: ok, error or fault."`
	Violations bool   `help:"Only calls that violated the contract."`
	After      int    `placeholder:"N" help:"Only calls with a higher number."`
}

// Run prints calls as the journal of the server holds them, secrets masked.
func (c *callsCmd) Run(ctx context.Context, std streams) error {
	switch {
	case c.Number != nil && *c.Number < 1:
		return usageError{fmt.Errorf("no call has the number %d: the first is 1", *c.Number)}
	case c.Number != nil && c.Follow:
		return usageError{errors.New("--follow shows calls as they come, and a number asks for one that came: give one of the two")}
	}
	remote, err := c.client()
	if err != nil {
		return err
	}
	out := printer{streams: std, as: c.As}
	if c.As == "curl" {
		if out.root, err = remote.Root(ctx); err != nil {
			return err
		}
	}
	switch {
	case c.Number != nil:
		return c.one(ctx, out, remote)
	case c.Follow:
		return c.follow(ctx, out, remote)
	}
	page, err := remote.Calls(ctx, c.query())
	if err != nil {
		return err
	}
	return out.page(page)
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

func (c *callsCmd) one(ctx context.Context, out printer, remote *client.Client) error {
	call, err := remote.Call(ctx, *c.Number)
	switch {
	case err != nil:
		return err
	case c.As == "table":
		return out.page(journal.Page{Calls: []journal.Call{call}, Complete: true})
	case c.As == "curl":
		return out.call(call)
	}
	text, err := json.Marshal(call)
	if err != nil {
		return err
	}
	return indented(out.out, text)
}

// follow prints calls as they come. An interruption is its proper end.
func (c *callsCmd) follow(ctx context.Context, out printer, remote *client.Client) error {
	err := remote.Follow(ctx, c.query(), out.news)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// printer writes calls on standard output in the format that was asked for; on standard error it says what is to be known of those that are
// not there.
type printer struct {
	streams

	as   string
	root string // of the portal, for commands
}

func (p printer) page(page journal.Page) error {
	if !page.Complete {
		say(p.err, fmt.Sprintf("not complete: %s no longer held by the journal", plural(page.Dropped, "older call is", "older calls are")))
	}
	if len(page.Calls) == 0 {
		say(p.err, "no calls")
	}
	if p.as != "json" && p.as != "curl" && len(page.Calls) > 0 {
		say(p.out, page.Table())
		return nil
	}
	for _, call := range page.Calls {
		if err := p.call(call); err != nil {
			return err
		}
	}
	return nil
}

func (p printer) news(news client.News) error {
	if news.Restarted {
		say(p.err, "(the calls so far were forgotten: the sandbox was reset, or its journal cleared)")
	}
	if news.Missed > 0 {
		say(p.err, fmt.Sprintf("(%s dropped before they could be shown)", plural(news.Missed, "call was", "calls were")))
	}
	for _, call := range news.Calls {
		if err := p.call(call); err != nil {
			return err
		}
	}
	return nil
}

// call writes one call: as JSON in a line, as the command that repeats it, or as a line with one more for each violation.
func (p printer) call(call journal.Call) error {
	switch p.as {
	case "json":
		return json.NewEncoder(p.out).Encode(call)
	case "curl":
		command, err := report.Curl(call, p.root)
		if err == nil {
			_, err = io.WriteString(p.out, command)
		}
		return err
	}
	say(p.out, call.Time.Local().Format(timeOfDay)+"  "+call.String())
	for _, v := range call.Violations {
		say(p.out, strings.Repeat(" ", len(timeOfDay)+2)+v.String())
	}
	return nil
}

const timeOfDay = "15:04:05.000"
