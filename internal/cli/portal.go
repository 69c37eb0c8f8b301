package cli

import (
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// portalFlags are shared by the commands that start a portal.
type portalFlags struct {
	packFlags

	Scenario string   `default:"trial" help:"The scenario to play."`
	Clock    string   `placeholder:"CLOCK" help:"frozen, running, wall, or an RFC 3339 time at which the clock stands still; the scenario's when left out."`
	Seed     *uint64  `placeholder:"N" help:"The seed that issued tokens are derived from; the scenario's when left out."`
	Context  []string `placeholder:"/PATH" help:"A context beside /portal, /arcgis and none; repeatable."`
	Strict   bool     `help:"Refuse unknown and repeated parameters with the portal's 400."`

	tlsFlags

	ControlToken    string        `placeholder:"TOKEN" help:"A bearer token that the control API asks for."`
	JournalMaxCalls int           `default:"10000" help:"How many calls the journal holds; the oldest are dropped."`
	JournalMaxBytes int           `default:"33554432" help:"How many bytes the journal holds."`
	MaxBody         int64         `default:"1048576" help:"How many bytes a request's body may have."`
	MaxSandboxes    int           `default:"1000" help:"How many sandboxes there may be beside the default one."`
	SandboxTTL      time.Duration `name:"sandbox-ttl" default:"30m" help:"How long a sandbox lives that nobody uses."`
	ReadTimeout     time.Duration `default:"30s" help:"How long a request that has begun may take to arrive."`
	IdleTimeout     time.Duration `default:"2m" help:"How long a connection may be silent."`
	LogFormat       string        `default:"text" enum:"text,json" help:"How logs are written to standard error: text or json."`
}

// logger writes logs of a level, one of those that the grammar allows.
func (f *portalFlags) logger(w io.Writer, name string) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(name)) // the grammar allows the names of levels only
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// portal loads the scenarios, checks them, and makes the portal that the flags describe.
func (f *portalFlags) portal(log *slog.Logger, history *sandbox.History) (*server.Portal, error) {
	identity, err := f.identity(log)
	if err != nil {
		return nil, err
	}
	library, err := f.open()
	if err != nil {
		return nil, err
	}
	if err := f.prove(library); err != nil {
		return nil, err
	}
	scenario, scenarioErr := library.Scenario(f.Scenario)
	clock, clockErr := sandbox.ParseClock(f.Clock)
	if err := errors.Join(clockErr, scenarioErr); err != nil {
		return nil, err
	}
	return server.New(server.Options{
		Options:  exchange.Options{Library: library, Contexts: f.Context, Strict: f.Strict, TrustProxy: f.TrustProxy, MaxBody: f.MaxBody, Log: log},
		Scenario: scenario, Clock: clock, Seed: f.Seed, Identity: identity, ControlToken: f.ControlToken,
		MaxCalls: f.JournalMaxCalls, MaxBytes: f.JournalMaxBytes, MaxSandboxes: f.MaxSandboxes, SandboxTTL: f.SandboxTTL, History: history,
	})
}

// prove plays what can be played. Of the built-in scenarios, which are proven with each build, only the one that is served.
func (f *portalFlags) prove(library *scenario.Library) error {
	if len(f.Pack) > 0 {
		_, err := server.Check(library)
		return err
	}
	scenario, err := library.Scenario(f.Scenario)
	if err != nil {
		return err
	}
	return server.CheckScenario(library, scenario)
}
