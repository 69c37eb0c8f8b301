package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
)

// Check plays every scenario of a library at its start and at each boundary of its clock, one millisecond before and at it. Every member
// calls every operation. The notes say what is allowed in the packs and may not be meant; the error lists every reply that departs from
// the contract.
func Check(library *scenario.Library) (notes []string, err error) {
	var errs []error
	for _, name := range library.Names() {
		scenario, err := library.Scenario(name)
		if err == nil {
			err = CheckScenario(library, scenario)
		}
		errs = append(errs, err)
	}
	return append(strayErrors(library.Fixtures()), library.Notes()...), errors.Join(errs...)
}

// strayErrors finds error fixtures of packs that replace nothing and are named almost like one that they could replace.
func strayErrors(set *fixture.Set) (notes []string) {
	builtIn := fixture.BuiltIn()
	for _, id := range set.IDs() {
		if _, ok := builtIn.Get(id); ok || !strings.HasPrefix(id, "errors/") {
			continue
		}
		if near := builtIn.Nearest(id); near != "" {
			notes = append(notes, fmt.Sprintf("fixture %q replaces no built-in one%s", id, near))
		}
	}
	return notes
}

// CheckScenario does what Check does for one scenario.
func CheckScenario(library *scenario.Library, scenario *scenario.Scenario) error {
	bare := *scenario
	bare.Rules = nil // loading has proven what they reply; this proves the world behind them
	scenario = &bare
	box, err := sandbox.New(sandbox.Options{ID: "check", Scenario: scenario, Wall: time.Now})
	if err != nil {
		return err
	}
	instants := []time.Time{scenario.Clock.At}
	for _, b := range box.World().Boundaries() {
		instants = append(instants, b.Add(-time.Millisecond), b)
	}
	var errs []error
	for _, at := range instants {
		errs = append(errs, playAt(library, scenario, at))
	}
	return errors.Join(errs...)
}

// playAt sends every member's calls to a portal whose clock stands at an instant.
func playAt(library *scenario.Library, played *scenario.Scenario, at time.Time) error {
	var errs []error
	offSpec := func(operation string, err error) {
		errs = append(errs, fmt.Errorf("scenario %q at %s: %s: %w", played.Name, at.UTC().Format(time.RFC3339Nano), operation, err))
	}
	p, err := New(Options{
		Options:  exchange.Options{Library: library, OffSpec: offSpec},
		Scenario: played, Clock: scenario.Clock{Mode: scenario.Frozen, At: at},
	})
	if err != nil {
		return err
	}
	tokens := []string{""}
	for _, member := range p.Sandboxes.Default.World().Credentials().Members {
		tokens = append(tokens, member.Token)
	}
	for _, token := range tokens {
		for _, request := range requests(library.Contract(), played, token) {
			p.ServeHTTP(discard{http.Header{}}, request)
		}
	}
	return errors.Join(errs...)
}

// requests returns a request for every resource that can be read, and one that provisions each purchaser of each listing.
func requests(c *contract.Contract, scenario *scenario.Scenario, token string) []*http.Request {
	var all []*http.Request
	values := url.Values{"f": {"json"}, "token": {token}}
	for _, o := range c.Operations() {
		if r := o.Routes[0]; r.Method == http.MethodGet {
			path := strings.NewReplacer("{username}", "admin", "{resource}", "x").Replace(r.Path)
			all = append(all, request(http.MethodGet, path+"?"+values.Encode(), ""))
		}
	}
	for itemID, listing := range scenario.World.Listings {
		for org := range listing.Provisions {
			values.Set("purchaserOrgId", org)
			values.Set("orgEntitlements", `{"maxUsers":1,"entitlements":{"standard":{"num":1}}}`)
			all = append(all, request(http.MethodPost, "/sharing/rest/content/listings/"+itemID+"/provisionOrgEntitlements", values.Encode()))
		}
	}
	return all
}

func request(method, target, body string) *http.Request {
	r, err := http.NewRequest(method, "http://localhost"+target, strings.NewReader(body))
	if err != nil {
		panic("server: the paths of the contract and the ids of scenarios make a URL: " + err.Error())
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// discard is a ResponseWriter that forgets what is written.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
