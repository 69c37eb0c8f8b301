package mock

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
	"github.com/mockportal/mockportal/mock/journal"
)

// The two operations that the portal exists for, by their ids in the contract.
const (
	ProvisionOrgEntitlements = "provisionOrgEntitlements"
	GetFutureLicense         = "getFutureLicense"
)

// What all built-in scenarios have, under the names that scenarios and fixtures use: itemId, orgId, purchaserOrgId.
const (
	ItemID         = "6489da7f08f045ac8c0a5b1de37d56fe" // of the listing
	OrgID          = "HwhoSWTiJyaB0VDi"                 // the selling organisation, to which all members belong
	PurchaserOrgID = "sWwd06TnJR4lHopc"                 // the purchasing organisation
)

// Portal is a fake portal for a program: an http.Handler that answers the portal's own paths, and the control API under /__admin.
// Its methods return errors; they are about the portal's default sandbox. It does not listen: the URL and the Client are those of the
// httptest.Server or http.Server that serves it. It is safe for concurrent use. A test takes a [Server], which has both.
type Portal struct {
	server *server.Portal
	box    *sandbox.Sandbox
}

// New returns a portal at the start of its scenario. The error lists everything that is wrong with the options, a pack or the scenario.
func New(options ...Option) (*Portal, error) {
	started, err := newConfig(options).start()
	if err != nil {
		return nil, err
	}
	return &Portal{started, started.Sandboxes.Default}, nil
}

// Check plays every scenario of some packs, and the built-in scenarios over them, at each boundary of its clock: every member calls every
// operation. The notes say what is allowed and may not be meant. The error lists everything that is wrong with the packs, or every
// reply that departs from the contract.
func Check(packs ...fs.FS) (notes []string, err error) {
	library, err := scenario.Open(named(packs)...)
	if err != nil {
		return nil, err
	}
	return server.Check(library)
}

// ServeHTTP answers one request, to the portal or to the control API.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.server.ServeHTTP(w, r) }

// Close releases every answer that a rule holds back, and ends every Await. The portal answers on, but holds nothing back any longer.
// Calling it again does no harm.
func (p *Portal) Close() { p.server.Sandboxes.Close() }

// Token returns the token that the scenario gives a member. It fails for a member without one, and names the members.
func (p *Portal) Token(member string) (string, error) {
	if token, ok := p.box.World().Token(member); ok {
		return token, nil
	}
	return "", p.lacks(member, "token")
}

// Password returns a member's password. It fails for a member without one, and names the members.
func (p *Portal) Password(member string) (string, error) {
	if password, _ := p.box.World().Password(member); password != "" {
		return password, nil
	}
	return "", p.lacks(member, "password")
}

func (p *Portal) lacks(member, what string) error {
	members := p.box.World().Usernames()
	return fmt.Errorf("scenario %q gives no %s to a member %q%s; its members are %s",
		p.box.Scenario().Name, what, member, nearest.Suggest(member, members), strings.Join(members, ", "))
}

// Calls returns the journaled calls of these operations, oldest first; with no operation, all calls, also those of unknown paths and of
// pages. It fails for an operation that the contract does not have.
func (p *Portal) Calls(operations ...string) ([]journal.Call, error) {
	if err := p.server.Library.Contract().Known(operations...); err != nil {
		return nil, err
	}
	return p.box.Journal.Find(journal.Query{Operations: operations}).Calls, nil
}

// Advance moves the clock on. It fails for a negative duration: the clock never goes back.
func (p *Portal) Advance(d time.Duration) error {
	return p.box.ChangeClock(sandbox.ClockChange{Advance: d})
}

// AdvanceTo moves the clock on to an instant. It fails for an instant that has passed.
func (p *Portal) AdvanceTo(at time.Time) error {
	if at.IsZero() {
		at = time.Unix(0, 0) // the zero change would change nothing; this instant fails as the zero one should
	}
	return p.box.ChangeClock(sandbox.ClockChange{At: at})
}

// AddRules is AddRule for a text: one rule or a list, in YAML or JSON, as a scenario file has them. The error lists everything that
// is wrong with them; then none is added.
func (p *Portal) AddRules(document string) error {
	rules, err := p.server.Library.Rules(p.box.Scenario(), []byte(document))
	if err == nil {
		_, err = p.box.AddRules(rules)
	}
	return err
}

