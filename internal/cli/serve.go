package cli

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/mockportal/mockportal/internal/server"
)

type serveCmd struct {
	Addr        string `default:"127.0.0.1:8080" help:"The address to listen on; port 0 picks a free port."`
	ControlAddr string `placeholder:"ADDR" help:"The address of the control API. The default is the portal's own."`

	portalFlags

	LogLevel string `default:"info" enum:"debug,info,warn,error" help:"warn: calls with violations; info: with notes too; debug: all."`
}

// Run serves until ctx is done.
func (s *serveCmd) Run(ctx context.Context, p Process) error {
	log := s.logger(p.log, s.LogLevel)
	portal, err := s.start(p, addresses{s.Addr, s.TLSAddr, s.ControlAddr}, log, nil)
	if err != nil {
		return err
	}
	_ = json.NewEncoder(p.Stdout).Encode(portal.line) // it fails if nobody reads it
	select {
	case err = <-portal.failures:
	case <-ctx.Done():
		log.Info("stopping")
	}
	return errors.Join(err, portal.stop())
}

// readyLine is the line on standard output that says that the portal is ready.
type readyLine struct {
	URL            string            `json:"url"`
	TLSURL         string            `json:"tlsUrl,omitempty"` // of HTTPS beside plain HTTP
	SharingURL     string            `json:"sharingUrl"`
	PortalAdminURL string            `json:"portalAdminUrl"`
	ControlURL     string            `json:"controlUrl"`
	Scenario       string            `json:"scenario"`
	Tokens         map[string]string `json:"tokens"`
}

func (a addresses) ready(portal *server.Portal, listeners []*server.Listener) readyLine {
	url, control := listeners[0].URL, listeners[0].URL
	if a.control != "" {
		control = listeners[len(listeners)-1].URL
	}
	line := readyLine{
		URL: url, SharingURL: url + "/portal/sharing/rest", PortalAdminURL: url + "/portal/portaladmin",
		ControlURL: control + "/__admin", Scenario: portal.Scenario.Name, Tokens: map[string]string{},
	}
	if a.tls != "" {
		line.TLSURL = listeners[1].URL
	}
	for _, member := range portal.Sandboxes.Default.World().Credentials().Members {
		if member.Token != "" {
			line.Tokens[member.Username] = member.Token
		}
	}
	return line
}

// token returns the token of the member admin, else of the first member that has one.
func (l readyLine) token() string {
	for _, member := range append([]string{"admin"}, slices.Sorted(maps.Keys(l.Tokens))...) {
		if token := l.Tokens[member]; token != "" {
			return token
		}
	}
	return ""
}
