package cli

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/mockportal/mockportal/mock"
	"github.com/mockportal/mockportal/scenarios"
)

type serveCmd struct {
	packFlags

	Addr        string   `default:"127.0.0.1:8080" help:"Where to listen; port 0 picks a free one."`
	ControlAddr string   `placeholder:"ADDR" help:"Where the control API listens; the portal's own address when left out."`
	Scenario    string   `default:"trial" help:"The scenario to play."`
	Clock       string   `placeholder:"CLOCK" help:"frozen, running, wall, or an RFC 3339 time at which the clock stands still; the scenario's when left out."`
	Seed        *uint64  `placeholder:"N" help:"The seed that issued tokens are derived from; the scenario's when left out."`
	Context     []string `placeholder:"/PATH" help:"A context beside /portal, /arcgis and none; repeatable."`
	Strict      bool     `help:"Refuse unknown and repeated parameters with the portal's 400."`

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
	LogLevel        string        `default:"info" enum:"debug,info,warn,error" help:"debug logs every call; warn and below log calls that violate the contract."`
}

// shutdownGrace is how long calls that are being answered may take once the server was told to stop.
const shutdownGrace = 5 * time.Second

// Run serves until ctx is done. Nothing listens before everything is loaded, so nothing is ever half started.
func (s *serveCmd) Run(ctx context.Context, std streams) error {
	log := s.logger(std.err)
	portal, err := s.portal(log)
	if err != nil {
		return err
	}
	servers, err := s.listen(s.endpoints(portal), log)
	if err != nil {
		return err
	}
	if s.ControlAddr != "" {
		portal.Announce(servers[0].url)
	}
	failures := make(chan error, len(servers))
	for _, server := range servers {
		go func() { failures <- server.serve() }()
	}
	if err := json.NewEncoder(std.out).Encode(s.ready(portal, servers)); err != nil {
		return fmt.Errorf("write the ready line: %w", err)
	}
	select {
	case err = <-failures:
	case <-ctx.Done():
		log.Info("stopping")
	}
	portal.Close()
	return errors.Join(err, stop(servers))
}

func (s *serveCmd) portal(log *slog.Logger) (*mock.Portal, error) {
	secured, err := s.tlsOptions(log)
	if err != nil {
		return nil, err
	}
	library, err := s.open()
	if err != nil {
		return nil, err
	}
	if err := s.prove(library); err != nil {
		return nil, err
	}
	options := []mock.Option{
		mock.WithLibrary(library), mock.WithScenario(s.Scenario), mock.WithClock(s.Clock), mock.WithContexts(s.Context...),
		mock.WithJournal(s.JournalMaxCalls, s.JournalMaxBytes), mock.WithMaxBody(s.MaxBody),
		mock.WithSandboxes(s.MaxSandboxes, s.SandboxTTL), mock.WithControlToken(s.ControlToken), mock.WithLogger(log),
	}
	if s.Seed != nil {
		options = append(options, mock.WithSeed(*s.Seed))
	}
	if s.Strict {
		options = append(options, mock.WithStrict())
	}
	return mock.New(append(options, secured...)...)
}

// prove plays what can be played. Of the built-in scenarios, which are proven with each build, only the one that is served.
func (s *serveCmd) prove(library *scenarios.Library) error {
	if len(s.Pack) > 0 {
		_, err := mock.Check(library)
		return err
	}
	scenario, err := library.Scenario(s.Scenario)
	if err != nil {
		return err
	}
	return mock.CheckScenario(library, scenario)
}

func (s *serveCmd) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	// The grammar allows the names of levels only.
	_ = level.UnmarshalText([]byte(s.LogLevel))
	options := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// server is one listener and what serves it.
type server struct {
	listener net.Listener
	http     *http.Server
	url      string // the root, without a final slash
}

// endpoint is what is to be served at an address.
type endpoint struct {
	address string
	handler http.Handler
	tls     *tls.Config // nil: plain HTTP
}

// endpoints are that of the portal, that of HTTPS beside plain HTTP, and that of the control API, the latter two where they have an address
// of their own.
func (s *serveCmd) endpoints(portal *mock.Portal) []endpoint {
	own, control := http.Handler(portal), http.Handler(nil)
	if s.ControlAddr != "" {
		own, control = portal.Handlers()
	}
	all := []endpoint{{s.Addr, own, portal.TLSConfig()}}
	if s.TLSAddr != "" {
		all = []endpoint{{s.Addr, own, nil}, {s.TLSAddr, own, portal.TLSConfig()}}
	}
	if s.ControlAddr != "" {
		all = append(all, endpoint{s.ControlAddr, control, all[0].tls})
	}
	return all
}

// listen opens a listener for each endpoint, or none.
func (s *serveCmd) listen(endpoints []endpoint, log *slog.Logger) ([]*server, error) {
	var servers []*server
	for _, e := range endpoints {
		one, err := s.listenOn(e, log)
		if err != nil {
			for _, open := range servers {
				_ = open.listener.Close()
			}
			return nil, err
		}
		servers = append(servers, one)
	}
	return servers, nil
}

func (s *serveCmd) listenOn(e endpoint, log *slog.Logger) (*server, error) {
	listener, err := net.Listen("tcp", e.address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %q: %w (choose another address; port 0 picks a free one)", e.address, unwrapNet(err))
	}
	scheme := "http://"
	if e.tls != nil {
		scheme, listener = "https://", tls.NewListener(listener, e.tls)
	}
	return &server{
		listener: listener, url: scheme + reachable(listener.Addr()),
		http: &http.Server{
			Handler: e.handler, ReadTimeout: s.ReadTimeout, IdleTimeout: s.IdleTimeout,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
	}, nil
}

// reachable writes an address as a client on this machine reaches it: one that listens everywhere is reached as localhost.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return addr.String()
}

// unwrapNet leaves out what the sentence has said already: the operation and the address.
func unwrapNet(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func (s *server) serve() error {
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// stop lets calls that are being answered end.
func stop(servers []*server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	var errs []error
	for _, s := range servers {
		if err := s.http.Shutdown(ctx); err != nil {
			errs = append(errs, s.http.Close())
		}
	}
	return errors.Join(errs...)
}

// readyLine is the one line on standard output, once the portal can be called.
type readyLine struct {
	URL            string            `json:"url"`
	TLSURL         string            `json:"tlsUrl,omitempty"` // where HTTPS is served beside plain HTTP
	SharingURL     string            `json:"sharingUrl"`
	PortalAdminURL string            `json:"portalAdminUrl"`
	ControlURL     string            `json:"controlUrl"`
	Scenario       string            `json:"scenario"`
	Tokens         map[string]string `json:"tokens"`
}

func (s *serveCmd) ready(portal *mock.Portal, servers []*server) readyLine {
	url, control := servers[0].url, servers[0].url
	if s.ControlAddr != "" {
		control = servers[len(servers)-1].url
	}
	line := readyLine{
		URL: url, SharingURL: url + "/portal/sharing/rest", PortalAdminURL: url + "/portal/portaladmin",
		ControlURL: control + "/__admin", Scenario: portal.Scenario(), Tokens: map[string]string{},
	}
	if s.TLSAddr != "" {
		line.TLSURL = servers[1].url
	}
	for _, member := range portal.Members() {
		if token := portal.Token(member); token != "" {
			line.Tokens[member] = token
		}
	}
	return line
}

// local turns an address to listen on into one to call.
func local(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return strings.TrimSpace(address)
}
