package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/internal/client"
	"github.com/mockportal/mockportal/internal/report"
	"github.com/mockportal/mockportal/mock/journal"
)

type callsCmd struct {
	remoteFlags

	Number     *int   `arg:"" optional:"" help:"Only the call with this number, as indented JSON."`
	As         string `placeholder:"FORMAT" enum:"table,json,curl," default:"" help:"The format: table, json or curl."`
	Follow     bool   `short:"f" help:"Show the calls so far, then new ones as they come."`
	Operation  string `placeholder:"ID" help:"Only calls of this operation."`
	Member     string `placeholder:"NAME" help:"Only calls by this member."`
	Outcome    string `placeholder:"OUTCOME" enum:"ok,error,fault," default:"" help:"Only calls with this outcome: ok, error or fault."`
	Violations bool   `help:"Only calls that violated the contract."`
	After      int    `placeholder:"N" help:"Only calls with a higher number."`
}

// Run prints calls from the server's journal, with secrets masked.
func (c *callsCmd) Run(ctx context.Context, p Process) error {
	switch {
	case c.Number != nil && *c.Number < 1:
		return usageError{fmt.Errorf("calls <number> \"%d\": must be 1 or more", *c.Number)}
	case c.Number != nil && c.Follow:
		return usageError{errors.New(p.flag("follow") + " and <number> exclude each other: the first shows all new calls, the second one call")}
	}
	remote, err := c.client(p)
	if err != nil {
		return err
	}
	out := printer{Process: p, as: c.As}
	if c.As == "curl" {
		if out.root, err = remote.Root(ctx); err != nil {
			return err
		}
	}
	switch {
	case c.Number != nil:
		return c.one(ctx, out, remote)
	case c.Follow:
		if err := remote.Follow(ctx, c.filter(), out.news); !errors.Is(err, context.Canceled) { // an interruption is the normal end
			return err
		}
		return nil
	}
	page, err := remote.Calls(ctx, c.filter())
	if err != nil {
		return err
	}
	return out.page(page)
}

// filter has the flags as parameters of the control API.
func (c *callsCmd) filter() url.Values {
	filter := url.Values{"after": {strconv.Itoa(c.After)}}
	for name, value := range map[string]string{"operation": c.Operation, "member": c.Member, "outcome": c.Outcome} {
		if value != "" {
			filter.Set(name, value)
		}
	}
	if c.Violations {
		filter.Set("violations", "true")
	}
	return filter
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
	return indented(out.Stdout, text)
}

// printer writes calls to standard output, and to standard error which calls are missing.
type printer struct {
	Process

	as   string // the format; "": the default one
	root string // of the portal, for curl
}

func (p printer) page(page journal.Page) error {
	if !page.Complete {
		p.warn(fmt.Sprintf("not complete: the journal has dropped %s", plural(page.Dropped, "older call", "older calls")))
	}
	if len(page.Calls) == 0 {
		p.warn("0 calls")
	}
	if p.as != "json" && p.as != "curl" && len(page.Calls) > 0 {
		return p.tell(page.Table())
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
		p.warn("(the journal starts over: the sandbox was reset, or its journal was cleared)")
	}
	if news.Missed > 0 {
		p.warn(fmt.Sprintf("(the journal dropped %s before they could be shown)", plural(news.Missed, "call", "calls")))
	}
	if news.Call != nil {
		return p.call(*news.Call)
	}
	return nil
}

// call writes one call: as a line of JSON, as a curl command, or as a line of text followed by its violations.
func (p printer) call(call journal.Call) error {
	switch p.as {
	case "json":
		return json.NewEncoder(p.Stdout).Encode(call)
	case "curl":
		command, err := report.Curl(call, p.root)
		if err == nil {
			_, err = io.WriteString(p.Stdout, command)
		}
		return err
	}
	lines := []string{call.Time.Local().Format(timeOfDay) + "  " + call.String()}
	for _, v := range call.Violations {
		lines = append(lines, strings.Repeat(" ", len(timeOfDay)+2)+v.String())
	}
	return p.tell(strings.Join(lines, "\n"))
}

const timeOfDay = "15:04:05.000"
