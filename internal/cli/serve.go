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

	Addr            string        `default:"127.0.0.1:8080" help:"Where to listen; port 0 picks a free one."`
	ControlAddr     string        `placeholder:"ADDR" help:"Where the control API listens; the portal's own address when left out."`
	Scenario        string        `default:"trial" help:"The scenario to play."`
	Clock           string        `placeholder:"CLOCK" help:"frozen, running, wall, or an RFC 3339 time at which the clock stands still; the scenario's when left out."`
	Seed            *uint64       `placeholder:"N" help:"The seed that issued tokens are derived from; the scenario's when left out."`
	Context         []string      `placeholder:"/PATH" help:"A context beside /portal, /arcgis and none; repeatable."`
	Strict          bool          `help:"Refuse unknown and repeated parameters with the portal's 400."`
	TLS             bool          `name:"tls" help:"Serve HTTPS with a certificate of an authority made at start (GET /__admin/ca.pem)."`
	TLSHost         []string      `name:"tls-host" placeholder:"HOST" help:"A name or address in the certificate beside localhost, 127.0.0.1 and ::1; repeatable."`
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
	servers, err := s.listen(portal, log)
	if err != nil {
		return err
	}
	if len(servers) > 1 {
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
	if len(s.TLSHost) > 0 && !s.TLS {
		return nil, errors.New("--tls-host names hosts in a certificate, and without --tls there is none")
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
	if s.TLS {
		options = append(options, mock.WithTLS(s.TLSHost...))
	}
	return mock.New(options...)
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

// listen opens the portal's listener, and that of the control API when it has its own.
func (s *serveCmd) listen(portal *mock.Portal, log *slog.Logger) ([]*server, error) {
	handlers := []http.Handler{portal}
	addresses := []string{s.Addr}
	if s.ControlAddr != "" {
		own, control := portal.Handlers()
		handlers, addresses = []http.Handler{own, control}, append(addresses, s.ControlAddr)
	}
	var servers []*server
	for i, address := range addresses {
		one, err := s.listenOn(address, handlers[i], portal.TLSConfig(), log)
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

func (s *serveCmd) listenOn(address string, handler http.Handler, config *tls.Config, log *slog.Logger) (*server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %q: %w (choose another address; port 0 picks a free one)", address, unwrapNet(err))
	}
	scheme := "http://"
	if config != nil {
		scheme, listener = "https://", tls.NewListener(listener, config)
	}
	return &server{
		listener: listener, url: scheme + reachable(listener.Addr()),
		http: &http.Server{
			Handler: handler, ReadTimeout: s.ReadTimeout, IdleTimeout: s.IdleTimeout,
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
	SharingURL     string            `json:"sharingUrl"`
	PortalAdminURL string            `json:"portalAdminUrl"`
	ControlURL     string            `json:"controlUrl"`
	Scenario       string            `json:"scenario"`
	Tokens         map[string]string `json:"tokens"`
}

func (s *serveCmd) ready(portal *mock.Portal, servers []*server) readyLine {
	url, control := servers[0].url, servers[len(servers)-1].url
	line := readyLine{
		URL: url, SharingURL: url + "/portal/sharing/rest", PortalAdminURL: url + "/portal/portaladmin",
		ControlURL: control + "/__admin", Scenario: portal.Scenario(), Tokens: map[string]string{},
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