// AddRule puts rules before the scenario's. The error lists everything that is wrong with them; then none is added.
func (p *Portal) AddRule(rules ...Rule) error {
	read, err := readRules(rules, p.server.Library, p.box.Scenario())
	if err == nil {
		_, err = p.box.AddRules(read)
	}
	return err
}

// Reset puts everything back to the start of the scenario: world, clock, journal and its numbers. It drops added rules and releases every
// answer that a rule holds back.
func (p *Portal) Reset() error { return p.box.Reset() }

// Play starts another scenario by its name. World, clock and rules start over, the journal stays. It fails for an unknown scenario.
func (p *Portal) Play(scenario string) error {
	next, err := p.server.Library.Scenario(scenario)
	if err != nil {
		return err
	}
	return p.box.Play(next)
}

// Verify checks the calls against expectations, and explains each unmet one by the calls that come closest, and by the other sandboxes
// that have such calls. It waits as long as
// expectations.Within says, but no longer than ctx. The error says what is wrong with the expectations; an unmet verdict is not an error.
func (p *Portal) Verify(ctx context.Context, expectations Expectations) (journal.Verdict, error) {
	read, err := expectations.read(p.server.Library, p.box.Scenario())
	if err != nil {
		return journal.Verdict{}, err
	}
	return p.judge(ctx, read), nil
}

// judge checks the calls, and adds to each expectation for which too few calls came which other sandboxes have such calls.
func (p *Portal) judge(ctx context.Context, e scenario.Expectations) journal.Verdict {
	defer p.box.Use()()
	v := p.box.Journal.Verify(ctx, e)
	for i := range v.Unmet {
		u := &v.Unmet[i]
		if u.Seen >= u.AtLeast {
			continue
		}
		if found := p.elsewhere(e.Expect[u.Expectation-1]); found != "" {
			u.Hint = strings.TrimPrefix(u.Hint+"; "+found, "; ")
		}
	}
	return v
}

// mostElsewhere is how many other sandboxes a message names.
const mostElsewhere = 3

// elsewhere names the other sandboxes that have calls which an expectation counts; "" if there are none.
func (p *Portal) elsewhere(e scenario.Expectation) string {
	var found []string
	e.AtLeast, e.AtMost = 0, 0 // every call that it counts is one too many
	for _, id := range p.server.Sandboxes.IDs() {
		box, err := p.server.Sandboxes.Get(id)
		if err != nil || box == p.box {
			continue
		}
		for _, u := range box.Journal.Judge(scenario.Expectations{Expect: []scenario.Expectation{e}}).Unmet {
			if u.Seen > 0 {
				found = append(found, fmt.Sprintf("%d in sandbox %q", u.Seen, id))
			}
		}
	}
	if more := len(found) - mostElsewhere; more > 0 {
		found = append(found[:mostElsewhere], fmt.Sprintf("and in %d more", more))
	}
	if len(found) == 0 {
		return ""
	}
	return "such calls came elsewhere: " + strings.Join(found, ", ")
}

// Await blocks until there are n calls of an operation, and returns all of them, oldest first. Dropped calls do not count. When ctx ends
// or the portal is closed first, it returns the calls so far, and an error that wraps ctx.Err() or [journal.ErrClosed]. It fails at once
// for an operation that the contract does not have.
func (p *Portal) Await(ctx context.Context, operation string, n int) ([]journal.Call, error) {
	if err := p.server.Library.Contract().Known(operation); err != nil {
		return nil, err
	}
	defer p.box.Use()()
	page, err := p.box.Journal.Wait(ctx, journal.Query{Operations: []string{operation}}, n)
	if err == nil {
		return page.Calls, nil
	}
	found := p.elsewhere(scenario.Expectation{When: scenario.Matcher{Operation: operation}})
	if found != "" {
		found = "; " + found
	}
	return page.Calls, fmt.Errorf("%s: %d of %d calls of %s came%s%s: %w", p.name(), page.Total, n, operation, dropped(page), found, err)
}

// dropped says how many calls are missing from a page; nothing when it is complete.
func dropped(page journal.Page) string {
	if page.Complete {
		return ""
	}
	return fmt.Sprintf(" (not complete: %d dropped)", page.Dropped)
}

// name is the sandbox as errors name it, with what it takes to play the same again.
func (p *Portal) name() string {
	scenario := p.box.Scenario()
	return fmt.Sprintf("sandbox %q (scenario %q, seed %d)", p.box.ID, scenario.Name, scenario.Seed)
}
