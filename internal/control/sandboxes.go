package control

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/exact"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
)

// address says where a client reaches a sandbox.
type address struct {
	ID             string `json:"id"`
	Scenario       string `json:"scenario"`
	Seed           uint64 `json:"seed"`
	URL            string `json:"url"`
	SharingURL     string `json:"sharingUrl"`
	PortalAdminURL string `json:"portalAdminUrl"`
}

// addressOf takes scheme and host from the request, because a client that reaches the control API there reaches the sandbox there too. If
// the control API has a listener of its own it takes the portal's URL.
func (a *API) addressOf(r request, box *sandbox.Sandbox) address {
	url := cmp.Or(a.PortalURL, a.masks().Hide(wire.ReachedBy(r.Request, a.TrustProxy).URL()))
	if box.ID != sandbox.Default {
		url += "/sandboxes/" + box.ID
	}
	scenario := box.Scenario()
	return address{box.ID, scenario.Name, scenario.Seed, url, url + "/portal/sharing/rest", url + "/portal/portaladmin"}
}

// created is the answer to the client that makes a sandbox, or finds it by PUT. No other answer has the credentials.
type created struct {
	address
	portal.Credentials
}

func (a *API) createSandbox(r request) (any, error) {
	options, err := a.wished(r)
	if err != nil {
		return nil, err
	}
	box, err := a.Sandboxes.Create(options)
	if err != nil {
		return nil, err
	}
	return a.madeOf(r, box), nil
}

// ensureSandbox makes the sandbox that the path names, or finds it if it was made of the same.
func (a *API) ensureSandbox(r request) (any, error) {
	options, err := a.wished(r)
	if err != nil {
		return nil, err
	}
	box, err := a.Sandboxes.Create(options)
	if err == nil {
		return response{status: http.StatusCreated, contentType: "application/json", body: encode(a.madeOf(r, box))}, nil
	}
	if !errors.Is(err, sandbox.ErrTaken) {
		return nil, err
	}
	if box, err = a.Sandboxes.Get(options.ID); err != nil {
		return nil, err
	}
	defer box.Use()()
	if differences := box.Differences(options); differences != "" {
		return nil, problem(http.StatusConflict, "the sandbox %q is there, and %s; delete it, or choose another id", box.ID, differences)
	}
	return a.madeOf(r, box), nil
}

func (a *API) madeOf(r request, box *sandbox.Sandbox) created {
	return created{a.addressOf(r, box), box.World().Credentials()}
}

// wished returns the options of the sandbox that a request wants.
func (a *API) wished(r request) (options sandbox.Options, err error) {
	var wish struct {
		Scenario json.RawMessage `json:"scenario"`
		ID       string          `json:"id"`
		Clock    string          `json:"clock"`
		Seed     *uint64         `json:"seed"`
		Rules    json.RawMessage `json:"rules"`
	}
	if err := json.Unmarshal(r.body, &wish); err != nil { // the contract has numbers as floats, which cannot tell 2^64 from 2^64-1
		return options, problem(http.StatusBadRequest, "a seed must be an integer from 0 to %d", uint64(math.MaxUint64))
	}
	scenario, err := a.choose(wish.Scenario)
	if err != nil {
		return options, err
	}
	options = a.New(cmp.Or(wish.ID, r.params.Text("id")), scenario)
	clock, err := sandbox.ParseClock(wish.Clock)
	if err != nil {
		return options, err
	}
	if wish.Clock != "" {
		options.Clock = clock
	}
	if wish.Seed != nil {
		options.Seed = wish.Seed
	}
	if wish.Rules != nil {
		if options.Rules, err = a.Library.Rules(scenario, wish.Rules); err != nil {
			return options, err
		}
	}
	if append(a.masks(), scenario.Secrets()).Hide(options.ID) != options.ID {
		err = problem(http.StatusBadRequest, "everybody sees an id: choose one without a token or a password in it")
	}
	return options, err
}

// choose finds a scenario by its name, or reads a whole document.
func (a *API) choose(wish json.RawMessage) (*scenario.Scenario, error) {
	var name string
	if json.Unmarshal(wish, &name) == nil {
		return a.Library.Scenario(name)
	}
	return a.Library.Decode("document", wish)
}

