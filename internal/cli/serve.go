package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/server"
)

type serveCmd struct {
	Addr        string `default:"127.0.0.1:8080" help:"The address to listen on; port 0 picks a free port."`
	ControlAddr string `placeholder:"ADDR" help:"The address of the control API. The default is the portal's own."`

	portalFlags

	Ready    string `default:"auto" enum:"auto,text,json" help:"How to say that the portal is ready: text, json or auto (text on a terminal)."`
	LogLevel string `default:"info" enum:"debug,info,warn,error" help:"warn: calls with violations; info: with notes too; debug: all."`
}

// Run serves until ctx is done.
func (s *serveCmd) Run(ctx context.Context, p Process) error {
	log := s.logger(p.log, s.LogLevel)
	portal, err := s.start(p, addresses{s.Addr, s.TLSAddr, s.ControlAddr}, log, nil)
	if err != nil {
		return err
	}
	_ = s.sayReady(p.Stdout, portal.line) // it fails if nobody reads it
	select {
	case err = <-portal.failures:
	case <-ctx.Done():
		log.Info("stopping")
	}
	return errors.Join(err, portal.stop())
}

// sayReady writes the ready line, or what it says to people.
func (s *serveCmd) sayReady(w io.Writer, line readyLine) error {
	if s.Ready == "json" || s.Ready == "auto" && !isTerminal(w) {
		return json.NewEncoder(w).Encode(line)
	}
	curl, calls := "curl", "mockportal calls"
	if root := strings.TrimSuffix(line.ControlURL, controlPath); root != "http://127.0.0.1:8080" {
		calls += " --url " + root
	}
	if strings.HasPrefix(line.URL, "https:") {
		curl, calls = "curl --insecure", calls+" --ca FILE"
	}
	if s.ControlToken != "" {
		calls += " --control-token TOKEN"
	}
	_, err := fmt.Fprintf(w, `mockportal plays the scenario %q at %s
Open this address in a browser, or try in another terminal:

  %s "%s/license/getFutureLicense?f=json&token=%s"
  %s

Ctrl-C ends the portal. --ready json prints one line for programs instead.
`, line.Scenario, line.URL, curl, line.PortalAdminURL, url.QueryEscape(line.token()), calls)
	return err
}

// isTerminal reports whether an output is a terminal, or another device.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
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
	root, control := listeners[0].URL, listeners[0].URL
	if a.control != "" {
		control = listeners[len(listeners)-1].URL
	}
	line := readyLine{
		URL: root, SharingURL: root + "/portal/sharing/rest", PortalAdminURL: root + "/portal/portaladmin",
		ControlURL: control + controlPath, Scenario: portal.Scenario.Name, Tokens: map[string]string{},
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
