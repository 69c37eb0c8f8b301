package control

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/portal"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/wire"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// place is where a sandbox is reached.
type place struct {
	ID             string `json:"id"`
	Scenario       string `json:"scenario"`
	Seed           uint64 `json:"seed"`
	URL            string `json:"url"`
	SharingURL     string `json:"sharingUrl"`
	PortalAdminURL string `json:"portalAdminUrl"`
}

// placeOf builds the addresses from the request's own scheme and host: whoever reached the control API there reaches the sandbox there, unless the
// control API has a listener of its own.
func (a *API) placeOf(r request, box *sandbox.Sandbox) place {
	url := a.masks().Hide(wire.ReachedBy(r.Request, a.TrustProxy).URL())
	if elsewhere := a.elsewhere.Load(); elsewhere != nil {
		url = *elsewhere
	}
	if box.ID != sandbox.Default {
		url += "/sandboxes/" + box.ID
	}
	scenario := box.Scenario()
	return place{box.ID, scenario.Name, scenario.Seed, url, url + "/portal/sharing/rest", url + "/portal/portaladmin"}
}

// created is what the maker of a sandbox is told; nobody is told the credentials again.
type created struct {
	place
	portal.Credentials
}

func (a *API) createSandbox(r request) (response, *Problem) {
	var wish struct {
		Scenario json.RawMessage `json:"scenario"`
		ID       string          `json:"id"`
		Clock    string          `json:"clock"`
		Seed     *uint64         `json:"seed"`
		Rules    json.RawMessage `json:"rules"`
	}
	if err := json.Unmarshal(r.body, &wish); err != nil { // the contract knows numbers as floats only, which cannot tell 2^64 from 2^64-1
		return response{}, problem(http.StatusBadRequest, "a seed must be an integer from 0 to %d", uint64(math.MaxUint64))
	}
	scenario, err := a.choose(wish.Scenario)
	if err != nil {
		return response{}, refused(err)
	}
	options := a.New(wish.ID, scenario)
	clock, err := sandbox.ParseClock(wish.Clock)
	if err != nil {
		return response{}, refused(err)
	}
	if wish.Clock != "" {
		options.Clock = clock
	}
	if wish.Seed != nil {
		options.Seed = wish.Seed
	}
	if wish.Rules != nil {
		if options.Rules, err = a.Library.Rules(scenario, wish.Rules); err != nil {
			return response{}, refused(err)
		}
	}
	if a.isSecret(wish.ID, scenario) {
		return response{}, problem(http.StatusBadRequest, "an id is shown in many places: choose one without a token or a password in it")
	}
	box, err := a.Sandboxes.Create(options)
	if err != nil {
		return response{}, refused(err)
	}
	return response{status: http.StatusCreated, value: created{a.placeOf(r, box), box.World().Credentials()}}, nil
}

// isSecret reports whether an id holds what must not be shown, of a sandbox that there is or of the one that is to be.
func (a *API) isSecret(id string, scenario *scenario.Scenario) bool {
	return append(a.masks(), scenario.Secrets()).Hide(id) != id
}

// choose finds a scenario by its name, or reads a whole document.
func (a *API) choose(wish json.RawMessage) (*scenario.Scenario, error) {
	var name string
	if json.Unmarshal(wish, &name) == nil {
		return a.Library.Scenario(name)
	}
	return a.Library.Decode("document", wish)
}

// refused turns an error into the problem that says what to do about it. All faults of a document are told at once.
func refused(err error) *Problem {
	status := http.StatusBadRequest
	for sentinel, s := range map[error]int{
		sandbox.ErrTaken: http.StatusConflict, sandbox.ErrProtected: http.StatusConflict, sandbox.ErrClock: http.StatusConflict,
		sandbox.ErrFull: http.StatusTooManyRequests, sandbox.ErrUnknown: http.StatusNotFound, sandbox.ErrExpired: http.StatusNotFound,
		scenario.ErrUnknown: http.StatusNotFound,
	} {
		if errors.Is(err, sentinel) {
			status = s
		}
	}
	p := problem(status, "%s", err)
	var faults fixture.Mistakes
	if errors.As(err, &faults) {
		for _, f := range faults {
			p.Violations = append(p.Violations, openapi.Violation{Kind: openapi.Malformed, In: "body", Name: "*", Message: f.Error()})
		}
	}
	return p
}

func (a *API) listSandboxes(request) (response, *Problem) {
	return response{value: map[string][]string{"sandboxes": a.Sandboxes.IDs()}}, nil
}

