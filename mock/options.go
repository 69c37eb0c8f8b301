package mock

import (
	"crypto/tls"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/mock/journal"
)

// Option changes how a portal is made.
type Option func(*config)

// config is what the options say. Its faults are reported together.
type config struct {
	scenario        string
	document        []byte
	packs           []scenario.Pack
	library         *scenario.Library
	clock           sandbox.ClockSetting
	seed            *uint64
	contexts        []string
	strict          bool
	allowViolations bool

	checkExpectations bool
	keepHistory       bool
	history           *history // that of the portal which the sandboxes belong to; nil: nobody keeps it
	coverage          *record.Coverage
	tls               bool
	tlsHosts          []string
	certificate       *tls.Certificate
	trustProxy        bool
	controlToken      string
	maxCalls          int
	maxBytes          int
	maxBody           int64
	maxSandboxes      int
	sandboxTTL        time.Duration
	log               *slog.Logger
	faults            []error
}

// WithScenario plays the scenario with this name, built in or of a pack. The default is "trial".
func WithScenario(name string) Option { return func(c *config) { c.scenario = name } }

// WithScenarioDocument plays a whole scenario document, YAML or JSON, that is in no file; it may extend the scenarios that there are.
// It takes the place of WithScenario.
func WithScenarioDocument(document []byte) Option {
	return func(c *config) { c.document = document }
}

// WithPack adds a team's folder with scenarios/ and fixtures/ over the built-in ones; of several the later ones win.
func WithPack(pack fs.FS) Option {
	return func(c *config) {
		name := "pack"
		if len(c.packs) > 0 {
			name = fmt.Sprintf("pack %d", len(c.packs)+1)
		}
		c.packs = append(c.packs, scenario.Pack{Name: name, FS: pack})
	}
}

// WithLibrary plays from scenarios that are loaded already. It takes the place of WithPack.
func WithLibrary(library *scenario.Library) Option { return func(c *config) { c.library = library } }

// WithClock overrides the scenario's clock: "frozen" at its instant, "running" from there on, "wall" to follow the wall clock with all dates of the world shifted
// along, or an RFC 3339 time at which it stands still.
func WithClock(clock string) Option {
	return func(c *config) {
		setting, err := sandbox.ParseClock(clock)
		if err != nil {
			c.faults = append(c.faults, err)
		}
		c.clock = setting
	}
}

// WithSeed overrides the scenario's seed, from which issued tokens are derived.
func WithSeed(seed uint64) Option { return func(c *config) { c.seed = &seed } }

// WithTLS makes NewServer listen with a certificate of a fresh authority, good for localhost, 127.0.0.1, ::1 and these hosts.
// A portal without a server offers it as TLSConfig.
func WithTLS(hosts ...string) Option {
	return func(c *config) { c.tls, c.tlsHosts = true, append(c.tlsHosts, hosts...) }
}

// WithCertificate is WithTLS with a certificate that was made elsewhere, followed by as much of its chain as there is, and its key.
// One that has expired is served too: how a client meets it may be what is tested.
func WithCertificate(certificate tls.Certificate) Option {
	return func(c *config) { c.tls, c.certificate = true, &certificate }
}

// WithTrustProxy lets X-Forwarded-Proto and X-Forwarded-Host say how a client has reached the portal, for one behind a proxy that ends TLS.
// Otherwise these headers change nothing. The control API's guard against foreign hosts never goes by them.
func WithTrustProxy() Option { return func(c *config) { c.trustProxy = true } }

// WithContexts adds contexts such as "/gis" to "/portal", "/arcgis" and none, under which every path exists.
func WithContexts(contexts ...string) Option {
	return func(c *config) { c.contexts = append(c.contexts, contexts...) }
}

// WithStrict refuses unknown and repeated parameters with the portal's 400; otherwise it answers them and records a violation.
func WithStrict() Option { return func(c *config) { c.strict = true } }

// AllowViolations keeps NewServer from failing the test when calls violated the contract.
func AllowViolations() Option { return func(c *config) { c.allowViolations = true } }

// CheckExpectations has NewServer and Sandbox fail the test at its end when the calls do not meet what the scenario expects.
func CheckExpectations() Option { return func(c *config) { c.checkExpectations = true } }

// WithJournal bounds the journal, by calls and by bytes; 0 is the default, 10,000 calls and 32 MiB. The oldest calls are dropped.
func WithJournal(maxCalls, maxBytes int) Option {
	return func(c *config) {
		if c.maxCalls, c.maxBytes = maxCalls, maxBytes; maxCalls < 0 || maxBytes < 0 {
			c.faults = append(c.faults, fmt.Errorf("a journal of at most %d calls and %d bytes: both must be 0 (the default) or more", maxCalls, maxBytes))
		}
	}
}

// WithMaxBody bounds a request's body, in bytes; 0 is the default, 1 MiB.
func WithMaxBody(bytes int64) Option {
	return func(c *config) {
		if c.maxBody = bytes; bytes < 0 {
			c.faults = append(c.faults, fmt.Errorf("a body of at most %d bytes: must be 0 (the default) or more", bytes))
		}
	}
}

// WithSandboxes bounds how many sandboxes there may be beside the default one, and how long one lives that nobody uses; 0 is the default,
// 1,000 and 30 minutes.
func WithSandboxes(maximum int, ttl time.Duration) Option {
	return func(c *config) { c.maxSandboxes, c.sandboxTTL = maximum, ttl }
}

// WithControlToken makes the control API ask for this bearer token.
func WithControlToken(token string) Option { return func(c *config) { c.controlToken = token } }

// WithLogger logs calls at debug level, and those that violate the contract as warnings. The default logs nothing.
func WithLogger(log *slog.Logger) Option { return func(c *config) { c.log = log } }

// Coverage counts what the calls to several portals exercise, such as those of all tests of a package. It is safe for concurrent use.
type Coverage struct{ counts *record.Coverage }

// NewCoverage returns a coverage in which nothing was exercised yet.
func NewCoverage() *Coverage { return &Coverage{record.NewCoverage()} }

// Report returns what of the built-in contract, and which scenarios, calls have exercised so far.
func (c *Coverage) Report() journal.CoverageReport { return c.counts.Report(contract.BuiltIn(), nil) }

// WithCoverage counts in a coverage that portals share. Without it each portal counts for itself.
func WithCoverage(coverage *Coverage) Option { return func(c *config) { c.coverage = coverage.counts } }
