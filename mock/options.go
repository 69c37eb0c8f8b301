package mock

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/mockportal/mockportal/internal/certs"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
	"github.com/mockportal/mockportal/mock/journal"
)

// Option changes how a portal is made.
type Option func(*config)

// config is what the options say.
type config struct {
	server.Options

	scenario          string
	document          []byte
	packs             []fs.FS
	tls               bool
	tlsHosts          []string
	allowViolations   bool
	checkExpectations bool
	mistakes          []error // in the options, reported together
}

func newConfig(options []Option) *config {
	c := &config{scenario: "trial"}
	for _, option := range options {
		option(c)
	}
	return c
}

// start makes the portal. The error lists everything that is wrong with the options.
func (c *config) start() (*server.Portal, error) {
	if c.tls {
		identity, err := certs.Generate(c.tlsHosts, time.Now())
		c.Identity, c.mistakes = identity, append(c.mistakes, err)
	}
	if err := c.load(); err != nil {
		return nil, err
	}
	return server.New(c.Options)
}

// load finds the scenario. The error lists the other mistakes in the options too.
func (c *config) load() (err error) {
	if c.Library == nil {
		c.Library, err = scenario.Open(named(c.packs)...)
	}
	switch {
	case err != nil:
	case c.document != nil:
		c.Scenario, err = c.Library.Decode("document", c.document)
	default:
		c.Scenario, err = c.Library.Scenario(c.scenario)
	}
	return errors.Join(append(c.mistakes, c.Check(), err)...)
}

// named gives packs the names under which messages know them: "pack", "pack 2" and so on.
func named(packs []fs.FS) []scenario.Pack {
	all := make([]scenario.Pack, len(packs))
	for i, pack := range packs {
		all[i] = scenario.Pack{Name: fmt.Sprintf("pack %d", i+1), FS: pack}
	}
	if len(all) > 0 {
		all[0].Name = "pack"
	}
	return all
}

// WithScenario plays the scenario with this name, built in or of a pack. The default is "trial".
func WithScenario(name string) Option { return func(c *config) { c.scenario = name } }

// WithScenarioDocument plays a scenario document, in YAML or JSON, instead of the scenario that [WithScenario] names. The document may
// extend the scenarios of the packs and the built-in ones.
func WithScenarioDocument(document []byte) Option { return func(c *config) { c.document = document } }

// WithPack adds a team's folder with scenarios/ and fixtures/ over the built-in ones. Of several packs the later ones win. A
// folder that does not exist is a mistake; an empty one is a pack.
func WithPack(pack fs.FS) Option { return func(c *config) { c.packs = append(c.packs, pack) } }

// WithClock overrides the scenario's clock: "frozen" at its instant, "running" from there on, "wall" to follow the wall clock with all
// dates of the world shifted along, or an RFC 3339 time at which it stands still.
func WithClock(clock string) Option {
	return func(c *config) {
		setting, err := sandbox.ParseClock(clock)
		c.Clock, c.mistakes = setting, append(c.mistakes, err)
	}
}

// WithSeed overrides the scenario's seed, from which issued tokens are derived.
func WithSeed(seed uint64) Option { return func(c *config) { c.Seed = &seed } }

// WithTLS makes [NewServer] serve HTTPS with a certificate of a new authority, for localhost, 127.0.0.1, ::1 and these hosts.
// A [Portal] does not listen, so it takes no notice.
func WithTLS(hosts ...string) Option {
	return func(c *config) { c.tls, c.tlsHosts = true, append(c.tlsHosts, hosts...) }
}

// WithTrustProxy takes from X-Forwarded-Proto and X-Forwarded-Host how a client reaches the portal, for a portal behind a proxy that ends
// TLS. Without it these headers change nothing. The control API never trusts them when it refuses foreign hosts.
func WithTrustProxy() Option { return func(c *config) { c.TrustProxy = true } }

// WithContexts serves every path under contexts such as "/gis" too, beside "/portal", "/arcgis" and none.
func WithContexts(contexts ...string) Option {
	return func(c *config) { c.Contexts = append(c.Contexts, contexts...) }
}

// WithStrict refuses unknown and repeated parameters with the portal's 400. Without it the portal answers them and records a violation.
func WithStrict() Option { return func(c *config) { c.Strict = true } }

// AllowViolations lets the test of a [Server] or [Sandbox] pass when calls violated the contract.
func AllowViolations() Option { return func(c *config) { c.allowViolations = true } }

// CheckExpectations fails the test of a [Server] or [Sandbox] at its end when the calls do not meet what the scenario expects, or when
// it expects nothing.
func CheckExpectations() Option { return func(c *config) { c.checkExpectations = true } }

// WithJournal bounds the journal, by calls and by bytes; 0 is the default, 10,000 calls and 32 MiB. The oldest calls are dropped.
func WithJournal(maxCalls, maxBytes int) Option {
	return func(c *config) { c.MaxCalls, c.MaxBytes = maxCalls, maxBytes }
}

// WithMaxBody bounds a request's body, in bytes; 0 is the default, 1 MiB.
func WithMaxBody(bytes int64) Option { return func(c *config) { c.MaxBody = bytes } }

// WithSandboxes bounds how many sandboxes there may be beside the default one, and how long one lives that nobody uses; 0 is the default,
// 1,000 and 30 minutes.
func WithSandboxes(maximum int, ttl time.Duration) Option {
	return func(c *config) { c.MaxSandboxes, c.SandboxTTL = maximum, ttl }
}

// WithControlToken makes the control API ask for this bearer token.
func WithControlToken(token string) Option { return func(c *config) { c.ControlToken = token } }

// WithControlHosts names hosts under which clients reach the control API, beside addresses, localhost, names without a dot and the hosts
// of [WithTLS].
func WithControlHosts(hosts ...string) Option {
	return func(c *config) { c.ControlHosts = append(c.ControlHosts, hosts...) }
}

// WithLogger logs calls at debug level, and those that violate the contract as warnings. The default logs nothing.
func WithLogger(log *slog.Logger) Option { return func(c *config) { c.Log = log } }

// Coverage counts what the calls to several portals exercise, such as those of all tests of a package. It is safe for concurrent use.
type Coverage struct{ counts *record.Coverage }

// NewCoverage returns a coverage in which nothing was exercised yet.
func NewCoverage() *Coverage { return &Coverage{record.NewCoverage()} }

// Report returns what of the contract, and which scenarios, calls have exercised so far, and what they never did.
func (c *Coverage) Report() journal.CoverageReport {
	return c.counts.Report(scenario.BuiltIn())
}

// WithCoverage counts in a coverage that portals share. Without it each portal counts for itself.
func WithCoverage(coverage *Coverage) Option { return func(c *config) { c.Coverage = coverage.counts } }