// summary is what a sandbox plays and what came so far.
type summary struct {
	place
	sandbox.Clock

	Calls      int             `json:"calls"`
	Violations int             `json:"violations"`
	Unmet      []journal.Unmet `json:"unmet"`
	Dropped    int             `json:"dropped"`
	Complete   bool            `json:"complete"`
}

func (a *API) summaryOf(r request, box *sandbox.Sandbox) response {
	with := true
	all, violating := box.Journal.Find(journal.Query{Limit: 1}), box.Journal.Find(journal.Query{Violations: &with, Limit: 1})
	return response{value: summary{a.placeOf(r, box), box.ReadClock(), all.Total, violating.Total, box.Unmet().Unmet, all.Dropped, all.Complete}}
}

func (a *API) getSandbox(r request, box *sandbox.Sandbox) (response, *Problem) {
	return a.summaryOf(r, box), nil
}

func (a *API) deleteSandbox(r request, box *sandbox.Sandbox) (response, *Problem) {
	if _, err := a.Sandboxes.Delete(box.ID); err != nil {
		return response{}, refused(err)
	}
	return a.summaryOf(r, box), nil
}

func (a *API) playScenario(r request, box *sandbox.Sandbox) (response, *Problem) {
	var wish struct {
		Scenario json.RawMessage `json:"scenario"`
	}
	err := json.Unmarshal(r.body, &wish)
	var scenario *scenario.Scenario
	if err == nil {
		scenario, err = a.choose(wish.Scenario)
	}
	if err == nil {
		err = box.Play(scenario)
	}
	if err != nil {
		return response{}, refused(err)
	}
	return a.summaryOf(r, box), nil
}

func (a *API) resetSandbox(r request, box *sandbox.Sandbox) (response, *Problem) {
	if err := box.Reset(); err != nil {
		return response{}, refused(err)
	}
	return a.summaryOf(r, box), nil
}

func (a *API) getClock(_ request, box *sandbox.Sandbox) (response, *Problem) {
	return response{value: box.ReadClock()}, nil
}

func (a *API) changeClock(r request, box *sandbox.Sandbox) (response, *Problem) {
	var wish struct {
		At      *time.Time         `json:"at"`
		Advance string             `json:"advance"`
		Mode    scenario.ClockMode `json:"mode"`
	}
	err := json.Unmarshal(r.body, &wish)
	if err != nil || wish.At != nil && wish.At.IsZero() { // the contract takes a 30th of February, and no clock goes back to the year 1
		return response{}, problem(http.StatusBadRequest, "at must be a time such as 2016-07-22T16:48:37Z")
	}
	change := sandbox.ClockChange{Mode: wish.Mode}
	if wish.At != nil {
		change.At = *wish.At
	}
	if wish.Advance != "" {
		change.Advance, err = scenario.ParseDuration(wish.Advance)
	}
	if err == nil {
		err = box.ChangeClock(change)
	}
	if err != nil {
		return response{}, refused(err)
	}
	return response{value: box.ReadClock()}, nil
}

func (a *API) listRules(_ request, box *sandbox.Sandbox) (response, *Problem) {
	rules, masks := box.Rules(), a.masks()
	for i := range rules {
		rules[i].Name = masks.Hide(rules[i].Name)
	}
	return response{value: map[string][]sandbox.RuleView{"rules": rules}}, nil
}

func (a *API) addRules(r request, box *sandbox.Sandbox) (response, *Problem) {
	rules, err := a.Library.Rules(box.Scenario(), r.body)
	if err != nil {
		return response{}, refused(err)
	}
	return response{status: http.StatusCreated, value: map[string][]string{"ids": box.AddRules(rules)}}, nil
}

// dropped counts what was taken away.
type dropped struct {
	Dropped int `json:"dropped"`
}

// dropRules drops one rule when the path names it, else all that were added.
func (a *API) dropRules(r request, box *sandbox.Sandbox) (response, *Problem) {
	id := r.params.Text("rule")
	n := box.DropRules(id)
	if id != "" && n == 0 {
		var ids []string
		for _, rule := range box.Rules() {
			if rule.Runtime {
				ids = append(ids, rule.ID)
			}
		}
		return response{}, problem(http.StatusNotFound, "no rule %q was added; there are %s", id, cmp.Or(strings.Join(ids, ", "), "none"))
	}
	return response{value: dropped{n}}, nil
}
