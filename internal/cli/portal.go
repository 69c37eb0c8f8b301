package cli

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/exchange"
	"github.com/mockportal/mockportal/internal/sandbox"
	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

// portalFlags are shared by the commands that start a portal.
type portalFlags struct {
	packFlags

	Scenario string   `default:"trial" help:"The scenario to play."`
	Clock    string   `placeholder:"CLOCK" help:"frozen, running, wall, or a time at which it stands still. The default is the scenario's."`
	Seed     *uint64  `placeholder:"N" help:"The seed of issued tokens and of chance in rules. The default is the scenario's."`
	Context  []string `placeholder:"/PATH" help:"A context path beside /portal, /arcgis and none; repeatable."`
	Strict   bool     `help:"Refuse unknown and repeated parameters with a 400 of the portal."`

	tlsFlags
	tokenFlags

	ControlHost     []string      `placeholder:"HOST" help:"A further name under which clients reach the control API; repeatable."`
	JournalMaxCalls int           `default:"10000" help:"How many calls the journal holds; it drops the oldest."`
	JournalMaxBytes int           `default:"33554432" help:"How many bytes the journal holds."`
	MaxBody         int64         `default:"1048576" help:"The largest body of a request, in bytes."`
	MaxMemory       int           `default:"268435456" help:"How many bytes journals, scenarios and rules take together."`
	MaxSandboxes    int           `default:"1000" help:"The largest number of sandboxes beside the default one."`
	SandboxTTL      time.Duration `name:"sandbox-ttl" default:"30m" help:"How long an unused sandbox lives."`
	ReadTimeout     time.Duration `default:"30s" help:"How long a request may take to arrive once it has begun."`
	IdleTimeout     time.Duration `default:"2m" help:"How long an idle connection stays open."`
	LogFormat       string        `default:"text" enum:"text,json" help:"The format of logs on standard error: text or json."`
}

// logger returns a logger for one of the levels that the grammar allows.
func (f *portalFlags) logger(w io.Writer, name string) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(name)) // cannot fail: the grammar allows names of levels only
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// portal loads the packs, checks what it will play, and makes the portal.
func (f *portalFlags) portal(p Process, log *slog.Logger, history *sandbox.History) (*server.Portal, error) {
	if err := f.readToken(p); err != nil {
		return nil, err
	}
	identity, err := f.identity(p, log)
	if err != nil {
		return nil, err
	}
	go contract.Control() // while the library loads
	library, err := f.open(p)
	if err != nil {
		return nil, err
	}
	played, err := f.prove(p, library)
	if err != nil {
		return nil, err
	}
	if err := exchange.CheckContexts(f.Context); err != nil {
		return nil, fmt.Errorf("%s: %w", p.flag("context"), err)
	}
	clock, err := sandbox.ParseClock(f.Clock)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.flag("clock"), err)
	}
	return server.New(server.Options{
		Options: exchange.Options{
			Library: library, Contexts: f.Context, Strict: f.Strict, TrustProxy: f.TrustProxy, MaxBody: f.MaxBody, Log: log,
		},
		Scenario: played, Clock: clock, Seed: f.Seed, Identity: identity, ControlToken: f.ControlToken, ControlHosts: f.ControlHost,
		History: history, MaxCalls: f.JournalMaxCalls, MaxBytes: f.JournalMaxBytes, MaxMemory: f.MaxMemory,
		MaxSandboxes: f.MaxSandboxes, SandboxTTL: f.SandboxTTL,
	})
}

// prove plays every scenario if there are packs; tests have proven the built-in ones. It returns the one that is served.
func (f *portalFlags) prove(p Process, library *scenario.Library) (*scenario.Scenario, error) {
	played, err := library.Scenario(f.Scenario)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", p.flag("scenario"), err)
	case len(f.Pack) > 0:
		_, err = server.Check(library)
	}
	return played, err
}
