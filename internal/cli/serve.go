package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mockportal/mockportal/mock"
)

type serveCmd struct {
	Addr        string `default:"127.0.0.1:8080" help:"Where to listen; port 0 picks a free one."`
	ControlAddr string `placeholder:"ADDR" help:"Where the control API listens; the portal's own address when left out."`

	portalFlags

	LogLevel string `default:"info" enum:"debug,info,warn,error" help:"debug logs every call; warn and below log calls that violate the contract."`
}

// shutdownGrace is how long calls that are being answered may take once the server was told to stop.
const shutdownGrace = 5 * time.Second

// Run serves until ctx is done.
func (s *serveCmd) Run(ctx context.Context, std streams) error {
	log := s.logger(std.err, s.LogLevel)
	portal, err := s.start(addresses{s.Addr, s.TLSAddr, s.ControlAddr}, log)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(std.out).Encode(portal.line); err != nil {
		return fmt.Errorf("write the ready line: %w", err)
	}
	select {
	case err = <-portal.failures:
	case <-ctx.Done():
		log.Info("stopping")
	}
	return errors.Join(err, portal.stop())
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

func (a addresses) ready(portal *mock.Portal, servers []*server) readyLine {
	url, control := servers[0].url, servers[0].url
	if a.control != "" {
		control = servers[len(servers)-1].url
	}
	line := readyLine{
		URL: url, SharingURL: url + "/portal/sharing/rest", PortalAdminURL: url + "/portal/portaladmin",
		ControlURL: control + "/__admin", Scenario: portal.Scenario(), Tokens: map[string]string{},
	}
	if a.tls != "" {
		line.TLSURL = servers[1].url
	}
	for _, member := range portal.Members() {
		if token := portal.Token(member); token != "" {
			line.Tokens[member] = token
		}
	}
	return line
}