// summary says what a sandbox plays, and which calls it has had.
type summary struct {
	address
	sandbox.Clock

	Calls      int             `json:"calls"`
	Violations int             `json:"violations"`
	Unmet      []journal.Unmet `json:"unmet"`
	Dropped    int             `json:"dropped"`
	Complete   bool            `json:"complete"`
}

func (a *API) getSandbox(r request) (any, error) {
	with := true
	all, violating := r.box.Journal.Find(journal.Query{Limit: 1}), r.box.Journal.Find(journal.Query{Violations: &with, Limit: 1})
	unmet := r.box.Journal.Judge(r.box.Scenario().Expectations).Unmet
	return summary{a.addressOf(r, r.box), r.box.ReadClock(), all.Total, violating.Total, unmet, all.Dropped, all.Complete}, nil
}

func (a *API) deleteSandbox(r request) (any, error) {
	if _, err := a.Sandboxes.Delete(r.box.ID); err != nil {
		return nil, err
	}
	return a.getSandbox(r)
}

func (a *API) playScenario(r request) (any, error) {
	var wish struct {
		Scenario json.RawMessage `json:"scenario"`
	}
	if err := json.Unmarshal(r.body, &wish); err != nil {
		return nil, err
	}
	scenario, err := a.choose(wish.Scenario)
	if err == nil {
		err = r.box.Play(scenario)
	}
	if err != nil {
		return nil, err
	}
	return a.getSandbox(r)
}

func (a *API) resetSandbox(r request) (any, error) {
	if err := r.box.Reset(); err != nil {
		return nil, err
	}
	return a.getSandbox(r)
}

func (a *API) changeClock(r request) (any, error) {
	var wish struct {
		At      *time.Time         `json:"at"`
		Advance string             `json:"advance"`
		Mode    scenario.ClockMode `json:"mode"`
	}
	err := json.Unmarshal(r.body, &wish)
	if err != nil || wish.At != nil && wish.At.IsZero() { // the contract accepts a 30th of February, and no clock goes back to the year 1
		return nil, problem(http.StatusBadRequest, "at must be a time such as 2016-07-22T16:48:37Z")
	}
	change := sandbox.ClockChange{Mode: wish.Mode}
	if wish.At != nil {
		change.At = *wish.At
	}
	if wish.Advance != "" {
		change.Advance, err = scenario.ParseDuration(wish.Advance)
	}
	if err == nil {
		err = r.box.ChangeClock(change)
	}
	if err != nil {
		return nil, err
	}
	return r.box.ReadClock(), nil
}

func (a *API) listRules(r request) (any, error) {
	rules, masks := r.box.Rules(), a.masks()
	for i := range rules {
		var given any
		_ = exact.Unmarshal(rules[i].Rule.(json.RawMessage), &given) // a rule is JSON
		rules[i].Name, rules[i].Rule = masks.Hide(rules[i].Name), masks.Value(given)
	}
	return map[string][]sandbox.RuleView{"rules": rules}, nil
}

func (a *API) addRules(r request) (any, error) {
	rules, err := a.Library.Rules(r.box.Scenario(), r.body)
	if err != nil {
		return nil, err
	}
	ids, err := r.box.AddRules(rules)
	return map[string][]string{"ids": ids}, err
}

// dropped counts the calls or rules that the API has removed.
type dropped struct {
	Dropped int `json:"dropped"`
}

// dropRules drops the added rule that the path names, or all added rules.
func (a *API) dropRules(r request) (any, error) {
	id := r.params.Text("rule")
	n := r.box.DropRules(id)
	if id != "" && n == 0 {
		var ids []string
		for _, rule := range r.box.Rules() {
			if rule.Runtime {
				ids = append(ids, rule.ID)
			}
		}
		return nil, problem(http.StatusNotFound, "no rule %q was added; there are %s", id, cmp.Or(strings.Join(ids, ", "), "none"))
	}
	return dropped{n}, nil
}
